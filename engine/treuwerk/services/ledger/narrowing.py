"""What a statement can be narrowed to, as conditions on the journal: time, kind, source, product, status, words."""

from typing import Any

import attrs
from sqlalchemy import ColumnElement, FromClause, case, func, literal_column, or_, select

from treuwerk.domain.ids import first_row_id
from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.store.tables import activity, article, balance, hold, journal, lot, lot_use, purchase_line

_SPENDING = (TransactionKind.REDEMPTION, TransactionKind.HOLD, TransactionKind.CAPTURE, TransactionKind.RELEASE,
             TransactionKind.CANCELLATION)
_TAKING_BACK = (TransactionKind.REVERSAL, TransactionKind.CANCELLATION, TransactionKind.RELEASE)
_BY_HAND = (TransactionKind.ADJUSTMENT, TransactionKind.OPENING, TransactionKind.TRANSFER_IN,
            TransactionKind.TRANSFER_OUT, TransactionKind.MERGE_IN, TransactionKind.MERGE_OUT,
            TransactionKind.UNMERGE_IN, TransactionKind.UNMERGE_OUT)
KINDS = ("purchase", "activity", "spending", "expiry", "other")
"""Kinds of bookings."""
FEED, ACTIVITY, HAND, RULE = "feed", "activity", "hand", "rule"
SOURCES = (FEED, ACTIVITY, HAND, RULE)
"""Where a booking comes from: a delivery that was reported, an activity, a person, or the programme's own terms and
what the participant ordered. ``feed:<name>`` is one of several sources of deliveries."""
PENDING, ACTIVE, HELD, SPENT, EXPIRED, REVERSED = "pending", "active", "held", "spent", "expired", "reversed"
STATUSES = (ACTIVE, PENDING, HELD, SPENT, EXPIRED, REVERSED)
"""What has become of the points of a booking by now."""
_CLOCKS_APART = 31 * 86_400_000_000
"""Ids follow the clock, but never go back with it: no clock of those that book is off by more than a month."""


@attrs.frozen
class Filters:
    """What a statement is narrowed to. Instants in microseconds UTC, `until` excluded.

    `kind` is one of `KINDS`, `source` one of `SOURCES`, `status` one of `STATUSES`; `article` is a number as purchase
    lines have it, `group` a kind of articles.
    """

    booked_from: int | None = None
    booked_until: int | None = None
    kind: str = ""
    text: str = ""
    source: str = ""
    article: str = ""
    group: str = ""
    status: str = ""

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return self != Filters()

    @property
    def sparse(self) -> bool:
        """Whether what is left out cannot be passed over by the order of time alone."""
        return attrs.evolve(self, booked_from=None, booked_until=None).narrow


def in_time(filters: Filters) -> list[ColumnElement[bool]]:
    """Conditions on when something was booked, with the range of ids that it lies in."""
    found: list[ColumnElement[bool]] = []
    if filters.booked_from is not None:
        found += [journal.c.id >= first_row_id(filters.booked_from), journal.c.booked_at >= filters.booked_from]
    if filters.booked_until is not None:
        found += [journal.c.id < first_row_id(filters.booked_until + _CLOCKS_APART),
                  journal.c.booked_at < filters.booked_until]
    return found


def conditions(filters: Filters, now: int) -> list[ColumnElement[bool]]:
    """Conditions on the journal joined with what its bookings rest on; `now` is for what becomes of points."""
    found = in_time(filters)
    if filters.kind:
        found.append(_of_kind(filters.kind))
    if filters.source:
        found.append(_of_source(filters.source))
    if filters.article:
        found.append(purchase_line.c.article_number == filters.article)
    if filters.group:
        found.append(purchase_line.c.article_number.in_(select(article.c.written_as).where(
            article.c.kind == filters.group)))
    if filters.text:
        found.append(_mentions(filters.text))
    if filters.status:
        found.append(status_at(now) == filters.status)
    return found


