"""The statement: bookings of a participant, newest first, with the balance after each. All read-only."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import attrs
from sqlalchemy import Connection, Row, Select, bindparam, exists, func, select

from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.services.account.explaining import Explanation, article_names, booking_facts, explanation_of, legs_of
from treuwerk.services.account.ordered_points import orders_of
from treuwerk.services.ledger.closing import Closing
from treuwerk.services.ledger.narrowing import KINDS, REVERSED, Filters, conditions, in_time, status_at
from treuwerk.services.ledger.tracing import Sources, sources, undone_by
from treuwerk.store import past
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import balance, journal, posting, sealed

__all__ = ["KINDS", "WINDOW", "Cursor", "Entry", "Filters", "Page", "changes", "first_booking_at", "in_front",
           "moved_by", "statement"]
_OF_THE_BALANCE = (Book.PARTICIPANT.value, Book.DEFICIT.value)
WINDOW = 10_000
"""How many bookings one page of a narrowed statement looks through, so that it costs the same in every account."""
_NO_FILTERS = Filters()
_BEFORE_ALL = 0
"""In place of a booking: the balance before all that a page looked at."""
_AHEAD_OF_ALL = 2**63 - 1
_NEWEST = select(balance.c.posted - balance.c.deficit).where(
    balance.c.account_id == bindparam("account"), balance.c.unit == bindparam("unit"))
_FIRST = select(journal.c.booked_at).where(journal.c.account_id == bindparam("account")).order_by(
    journal.c.id).limit(1)


@attrs.frozen
class Cursor:
    """A place between two bookings: the one that a page ended at, and the balance there.

    Older bookings follow behind `booking`, with `balance` as it was before it; newer ones in front of it, with
    `balance` as it was after it.
    """

    booking: int
    balance: int | None = None
    newer: bool = False


def in_front(balance: int) -> Cursor:
    """In front of the newest booking, after which the account had this balance at the same instant of the database."""
    return Cursor(_AHEAD_OF_ALL, balance)


@attrs.frozen
class Entry:
    """One booking of a statement. `amounts` by unit are what it changed the balance by: points less what is owed.

    Reserving points lowers the balance, releasing them raises it, and spending reserved ones does not move it.
    `balance` is what the account had of the chosen unit after it; `status` what became of its points, where somebody
    asked for it by an instant.
    """

    booking: Explanation
    amounts: Mapping[str, int]
    balance: int
    status: str = ""


@attrs.frozen
class Page:
    """Bookings, newest first, where the older ones begin, and where the newer ones do.

    `looked_until` is the instant up to which a narrowed page looked back without filling, None where it saw all.
    """

    entries: tuple[Entry, ...]
    next: Cursor | None
    previous: Cursor | None = None
    looked_until: int | None = None


@attrs.frozen
class _Found:
    """Rows of a page, newest first, and the booking where its look ended before it was full."""

    rows: Sequence[Row[Any]]
    more: bool
    edge: Row[Any] | None = None


def statement(connection: Connection, account_id: int, unit: str, *, at: Cursor | None = None, limit: int = 25,
              filters: Filters = _NO_FILTERS, closing: Closing | None = None, now: int | None = None,
              window: int | None = None) -> Page:
    """One page of bookings, newest first; the number of queries is the same for every length.

    `unit` is the one whose running balance is told. Pages are cut by the id of a booking, so that a new booking moves
    nothing and a late page costs what the first one does. With a `closing` it is the statement as of the end of that
    day, the same for ever: it has only facts that the books keep, no names of articles or persons.

    Args:
        connection: any that reads.
        account_id: whose bookings.
        unit: a code.
        at: where the page begins; None: at the newest booking.
        limit: rows of a page.
        filters: what is left out.
        closing: the end of a past day.
        now: tells what became of the points of each booking by then.
        window: how many bookings a narrowed page looks through at most; None: all.
    """
    found = _found(connection, account_id, at, limit, filters, closing, now, window)
    if at is not None and at.newer and not found.more:  # the newest are reached, or far away: a full page of them
        return statement(connection, account_id, unit, limit=limit, filters=filters, closing=closing, now=now,
                         window=window)
    if not found.rows and found.edge is None:
        return Page((), None)
    legs = legs_of(connection, account_id, [row.id for row in found.rows]) if found.rows else {}
    if filters.narrow or closing is not None:
        after = _walked(connection, account_id, unit, found, at, closing)
    else:
        after = _added_up(connection, account_id, unit, found.rows, legs, at)
    entries = _entries(connection, account_id, found.rows, legs, after, closing)
    return _page(entries, unit, found, at, after)


def _page(entries: tuple[Entry, ...], unit: str, found: _Found, at: Cursor | None, after: Mapping[int, int]) -> Page:
    following = previous = looked_until = None
    if found.edge is not None:
        following, looked_until = Cursor(found.edge.id, after[_BEFORE_ALL]), found.edge.booked_at
    elif found.more or (at is not None and at.newer):
        last = entries[-1]
        following = Cursor(found.rows[-1].id, last.balance - last.amounts.get(unit, 0))
    if at is not None and at.booking != _AHEAD_OF_ALL and entries:
        previous = Cursor(found.rows[0].id, entries[0].balance, newer=True)
    return Page(entries, following, previous, looked_until)


def _found(connection: Connection, account_id: int, at: Cursor | None, limit: int, filters: Filters,
           closing: Closing | None, now: int | None, window: int | None) -> _Found:
    newer = at is not None and at.newer
    if not filters.narrow and closing is None:
        values = {"account": account_id, "rows": limit + 1} | ({"at": at.booking} if at else {})
        rows: Sequence[Row[Any]] = _plain(at is not None, newer, now is not None).rows(connection, **values, **(
            {} if now is None else {"now": now}))
        return _Found(_newest_first(rows[:limit], newer), len(rows) > limit)
    edge = _edge(connection, account_id, at, filters, window)
    wanted = booking_facts().where(journal.c.account_id == account_id, *_told(closing), *conditions(filters, now or 0))
    if now is not None:
        wanted = wanted.add_columns(status_at(now).label("status"))
    if edge is not None:
        wanted = wanted.where(journal.c.id <= edge.id if newer else journal.c.id >= edge.id)
    rows = connection.execute(_behind(wanted, at).limit(limit + 1)).all()
    more = len(rows) > limit
    return _Found(_newest_first(rows[:limit], newer), more, None if more or newer else edge)


def _newest_first(rows: Sequence[Row[Any]], newer: bool) -> Sequence[Row[Any]]:
    return rows[::-1] if newer else rows


def _behind(query: Select[*tuple[Any, ...]], at: Cursor | None) -> Select[*tuple[Any, ...]]:
    """Bookings from a place on, in the direction in which it leads."""
    if at is None:
        return query.order_by(journal.c.id.desc())
    if at.newer:
        return query.where(journal.c.id > at.booking).order_by(journal.c.id)
    return query.where(journal.c.id < at.booking).order_by(journal.c.id.desc())


def _edge(connection: Connection, account_id: int, at: Cursor | None, filters: Filters,
          window: int | None) -> Row[Any] | None:
    """The last booking that a page looks at, None where it may look at all that there are."""
    if window is None or not filters.sparse:
        return None
    query = select(journal.c.id, journal.c.booked_at).where(journal.c.account_id == account_id, *in_time(filters))
    return connection.execute(_behind(query, at).limit(1).offset(window - 1)).one_or_none()


@cache
def _plain(placed: bool, newer: bool, with_status: bool) -> Prepared:
    """Bookings of an account without filters: cut first, so that no database joins more than the rows of a page."""
    cut = select(journal).where(journal.c.account_id == bindparam("account"))
    if placed:
        cut = cut.where(journal.c.id > bindparam("at") if newer else journal.c.id < bindparam("at"))
    order = journal.c.id.asc() if newer else journal.c.id.desc()
    of = cut.order_by(order).limit(bindparam("rows")).subquery("cut")
    facts: Select[*tuple[Any, ...]] = booking_facts(of)
    if with_status:
        facts = facts.add_columns(status_at(bindparam("now", type_=journal.c.id.type), of).label("status"))
    return Prepared(facts.order_by(of.c.id.asc() if newer else of.c.id.desc()))


def _told(closing: Closing | None) -> list[Any]:
    """Conditions on the journal: what belongs to the end of a day; none without a closing."""
    if closing is None:
        return []
    place = exists().where(sealed.c.account_id == journal.c.account_id, sealed.c.transaction_id == journal.c.id,
                           sealed.c.sequence <= closing.last_sequence)
    return [journal.c.booked_at < closing.as_of, place]


def _added_up(connection: Connection, account_id: int, unit: str, rows: Sequence[Row[Any]],
              legs: Mapping[int, Sequence[Row[Any]]], at: Cursor | None) -> dict[int, int]:
    """The balance of the unit after each of these bookings, between which there are no others."""
    current, after = _known_balance(connection, account_id, unit, at, None), dict[int, int]()
    newer = at is not None and at.newer
    for row in reversed(rows) if newer else rows:
        amount = changes(legs.get(row.id, [])).get(unit, 0)
        after[row.id] = current + amount if newer else current
        current += amount if newer else -amount
    return after


def _walked(connection: Connection, account_id: int, unit: str, found: _Found, at: Cursor | None,
            closing: Closing | None) -> dict[int, int]:
    """The balance of the unit after each of these bookings, and before all that the page looked at.

    It is walked from the figure that is known, through all bookings between, also those that a filter leaves out: one
    pass of the database over the range of the page.
    """
    known, newer = _known_balance(connection, account_id, unit, at, closing), at is not None and at.newer
    ends = [*(row.id for row in found.rows), *([found.edge.id] if found.edge is not None else [])]
    moves = _moves(account_id, unit, closing).add_columns(posting.c.transaction_id).where(
        posting.c.transaction_id <= ends[0] if newer else posting.c.transaction_id >= ends[-1])
    if at is not None:
        moves = moves.where(posting.c.transaction_id > at.booking if newer else posting.c.transaction_id < at.booking)
    by_booking = moves.group_by(posting.c.transaction_id).subquery()
    order = by_booking.c.transaction_id
    passed = func.sum(by_booking.c.amount).over(order_by=order.asc() if newer else order.desc())
    walk = select(order, by_booking.c.amount, passed.label("passed")).subquery()
    last = select(func.min(walk.c.transaction_id)).scalar_subquery()
    wanted = walk.c.transaction_id.in_([row.id for row in found.rows]) | (walk.c.transaction_id == last)
    told = {row.transaction_id: (int(row.passed), int(row.amount))
            for row in connection.execute(select(walk).where(wanted))}
    return _filled(found.rows, told, known, newer)


def _filled(rows: Sequence[Row[Any]], told: Mapping[int, tuple[int, int]], known: int, newer: bool) -> dict[int, int]:
    """A booking without the unit has the balance of the one before it on the way."""
    after, current = {}, known
    for row in reversed(rows) if newer else rows:
        if row.id in told:
            passed, amount = told[row.id]
            current = known + passed if newer else known - passed
            after[row.id] = current if newer else current + amount
        else:
            after[row.id] = current
    after[_BEFORE_ALL] = known - told[min(told)][0] if told and not newer else current
    return after


def _moves(account_id: int, unit: str, closing: Closing | None) -> Any:
    """The sum of what changed the balance of a unit, up to a closing."""
    moves = select(func.coalesce(func.sum(posting.c.amount), 0).label("amount")).where(
        posting.c.account_id == account_id, posting.c.unit == unit, posting.c.book.in_(_OF_THE_BALANCE))
    if closing is not None:
        moves = moves.join(journal, (journal.c.account_id == posting.c.account_id)
                           & (journal.c.id == posting.c.transaction_id)).where(*_told(closing))
    return moves


def _known_balance(connection: Connection, account_id: int, unit: str, at: Cursor | None,
                   closing: Closing | None) -> int:
    """The balance at the place where a page begins."""
    if at is not None and at.balance is not None:
        return at.balance
    if at is None and closing is None:
        return connection.execute(_NEWEST, {"account": account_id, "unit": unit}).scalar_one_or_none() or 0
    moves = _moves(account_id, unit, closing)
    if at is not None:
        moves = moves.where(posting.c.transaction_id <= at.booking if at.newer
                            else posting.c.transaction_id < at.booking)
    return int(connection.execute(moves).scalar_one())


def _entries(connection: Connection, account_id: int, rows: Sequence[Row[Any]], legs: Mapping[int, Sequence[Row[Any]]],
             after: Mapping[int, int], closing: Closing | None) -> tuple[Entry, ...]:
    if not rows:
        return ()
    # An accrual takes from no lot.
    taken = sources(connection, account_id, [(row.id, row.kind) for row in rows if row.kind != TransactionKind.ACCRUAL])
    undone: Mapping[int, tuple[str, ...]] = {}
    if closing is None:
        taken_back = [row.id for row in rows if getattr(row, "status", "") == REVERSED]
        undone = undone_by(connection, account_id, taken_back) if taken_back else {}
        gone, names = None, article_names(connection, {row.article_number or "" for row in rows})
    else:
        names = {}
        gone = past.gone(connection, closing.as_of, closing.last_sequence, account_id, rows[-1].id, rows[0].id)
    ordered = orders_of(connection, account_id, rows)
    told = {row.id: explanation_of(row, legs.get(row.id, []), names, taken.get(row.id, Sources()), gone,
                                   ordered.get(row.id)) for row in rows}
    entries = (Entry(attrs.evolve(told[row.id], undone_by=undone[row.id]) if row.id in undone else told[row.id],
                     changes(legs.get(row.id, [])), after[row.id], getattr(row, "status", "")) for row in rows)
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
    return connection.execute(_FIRST, {"account": account_id}).scalar_one_or_none()
