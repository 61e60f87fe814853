"""Everything that happened with a participant, in one stream, the latest first.

Rows behind an account have ids in the order of their making, whatever table they are in. So the sources are merged by
id alone: each page asks every source once for a few rows of its key, and one years back costs what the first one does.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Any

import attrs
from sqlalchemy import Connection, Row, exists, or_, select

from treuwerk.domain.rights import Access
from treuwerk.services.account.explaining import Explanation, article_names, booking_facts, explanation_of, legs_of
from treuwerk.services.account.ordered_points import OrderedPoints, orders_of
from treuwerk.services.account.statements import changes
from treuwerk.services.ledger.tracing import undone_by
from treuwerk.services.participants.notes import note_of
from treuwerk.store import notes
from treuwerk.store.tables import (
    account_merge,
    app_user,
    audit_entry,
    journal,
    manual_booking,
    membership,
    note,
    participant,
    purchase_line,
    sign_in_event,
)

READ = "participants.read"
BOOKING, PURCHASE, ADJUSTMENT, NOTE, SIGN_IN, CHANGE, MERGE = KINDS = (
    "booking", "purchase", "adjustment", "note", "sign_in", "change", "merge")
_NEEDS: Mapping[str, str] = {NOTE: "notes.read", CHANGE: "audit.read"}
"""Rights beside that of reading participants, without which a kind is left out."""
_TOLD_BY_THEMSELVES = ("note.%", "points.%", "%.read", "search.%")
"""Acts whose results stand in the stream as what they are, and mere reading."""


@attrs.frozen
class Event:
    """One thing that happened; `kind` is one of `KINDS`, `at` its instant in microseconds UTC.

    `what` is what the kind has: an `Explanation`, a `Note`, or the row of its table. `amounts` are points by unit that
    it changed the balance by.
    """

    kind: str
    id: int
    at: int
    who: str
    what: Any
    amounts: Mapping[str, int] = attrs.field(factory=dict)


Cursor = tuple[int, str]
"""Id and kind of the last event that was seen."""
_Rows = list[tuple[int, str, Any]]
_Source = Callable[[Connection, int, Any, int], Sequence[Row[Any]]]


def kinds_open_to(access: Access) -> tuple[str, ...]:
    """The kinds of events that somebody may see."""
    return tuple(kind for kind in KINDS if kind not in _NEEDS or access.may(_NEEDS[kind]))


def stream(access: Access, connection: Connection, account_id: int, *, kinds: Collection[str] = (),
           after: Cursor | None = None, limit: int = 30) -> tuple[list[Event], Cursor | None]:
    """One page, the latest first, and behind what the next one begins. `kinds` narrows it; empty: all of them."""
    access.require(READ)
    access.require_account(account_id)
    asked = [kind for kind in kinds_open_to(access) if not kinds or kind in kinds]
    before = after[0] if after else None
    found = [_keyed(kind, _SOURCES[kind](connection, account_id, before, limit + 2)) for kind in asked]
    rows = list(islice((row for row in merge(*found, reverse=True, key=lambda row: row[:2])
                        if after is None or row[:2] < after), limit + 1))
    shown = rows[:limit]
    events = _events(connection, account_id, shown)
    return events, (shown[-1][0], shown[-1][1]) if len(rows) > limit else None


def _keyed(kind: str, rows: Sequence[Row[Any]]) -> _Rows:
    return [(row.id, kind, row) for row in rows]


def _latest(query: Any, column: Any, before: int | None, limit: int) -> Any:
    """Rows up to an id, which is included, since two tables may have given the same one: ask for one row more."""
    wanted = query if before is None else query.where(column <= before)
    return wanted.order_by(column.desc()).limit(limit)


def _bookings(connection: Connection, account_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    query = booking_facts().where(journal.c.account_id == account_id)
    return connection.execute(_latest(query, journal.c.id, before, limit)).all()


def _purchases(connection: Connection, account_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Those that earned nothing: the others stand in their bookings."""
    booked = exists().where(journal.c.account_id == purchase_line.c.account_id, journal.c.id == purchase_line.c.id)
    query = select(purchase_line).where(purchase_line.c.account_id == account_id, ~booked)
    return connection.execute(_latest(query, purchase_line.c.id, before, limit)).all()