def _of_kind(kind: str) -> ColumnElement[bool]:
    if kind == "purchase":
        return purchase_line.c.id.is_not(None)
    if kind == "activity":
        return activity.c.id.is_not(None)
    if kind == "spending":
        return _is(*_SPENDING)
    if kind == "expiry":
        return _is(TransactionKind.EXPIRY)
    return ~_is(TransactionKind.ACCRUAL, TransactionKind.EXPIRY, *_SPENDING)


def _of_source(source: str) -> ColumnElement[bool]:
    if source == ACTIVITY:
        return activity.c.id.is_not(None)
    if source == HAND:
        return _is(*_BY_HAND)
    if source == RULE:
        return ~_is(TransactionKind.ACCRUAL, *_BY_HAND)
    _, _, name = source.partition(":")
    return purchase_line.c.source == name if name else purchase_line.c.id.is_not(None)


def _is(*kinds: TransactionKind, of: Any = journal) -> ColumnElement[bool]:
    found: ColumnElement[bool] = of.c.kind.in_([kind.value for kind in kinds])
    return found


def _mentions(text: str) -> ColumnElement[bool]:
    places = (purchase_line.c.document, purchase_line.c.article_number, purchase_line.c.serials, activity.c.code)
    named = select(article.c.written_as).where(article.c.name.icontains(text, autoescape=True))
    return or_(*(place.icontains(text, autoescape=True) for place in places),
               purchase_line.c.article_number.in_(named))


def status_at(now: Any, of: Any = journal) -> ColumnElement[str]:
    """What has become of the points of a booking of the journal: one of `STATUSES`, or nothing to tell.

    A booking whose points are in several states has the first of them in this order: taken back, reserved, still
    waiting, usable, gone by time, spent.
    """
    kept = balance.c.keeps_until <= now
    left = (lot.c.remaining > 0) & (lot.c.expires_at > now) & ~_found(
        of, balance, balance.c.account_id == lot.c.account_id, balance.c.unit == lot.c.unit, kept)
    waiting = (lot.c.book == Book.PENDING.value) | (func.coalesce(lot.c.active_from, now + 1) > now)
    is_open = (hold.c.account_id == of.c.account_id) & (hold.c.id == of.c.id) & hold.c.open
    expiry = journal.alias("expiry")
    used_by = (expiry.c.account_id == lot_use.c.account_id) & (expiry.c.id == lot_use.c.transaction_id)
    lapsed = _found(
        of, lot_use.join(expiry, used_by),
        lot_use.c.account_id == of.c.account_id, lot_use.c.lot_transaction_id == of.c.id,
        expiry.c.kind == TransactionKind.EXPIRY.value)
    return case(
        (_is(*_TAKING_BACK, of=of) | _followed_by(of, *_TAKING_BACK), REVERSED),
        (_is(TransactionKind.HOLD, of=of) & _found(of, hold, is_open), HELD),
        (_has_lot(of, left, waiting), PENDING),
        (_has_lot(of, left), ACTIVE),
        (_followed_by(of, TransactionKind.ACTIVATION), ""),
        (_is(TransactionKind.EXPIRY, of=of) | _has_lot(of, lot.c.remaining > 0) | lapsed, EXPIRED),
        (_is(TransactionKind.REDEMPTION, TransactionKind.HOLD, TransactionKind.CAPTURE, of=of) | _has_lot(of), SPENT),
        else_="")


def _has_lot(of: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return _found(of, lot, lot.c.account_id == of.c.account_id, lot.c.transaction_id == of.c.id, *conditions)


def _followed_by(of: Any, *kinds: TransactionKind) -> ColumnElement[bool]:
    """Whether a later booking of one of these kinds refers to this one."""
    later = journal.alias("later")
    return _found(of, later, later.c.account_id == of.c.account_id, later.c.refers_to == of.c.id,
                  later.c.kind.in_([kind.value for kind in kinds]))


def _found(of: Any, table: FromClause, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is such a row, looked up by its key.

    PostgreSQL may turn EXISTS into a hash of the whole table, all accounts included; of a single row it cannot.
    """
    outer = (of, lot) if table is balance else (of,)
    return select(literal_column("1")).select_from(table).where(*conditions).correlate(*outer).limit(
        1).scalar_subquery().is_not(None)
