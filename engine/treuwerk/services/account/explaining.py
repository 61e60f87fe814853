"""Why these points? From a booking back to its purchase line or activity, the rule, its arithmetic and the lots."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import attrs
from sqlalchemy import Connection, Row, bindparam, select

from treuwerk.domain import ids
from treuwerk.domain.earning import steps_from_json
from treuwerk.domain.entries import UPLOAD, read_entered
from treuwerk.domain.explained_steps import ExplainedStep, explained
from treuwerk.domain.ledger import Book, TransactionKind, moment
from treuwerk.domain.participants import identifier
from treuwerk.services.account.counted_totals import CountedTotal, counted_total
from treuwerk.services.account.ordered_points import OrderedPoints, orders_of
from treuwerk.services.changes.evidence import AlsoReported, also_reported
from treuwerk.services.clearing.wholes import Whole, wholes
from treuwerk.services.ledger.tracing import Related, Sources, Usages, related, sources, undone_by, usages
from treuwerk.store.entries import of_run
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import activity, article, journal, lot, person, posting, purchase_line

_NO_SOURCES, _NO_USAGES = Sources(), Usages()
_INSTANTS = ("booked_at", "active_from", "expires_at")


class NotFound(LookupError):
    """There is no such booking, or not in this account."""


@attrs.frozen
class LotTerms:
    """The lot that a credit made: `remaining` of `amount` is left; instants in microseconds UTC.

    `active_from` None: not before an act; `expires_at` None: never.
    """

    amount: int
    remaining: int | None
    active_from: int | None
    expires_at: int | None


@attrs.frozen
class ExplainedAward:
    """Points of one unit, the rule and revision that gave them, and how it came to the figure."""

    line: int
    unit: str
    points: int
    rule: str
    revision: int
    steps: tuple[ExplainedStep, ...]
    lot: LotTerms | None = None


@attrs.frozen
class PurchaseFacts:
    """The line of a delivery note or receipt that a booking rests on."""

    document: str
    line: str
    seller: str
    article_number: str
    article_name: str
    quantity: int
    features: Mapping[str, str]
    serials: tuple[str, ...]
    order_number: str
    source: str


@attrs.frozen
class Reported:
    """The reported purchase that a line was entered from: its public id, and its page, 0 where nobody noted which."""

    id: str
    page: int


@attrs.frozen
class ActivityFacts:
    """The activity, such as a seminar, that a booking rests on."""

    kind: str
    code: str
    person: str


@attrs.frozen
class Movement:
    """How much a booking changed one of the participant's books: participant, pending, held or deficit."""

    book: str
    unit: str
    amount: int


@attrs.frozen
class MadeLot:
    """A lot that a booking made without a rule, such as that of a transfer or of an opening balance."""

    line: int
    unit: str
    lot: LotTerms


@attrs.frozen
class ReturnedPoints:
    """Points that a reversal took back because `pieces` of `of` pieces of the purchase line are returned by then."""

    unit: str
    points: int
    pieces: int
    of: int


@attrs.frozen
class Explanation:
    """Everything that is known about one booking. `id` is public.

    `sources` are the credits whose points it moved, `usages` what became of the points that it credited, `related` what
    it refers to and what refers to it; statements leave the last two out. `undone_by` are the public ids of bookings
    that took it back, wholly or in part; as of a past day it stays empty.
    """

    id: str
    account_id: int
    kind: str
    occurred_on: date
    booked_at: int
    actor: str
    cause: str
    refers_to: str | None
    purchase: PurchaseFacts | None
    activity: ActivityFacts | None
    awards: tuple[ExplainedAward, ...]
    movements: tuple[Movement, ...] = ()
    lots: tuple[MadeLot, ...] = ()
    sources: Sources = _NO_SOURCES
    usages: Usages = _NO_USAGES
    returned: tuple[ReturnedPoints, ...] = ()
    related: tuple[Related, ...] = ()
    undone_by: tuple[str, ...] = ()
    whole: Whole | None = None
    """What the line is by the parts of its order, where only they tell it; lists leave it out."""
    reported: Reported | None = None
    """Where the document was entered by a person, or read from an upload; lists leave it out."""
    evidence: tuple[AlsoReported, ...] = ()
    """Other reports of the same goods; lists leave them out."""
    ordered: OrderedPoints | None = None
    """The order of rewards that it belongs to."""
    total: CountedTotal | None = None
    """What counts for the total that it is about; lists leave it out."""