def _adjustments(connection: Connection, account_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Those that were not booked: the others stand in their bookings."""
    query = select(manual_booking).where(manual_booking.c.account_id == account_id,
                                         manual_booking.c.transaction_id.is_(None))
    return connection.execute(_latest(query, manual_booking.c.id, before, limit)).all()


def _notes(connection: Connection, account_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    ids = connection.execute(_latest(select(note.c.id).where(note.c.account_id == account_id), note.c.id, before,
                                     limit)).scalars().all()
    return sorted(notes.some(connection, account_id, ids), key=lambda row: -row.id)


def _sign_ins(connection: Connection, account_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    members = select(membership.c.user_id).where(membership.c.account_id == account_id)
    query = select(sign_in_event, app_user.c.name).join(app_user, app_user.c.user_id == sign_in_event.c.user_id).where(
        sign_in_event.c.user_id.in_(members))
    return connection.execute(_latest(query, sign_in_event.c.id, before, limit)).all()


def _changes(connection: Connection, account_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    told = [audit_entry.c.action.not_like(pattern) for pattern in _TOLD_BY_THEMSELVES]
    query = select(audit_entry).where(audit_entry.c.account_id == account_id, *told)
    return connection.execute(_latest(query, audit_entry.c.id, before, limit)).all()


def _merges(connection: Connection, account_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    other = participant.alias()
    query = select(account_merge, participant.c.name.label("given_up"), other.c.name.label("into")).join(
        participant, participant.c.account_id == account_merge.c.account_id).join(
        other, other.c.account_id == account_merge.c.into_account_id).where(
        or_(account_merge.c.account_id == account_id, account_merge.c.into_account_id == account_id))
    return connection.execute(_latest(query, account_merge.c.id, before, limit)).all()


_SOURCES: Mapping[str, _Source] = {
    BOOKING: _bookings, PURCHASE: _purchases, ADJUSTMENT: _adjustments, NOTE: _notes, SIGN_IN: _sign_ins,
    CHANGE: _changes, MERGE: _merges}


def _events(connection: Connection, account_id: int, rows: _Rows) -> list[Event]:
    booked = [number for number, kind, _ in rows if kind == BOOKING]
    legs = legs_of(connection, account_id, booked) if booked else {}
    undone = undone_by(connection, account_id, booked) if booked else {}
    numbers = {row.article_number or "" for _, kind, row in rows if kind in (BOOKING, PURCHASE)}
    names = article_names(connection, numbers)
    ordered = orders_of(connection, account_id, [row for _, kind, row in rows if kind == BOOKING])
    made = {BOOKING: lambda row: _booking(row, legs.get(row.id, []), names, undone.get(row.id, ()),
                                          ordered.get(row.id)),
            PURCHASE: lambda row: Event(PURCHASE, row.id, _at(row.id), row.source,
                                        (row, names.get(row.article_number, ""))),
            ADJUSTMENT: lambda row: Event(ADJUSTMENT, row.id, row.requested_at, row.requested_by, row,
                                          {row.unit: row.amount}),
            NOTE: lambda row: Event(NOTE, row.id, row.created_at, row.author or "", note_of(row)),
            SIGN_IN: lambda row: Event(SIGN_IN, row.id, row.happened_at, row.name, row),
            CHANGE: lambda row: Event(CHANGE, row.id, row.happened_at, row.actor, row),
            MERGE: lambda row: Event(MERGE, row.id, row.merged_at, row.actor, row)}
    return [made[kind](row) for _, kind, row in rows]


def _booking(row: Row[Any], legs: Sequence[Row[Any]], names: Mapping[str, str], undone: tuple[str, ...],
             ordered: OrderedPoints | None) -> Event:
    told: Explanation = attrs.evolve(
        explanation_of(row, legs, names), undone_by=undone, ordered=ordered)
    return Event(BOOKING, row.id, row.booked_at, row.actor, told, changes(legs))


def _at(row_id: int) -> int:
    """When a row was made, to the millisecond: it stands in its id."""
    return ((row_id >> 21) + 1_577_836_800_000) * 1000
