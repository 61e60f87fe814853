"""What a participant has and how it came: balances, statement, expiry calendar. All read-only."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row, Select, case, func, or_, select
from sqlalchemy import text as sql

from treuwerk.domain.ledger import FOREVER, Book
from treuwerk.services.explaining import (
    Explanation,
    article_names,
    booking_facts,
    explanation_of,
)
from treuwerk.store.tables import activity, article, balance, journal, lot, posting, purchase_line


@attrs.frozen
class ExpiringAmount:
    """Points of one unit that are gone from `expires_at` on; None: they stay."""

    unit: str
    amount: int
    expires_at: int | None


@attrs.frozen
class UnitBalance:
    """One unit of an account: what can be spent, what is still to come, what is reserved, what goes next.

    `deficit` is what was to be taken back and was no longer there; `available` is below zero by it until the next
    credits settle it.
    """

    unit: str
    available: int
    pending: int
    held: int
    deficit: int
    next_expiry: ExpiringAmount | None


@attrs.frozen
class Filters:
    """What a statement is narrowed to. Instants in microseconds UTC, `until` excluded; `kind` purchase or activity."""

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
    """One booking of a statement. `balance` is what the account had of the chosen unit after it."""

    booking: Explanation
    amounts: Mapping[str, int]
    balance: int


@attrs.frozen
class Page:
    """Bookings, newest first, and where the older ones begin."""

    entries: tuple[Entry, ...]
    next: Cursor | None


@attrs.frozen
class Holdings:
    """What an account has at one instant: balances by unit, and the expiry calendar that they are made of."""

    balances: Mapping[str, UnitBalance]
    calendar: tuple[ExpiringAmount, ...]


def balances(connection: Connection, units: Iterable[str], account_id: int, now: int) -> Mapping[str, UnitBalance]:
    """Balances by unit in the order of `units`, at `now`. Units without a booking are there with zeros."""
    return holdings(connection, units, account_id, now).balances


def expiry_calendar(connection: Connection, account_id: int, now: int) -> tuple[ExpiringAmount, ...]:
    """What is active now, by unit and by the instant at which it goes; what stays for ever comes last."""
    return holdings(connection, (), account_id, now).calendar


def holdings(connection: Connection, units: Iterable[str], account_id: int, now: int) -> Holdings:
    """Balances and expiry calendar together, by one pass over the open lots."""
    rows = connection.execute(_open_lots(account_id, now)).all()
    parts = {row.unit: row for row in connection.execute(select(balance).where(balance.c.account_id == account_id))}
    active = sorted((row for row in rows if not row.pending), key=lambda row: (row.expires_at, row.unit))
    calendar = [ExpiringAmount(row.unit, int(row.amount), None if row.expires_at == FOREVER else row.expires_at)
                for row in active]
    pending: dict[str, int] = {}
    for row in rows:
        if row.pending:
            pending[row.unit] = pending.get(row.unit, 0) + int(row.amount)
    return Holdings({unit: _unit_balance(unit, [one for one in calendar if one.unit == unit], pending.get(unit, 0),
                                         parts.get(unit)) for unit in units}, tuple(calendar))


def _unit_balance(unit: str, lots: Sequence[ExpiringAmount], pending: int, parts: Row[Any] | None) -> UnitBalance:
    held, deficit = (parts.held, parts.deficit) if parts else (0, 0)
    expiring = next((one for one in lots if one.expires_at is not None), None)
    return UnitBalance(unit, sum(one.amount for one in lots) - deficit, pending, held, deficit, expiring)


def _open_lots(account_id: int, now: int) -> Select[*tuple[Any, ...]]:
    pending = case((lot.c.active_from <= now, 0), else_=1).label("pending")
    kept = func.coalesce(balance.c.keeps_until, FOREVER)
    ends = case((lot.c.expires_at < kept, lot.c.expires_at), else_=kept).label("expires_at")
    own = lot.join(balance, (balance.c.account_id == lot.c.account_id) & (balance.c.unit == lot.c.unit))
    return select(lot.c.unit, ends, pending, func.sum(lot.c.remaining).label("amount")).select_from(own).where(
        lot.c.account_id == account_id, _is_open(), lot.c.expires_at > now, kept > now
    ).group_by(lot.c.unit, ends, pending)


def _is_open() -> Any:
    # The bare column, as the partial index has it; "open = 1" would not meet its predicate on SQLite.
    return sql("lot.open")


def statement(connection: Connection, account_id: int, unit: str, *, before: Cursor | None = None,
              limit: int = 25, filters: Filters | None = None) -> Page:
    """One page of bookings, newest first; the number of queries is the same for every length.

    `unit` is the one whose running balance is told. Pages are cut by the id of the last booking, so that a new booking
    moves nothing and a late page costs what the first one does.
    """
    wanted = _filtered(filters or Filters()).where(journal.c.account_id == account_id)
    if before is not None:
        wanted = wanted.where(journal.c.id < before.before)
    rows = connection.execute(wanted.order_by(journal.c.id.desc()).limit(limit + 1)).all()
    shown = rows[:limit]
    if not shown:
        return Page((), None)
    after = _balances_after(connection, account_id, unit, shown, before)
    entries = _entries(connection, account_id, shown, after)
    last = entries[-1]
    following = Cursor(shown[-1].id, last.balance - last.amounts.get(unit, 0)) if len(rows) > limit else None
    return Page(entries, following)


def _filtered(filters: Filters) -> Select[*tuple[Any, ...]]:
    found: Select[*tuple[Any, ...]] = booking_facts()
    if filters.booked_from is not None:
        found = found.where(journal.c.booked_at >= filters.booked_from)
    if filters.booked_until is not None:
        found = found.where(journal.c.booked_at < filters.booked_until)
    if filters.kind == "purchase":
        found = found.where(purchase_line.c.id.is_not(None))
    if filters.kind == "activity":
        found = found.where(activity.c.id.is_not(None))
    return found.where(_mentions(filters.text)) if filters.text else found


def _mentions(text: str) -> Any:
    places = (purchase_line.c.document, purchase_line.c.article_number, purchase_line.c.serials, activity.c.code)
    named = select(article.c.written_as).where(article.c.name.icontains(text, autoescape=True))
    return or_(*(place.icontains(text, autoescape=True) for place in places),
               purchase_line.c.article_number.in_(named))


def _balances_after(connection: Connection, account_id: int, unit: str, rows: Sequence[Row[Any]],
                    before: Cursor | None) -> dict[int, int]:
    """The balance of the unit after each of these bookings.

    It is walked back from the newest figure that is known, through all bookings between, also those that a filter
    leaves out: one pass of the database over the range of the page.
    """
    newest = _balance_before(connection, account_id, unit, before)
    moves = select(posting.c.transaction_id, func.sum(posting.c.amount).label("amount")).where(
        posting.c.account_id == account_id, posting.c.unit == unit, posting.c.book == Book.PARTICIPANT.value,
        posting.c.transaction_id >= rows[-1].id)
    if before is not None:
        moves = moves.where(posting.c.transaction_id < before.before)
    by_booking = moves.group_by(posting.c.transaction_id).subquery()
    later = func.sum(by_booking.c.amount).over(order_by=by_booking.c.transaction_id.desc())
    walked = select(by_booking.c.transaction_id, by_booking.c.amount, later.label("later")).subquery()
    found = connection.execute(select(walked).where(walked.c.transaction_id.in_([row.id for row in rows]))).all()
    return _filled(rows, {row.transaction_id: (int(row.later), int(row.amount)) for row in found}, newest)


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


def _balance_before(connection: Connection, account_id: int, unit: str, before: Cursor | None) -> int:
    if before is None:
        return connection.execute(select(balance.c.posted).where(
            balance.c.account_id == account_id, balance.c.unit == unit)).scalar_one_or_none() or 0
    if before.balance is not None:
        return before.balance
    return int(connection.execute(select(func.coalesce(func.sum(posting.c.amount), 0)).where(
        posting.c.account_id == account_id, posting.c.unit == unit, posting.c.book == Book.PARTICIPANT.value,
        posting.c.transaction_id < before.before)).scalar_one())


def _entries(connection: Connection, account_id: int, rows: Sequence[Row[Any]],
             after: Mapping[int, int]) -> tuple[Entry, ...]:
    legs = legs_of(connection, account_id, [row.id for row in rows])
    names = article_names(connection, {row.article_number or "" for row in rows})
    return tuple(Entry(explanation_of(row, legs.get(row.id, []), names), summed(legs.get(row.id, [])), after[row.id])
                 for row in rows)


def legs_of(connection: Connection, account_id: int, bookings: Sequence[int]) -> dict[int, list[Any]]:
    """The participant's postings of these bookings."""
    rows = connection.execute(
        select(posting.c.transaction_id, posting.c.line, posting.c.unit, posting.c.amount, posting.c.active_from,
               posting.c.expires_at)
        .where(posting.c.account_id == account_id, posting.c.transaction_id.in_(bookings),
               posting.c.book == Book.PARTICIPANT.value)
        .order_by(posting.c.transaction_id, posting.c.line)).all()
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.transaction_id, []).append(row)
    return found


def moved_by(connection: Connection, account_id: int, booking: int) -> dict[str, int]:
    """Points by unit that a booking brought to what can be spent, or took from it."""
    return summed(legs_of(connection, account_id, [booking]).get(booking, []))


def summed(legs: Sequence[Row[Any]]) -> dict[str, int]:
    """Amounts by unit."""
    amounts: dict[str, int] = {}
    for leg in legs:
        amounts[leg.unit] = amounts.get(leg.unit, 0) + leg.amount
    return amounts


def first_booking_at(connection: Connection, account_id: int) -> int | None:
    """The instant of the oldest booking, None in an empty account."""
    return connection.execute(select(journal.c.booked_at).where(journal.c.account_id == account_id)
                              .order_by(journal.c.id).limit(1)).scalar_one_or_none()