OWN_BOOKS = (Book.PARTICIPANT, Book.PENDING, Book.HELD, Book.DEFICIT)
"""The books of a participant; all others are those of the system."""
_ALL = 1_000
_ADDED = (TransactionKind.COMPLETION, TransactionKind.RECALCULATION)
_BY_RULES = (TransactionKind.ACCRUAL, TransactionKind.TOTAL, *_ADDED)


def explain(connection: Connection, public_id: str) -> Explanation:
    """The explanation of a transaction (``txn_…``) or a purchase line (``pur_…``).

    Raises:
        NotFound: nothing is booked under this id.
        ValueError: the text is no id.
    """
    prefix, account_id, row_id = ids.account_and_row(public_id)
    if prefix not in (ids.TRANSACTION, ids.PURCHASE):
        raise ValueError(f"{public_id!r} names no booking: expected an id that begins with txn_ or pur_")
    booking = connection.execute(booking_facts().where(
        journal.c.account_id == account_id, journal.c.id == row_id)).one_or_none()
    if booking is None:
        raise NotFound(f"nothing is booked under {public_id}")
    legs = legs_of(connection, account_id, [row_id]).get(row_id, [])
    taken = sources(connection, account_id, [(row_id, booking.kind)], _ALL).get(row_id, Sources())
    about = _completed(connection, booking) if booking.kind in _ADDED else booking
    names = article_names(connection, [about.article_number or ""])
    return attrs.evolve(
        explanation_of(booking, legs, names, taken),
        purchase=_purchase(about, names),
        whole=wholes(connection, account_id, [about.id]).get(about.id) if about.order_number else None,
        usages=usages(connection, account_id, row_id, _ALL),
        related=related(connection, account_id, row_id, booking.refers_to),
        undone_by=undone_by(connection, account_id, [row_id]).get(row_id, ()),
        reported=_reported(connection, booking),
        ordered=orders_of(connection, account_id, [booking]).get(row_id),
        total=counted_total(connection, account_id, row_id) if booking.kind == TransactionKind.TOTAL else None,
        evidence=() if booking.document is None else also_reported(connection, account_id, row_id))


def _completed(connection: Connection, booking: Row[Any]) -> Row[Any]:
    """The booking of the purchase line that another one completes; that one itself where the line earned nothing."""
    return connection.execute(booking_facts().where(
        journal.c.account_id == booking.account_id, journal.c.id == booking.refers_to)).one_or_none() or booking


def _reported(connection: Connection, booking: Row[Any]) -> Reported | None:
    """The submission behind a purchase line."""
    if booking.source != UPLOAD:
        return None
    row = of_run(connection, booking.account_id, booking.run_id)
    if row is None:
        return None
    lines = read_entered(row.entered).lines
    page = lines[booking.at_line - 1].page if 0 < booking.at_line <= len(lines) else 0
    return Reported(ids.public_id(ids.SUBMISSION, row.account_id, row.id), page)


