"""The statement: bookings of a participant, newest first, with the balance after each. All read-only."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row, Select, exists, func, or_, select

from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.services.closing import Closing
from treuwerk.services.explaining import Explanation, article_names, booking_facts, explanation_of, legs_of
from treuwerk.services.tracing import Sources, sources, undone_by
from treuwerk.store import past
from treuwerk.store.tables import activity, article, balance, journal, posting, purchase_line, sealed

_OF_THE_BALANCE = (Book.PARTICIPANT.value, Book.DEFICIT.value)
_SPENDING = (TransactionKind.REDEMPTION, TransactionKind.HOLD, TransactionKind.CAPTURE, TransactionKind.RELEASE,
             TransactionKind.CANCELLATION)
KINDS = ("purchase", "activity", "spending", "expiry", "other")
"""What a statement can be narrowed to."""


@attrs.frozen
class Filters:
    """What a statement is narrowed to. Instants in microseconds UTC, `until` excluded; `kind` is one of `KINDS`."""

    booked_from: int | None = None
    booked_until: int | None = None
    kind: str = ""
    text: str = ""

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()


@attrs.frozen
class Cursor:
    """Where the next page begins: behind booking `before`. `balance` is the one that held before that booking."""

    before: int
    balance: int | None = None


@attrs.frozen
class Entry:
    """One booking of a statement. `amounts` by unit are what it changed the balance by: points less what is owed.

    Reserving points lowers the balance, releasing them raises it, and spending reserved ones does not move it.
    `balance` is what the account had of the chosen unit after it.
    """

    booking: Explanation
    amounts: Mapping[str, int]
    balance: int


@attrs.frozen
class Page:
    """Bookings, newest first, and where the older ones begin."""

    entries: tuple[Entry, ...]
    next: Cursor | None


def statement(connection: Connection, account_id: int, unit: str, *, before: Cursor | None = None,
              limit: int = 25, filters: Filters | None = None, closing: Closing | None = None) -> Page:
    """One page of bookings, newest first; the number of queries is the same for every length.

    `unit` is the one whose running balance is told. Pages are cut by the id of the last booking, so that a new booking
    moves nothing and a late page costs what the first one does. With a `closing` it is the statement as of the end of
    that day, the same for ever: it has only facts that the books keep, no names of articles or persons.
    """
    wanted = _filtered(filters or Filters()).where(journal.c.account_id == account_id, *_told(closing))
    if before is not None:
        wanted = wanted.where(journal.c.id < before.before)
    rows = connection.execute(wanted.order_by(journal.c.id.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    if not shown:
        return Page((), None)
    after = _balances_after(connection, account_id, unit, shown, before, closing)
    entries = _entries(connection, account_id, shown, after, closing)
    last = entries[-1]
    following = Cursor(shown[-1].id, last.balance - last.amounts.get(unit, 0)) if len(rows) > limit else None
    return Page(entries, following)


def _told(closing: Closing | None) -> list[Any]:
    """Conditions on the journal: what belongs to the end of a day; none without a closing."""
    if closing is None:
        return []
    place = exists().where(sealed.c.account_id == journal.c.account_id, sealed.c.transaction_id == journal.c.id,
                           sealed.c.sequence <= closing.last_sequence)
    return [journal.c.booked_at < closing.as_of, place]


def _filtered(filters: Filters) -> Select[*tuple[Any, ...]]:
    found: Select[*tuple[Any, ...]] = booking_facts()
    if filters.booked_from is not None:
        found = found.where(journal.c.booked_at >= filters.booked_from)
    if filters.booked_until is not None:
        found = found.where(journal.c.booked_at < filters.booked_until)
    if filters.kind:
        found = found.where(_of_kind(filters.kind))
    return found.where(_mentions(filters.text)) if filters.text else found


def _of_kind(kind: str) -> Any:
    if kind == "purchase":
        return purchase_line.c.id.is_not(None)
    if kind == "activity":
        return activity.c.id.is_not(None)
    if kind == "spending":
        return journal.c.kind.in_([one.value for one in _SPENDING])
    if kind == "expiry":
        return journal.c.kind == TransactionKind.EXPIRY.value
    own = (TransactionKind.ACCRUAL, TransactionKind.EXPIRY, *_SPENDING)
    return journal.c.kind.not_in([one.value for one in own])


def _mentions(text: str) -> Any:
    places = (purchase_line.c.document, purchase_line.c.article_number, purchase_line.c.serials, activity.c.code)
    named = select(article.c.written_as).where(article.c.name.icontains(text, autoescape=True))
    return or_(*(place.icontains(text, autoescape=True) for place in places),
               purchase_line.c.article_number.in_(named))


def _balances_after(connection: Connection, account_id: int, unit: str, rows: Sequence[Row[Any]],
                    before: Cursor | None, closing: Closing | None) -> dict[int, int]:
    """The balance of the unit after each of these bookings.

    It is walked back from the newest figure that is known, through all bookings between, also those that a filter
    leaves out: one pass of the database over the range of the page.
    """
    newest = _balance_before(connection, account_id, unit, before, closing)
    moves = _moves(account_id, unit, before, closing).add_columns(posting.c.transaction_id).where(
        posting.c.transaction_id >= rows[-1].id)
    by_booking = moves.group_by(posting.c.transaction_id).subquery()
    later = func.sum(by_booking.c.amount).over(order_by=by_booking.c.transaction_id.desc())
    walked = select(by_booking.c.transaction_id, by_booking.c.amount, later.label("later")).subquery()
    found = connection.execute(select(walked).where(walked.c.transaction_id.in_([row.id for row in rows]))).all()
    return _filled(rows, {row.transaction_id: (int(row.later), int(row.amount)) for row in found}, newest)


def _moves(account_id: int, unit: str, before: Cursor | None, closing: Closing | None) -> Any:
    """The sum of what changed the balance of a unit, before a cursor and up to a closing."""
    moves = select(func.coalesce(func.sum(posting.c.amount), 0).label("amount")).where(
        posting.c.account_id == account_id, posting.c.unit == unit, posting.c.book.in_(_OF_THE_BALANCE))
    if before is not None:
        moves = moves.where(posting.c.transaction_id < before.before)
    if closing is not None:
        moves = moves.join(journal, (journal.c.account_id == posting.c.account_id)
                           & (journal.c.id == posting.c.transaction_id)).where(*_told(closing))
    return moves


def _filled(rows: Sequence[Row[Any]], moves: Mapping[int, tuple[int, int]], newest: int) -> dict[int, int]:
    """A booking without the unit has the balance that the next newer one of the page began with."""
    after, current = {}, newest
    for row in rows:
        if row.id in moves:
            later, amount = moves[row.id]
            current = newest - later
            after[row.id] = current + amount
        else:
            after[row.id] = current
    return after


def _balance_before(connection: Connection, account_id: int, unit: str, before: Cursor | None,
                    closing: Closing | None) -> int:
    if before is not None and before.balance is not None:
        return before.balance
    if before is None and closing is None:
        return connection.execute(select(balance.c.posted - balance.c.deficit).where(
            balance.c.account_id == account_id, balance.c.unit == unit)).scalar_one_or_none() or 0
    return int(connection.execute(_moves(account_id, unit, before, closing)).scalar_one())


def _entries(connection: Connection, account_id: int, rows: Sequence[Row[Any]], after: Mapping[int, int],
             closing: Closing | None) -> tuple[Entry, ...]:
    legs = legs_of(connection, account_id, [row.id for row in rows])
    taken = sources(connection, account_id, [(row.id, row.kind) for row in rows])
    undone: Mapping[int, tuple[str, ...]] = {}
    if closing is None:
        undone = undone_by(connection, account_id, [row.id for row in rows])
        gone, names = None, article_names(connection, {row.article_number or "" for row in rows})
    else:
        names = {}
        gone = past.gone(connection, closing.as_of, closing.last_sequence, account_id, rows[-1].id, rows[0].id)
    told = {row.id: explanation_of(row, legs.get(row.id, []), names, taken.get(row.id, Sources()), gone)
            for row in rows}
    entries = (Entry(attrs.evolve(told[row.id], undone_by=undone[row.id]) if row.id in undone else told[row.id],
                     changes(legs.get(row.id, [])), after[row.id]) for row in rows)
    return tuple(entries if closing is None else (_without_person(entry) for entry in entries))


def _without_person(entry: Entry) -> Entry:
    """Names of persons can change and be forgotten, so what is told for ever does not have them."""
    if entry.booking.activity is None:
        return entry
    return attrs.evolve(entry, booking=attrs.evolve(
        entry.booking, activity=attrs.evolve(entry.booking.activity, person="")))


def changes(legs: Sequence[Row[Any]]) -> dict[str, int]:
    """What a booking changed the balance by, by unit; a unit whose changes add up to nothing is left out."""
    amounts: dict[str, int] = {}
    for leg in legs:
        if leg.book in _OF_THE_BALANCE:
            amounts[leg.unit] = amounts.get(leg.unit, 0) + leg.amount
    return {unit: amount for unit, amount in amounts.items() if amount}


def moved_by(connection: Connection, account_id: int, booking: int) -> dict[str, int]:
    """Points by unit that a booking added to the balance, or took from it."""
    return changes(legs_of(connection, account_id, [booking]).get(booking, []))


def first_booking_at(connection: Connection, account_id: int) -> int | None:
    """The instant of the oldest booking, None in an empty account."""
    return connection.execute(select(journal.c.booked_at).where(journal.c.account_id == account_id)
                              .order_by(journal.c.id).limit(1)).scalar_one_or_none()