def booking_facts(of: Any = journal) -> Any:
    """A select of the journal, or of a part of it, with the purchase line or activity that each booking rests on."""
    own = of.join(purchase_line, _same(purchase_line, of), isouter=True).join(
        activity, _same(activity, of), isouter=True).join(
        person, (person.c.account_id == activity.c.account_id) & (person.c.id == activity.c.person_id), isouter=True)
    return select(
        of.c.account_id, of.c.id, of.c.kind, of.c.occurred_on, of.c.booked_at,
        of.c.actor, of.c.cause, of.c.refers_to, of.c.explanation,
        purchase_line.c.document, purchase_line.c.line, purchase_line.c.seller, purchase_line.c.article_number,
        purchase_line.c.quantity, purchase_line.c.features, purchase_line.c.serials, purchase_line.c.order_number,
        purchase_line.c.source, purchase_line.c.run_id, purchase_line.c.at_line,
        activity.c.kind.label("activity_kind"), activity.c.code.label("activity_code"),
        person.c.name.label("person_name"),
    ).select_from(own)


def _same(table: Any, of: Any) -> Any:
    return (table.c.account_id == of.c.account_id) & (table.c.id == of.c.id)


_OWN_LOT = ((lot.c.account_id == posting.c.account_id) & (lot.c.transaction_id == posting.c.transaction_id)
            & (lot.c.line == posting.c.line))
_LEGS = Prepared(
    select(posting.c.transaction_id, posting.c.line, posting.c.book, posting.c.unit, posting.c.amount,
           posting.c.active_from, posting.c.expires_at, lot.c.remaining)
    .select_from(posting.join(lot, _OWN_LOT, isouter=True))
    .where(posting.c.account_id == bindparam("account"),
           posting.c.transaction_id.in_(bindparam("bookings", expanding=True)),
           # The range of the key, or PostgreSQL may look at all postings of the account.
           posting.c.transaction_id.between(bindparam("first"), bindparam("last")),
           posting.c.book.in_([book.value for book in OWN_BOOKS]))
    .order_by(posting.c.transaction_id, posting.c.line))


def legs_of(connection: Connection, account_id: int, bookings: Sequence[int]) -> dict[int, list[Any]]:
    """Postings of these bookings in the participant's books; `remaining` is None where a posting made no lot."""
    found: dict[int, list[Any]] = {}
    if not bookings:
        return found
    for row in _LEGS.rows(connection, account=account_id, bookings=list(bookings), first=min(bookings),
                          last=max(bookings)):
        found.setdefault(row.transaction_id, []).append(row)
    return found


_ARTICLES = Prepared(select(article.c.number, article.c.name, article.c.kind).where(
    article.c.number.in_(bindparam("numbers", expanding=True))))


def article_names(connection: Connection, numbers: Iterable[str]) -> dict[str, str]:
    """Names of articles by number as it stands in purchase lines; unknown numbers are left out."""
    return {number: name for number, (name, _) in articles_of(connection, numbers).items()}


def articles_of(connection: Connection, numbers: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Names and kinds of articles by number as it stands in purchase lines; unknown numbers are left out."""
    wanted = {identifier(number): number for number in numbers if number}
    if not wanted:
        return {}
    rows = _ARTICLES.rows(connection, numbers=sorted(wanted))
    return {wanted[row.number]: (row.name, row.kind) for row in rows}


def explanation_of(booking: Row[Any], legs: Sequence[Row[Any]], names: Mapping[str, str],
                   taken: Sources = _NO_SOURCES, gone: Mapping[tuple[int, int], int] | None = None,
                   ordered: OrderedPoints | None = None) -> Explanation:
    """The explanation from rows of `booking_facts` and `legs_of`; `gone` is what was taken from lots by a past day."""
    refers_to = ids.public_id(ids.TRANSACTION, booking.account_id, booking.refers_to) if booking.refers_to else None
    terms = {leg.line: _terms(leg, gone) for leg in legs if leg.remaining is not None}
    awards = _awards(booking.explanation, terms) if booking.kind in _BY_RULES else ()
    by_rule = {award.line for award in awards}
    made = tuple(MadeLot(leg.line, leg.unit, terms[leg.line]) for leg in legs
                 if leg.line in terms and leg.line not in by_rule)
    return Explanation(
        ids.public_id(ids.TRANSACTION, booking.account_id, booking.id), booking.account_id, booking.kind,
        date.fromisoformat(booking.occurred_on), booking.booked_at, booking.actor, booking.cause, refers_to,
        _purchase(booking, names), _activity(booking), awards, _movements(legs), made, taken,
        returned=_returned(booking.explanation) if booking.kind == TransactionKind.REVERSAL else (), ordered=ordered)


def _awards(explanation: str, terms: Mapping[int, LotTerms]) -> tuple[ExplainedAward, ...]:
    """The awards of a stored explanation, each with the lot that its posting made."""
    return tuple(ExplainedAward(*told, terms.get(told[0])) for told in _told(explanation))


@lru_cache(maxsize=4_096)
def _told(explanation: str) -> tuple[tuple[int, str, int, str, int, tuple[ExplainedStep, ...]], ...]:
    """What a stored explanation says; the same text is read once, since purchases of a kind are explained alike."""
    return tuple((one["line"], one["unit"], one["points"], one["rule"], one["revision"],
                  explained(steps_from_json(one["steps"]))) for one in json.loads(explanation or "[]"))


def _returned(explanation: str) -> tuple[ReturnedPoints, ...]:
    stored = json.loads(explanation or "[]")
    return tuple(ReturnedPoints(one["unit"], one["points"], one["returned"], one["of"]) for one in stored
                 if isinstance(one, dict) and {"unit", "points", "returned", "of"} <= set(one) and one["returned"])


def _terms(leg: Row[Any], gone: Mapping[tuple[int, int], int] | None) -> LotTerms:
    remaining = leg.remaining if gone is None else leg.amount - gone.get((leg.transaction_id, leg.line), 0)
    return LotTerms(leg.amount, remaining, leg.active_from, leg.expires_at)


def _movements(legs: Sequence[Row[Any]]) -> tuple[Movement, ...]:
    amounts: dict[tuple[str, str], int] = {}
    for leg in legs:
        amounts[leg.book, leg.unit] = amounts.get((leg.book, leg.unit), 0) + leg.amount
    return tuple(Movement(book, unit, amount) for (book, unit), amount in amounts.items())



def _purchase(row: Row[Any], names: Mapping[str, str]) -> PurchaseFacts | None:
    if row.document is None:
        return None
    return PurchaseFacts(row.document, row.line, row.seller, row.article_number,
                         names.get(row.article_number, ""), row.quantity, features_of(row.features),
                         serials_of(row.serials), row.order_number, row.source)


def features_of(stored: str) -> dict[str, str]:
    """Features as they are stored with a purchase line: a JSON object."""
    return {str(name): str(value) for name, value in json.loads(stored).items()} if stored else {}


def serials_of(stored: str) -> tuple[str, ...]:
    """Serial numbers as they are stored with a purchase line: separated by ``|``."""
    return tuple(stored.split("|")) if stored else ()


def _activity(row: Row[Any]) -> ActivityFacts | None:
    if row.activity_kind is None:
        return None
    return ActivityFacts(row.activity_kind, row.activity_code, row.person_name or "")


def as_json(explanation: Explanation) -> dict[str, Any]:
    """The tree for ``--json``: ids and figures as texts, instants with zone, days as ISO 8601."""
    return {"tree": tree_of(explanation)}


def tree_of(explanation: Explanation, *leave_out: str) -> dict[str, Any]:
    """The tree itself, without the fields that are left out."""
    return attrs.asdict(explanation, filter=lambda field, _: field.name not in ("account_id", *leave_out),
                        value_serializer=plain)


def plain(_: Any, field: Any, value: Any) -> Any:
    """Values of attrs classes for JSON: instants and days as ISO 8601, figures as texts."""
    if field is not None and field.name in _INSTANTS and value is not None:
        return moment(value).isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
