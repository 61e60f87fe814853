"""The work queue: everything that somebody must do, in one list. Two clerks never get the same.

Notes, bookings by hand and clearing runs put their work here in their own transactions, by `store.work.put`, and later
kinds do the same: a kind, the object that it is about, and who closes it. What cannot be finished by a click, since it
waits for a decision, is in `DECIDED_ELSEWHERE`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.ids import account_and_row
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.services.auditing import note_act
from treuwerk.services.participants import notes
from treuwerk.store import work
from treuwerk.store.notes import is_clerk
from treuwerk.store.tables import work_item

READ, WORK = "queue.read", "queue.work"
HELD_SECONDS = 15 * 60
COUNTED_AT_MOST = 1_000
"""A page tells it as "999+"."""
DECIDED_ELSEWHERE = frozenset({work.ADJUSTMENT, work.SUBMISSION, work.HELD_FILE, work.MAPPING, work.WITHDRAWAL,
                                work.TIER_GRANT})
"""Kinds that end by a decision on their object, not by a click in the queue."""
_SECOND = 1_000_000
_TRIES = 5


class View(StrEnum):
    """Which part of the queue is shown."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"
    TEAM = "team"
    SNOOZED = "snoozed"


@attrs.frozen
class WorkItem:
    """One thing to do; instants in microseconds UTC, `due_on` an ISO day or empty.

    `holder` has it open since `held_since`; both are empty where nobody does.
    """

    id: int
    kind: str
    object: str
    account_id: int
    participant: str
    gist: str
    due_on: str
    state: str
    assignee_id: int
    assignee: str
    snoozed_until: int
    holder_id: int
    holder: str
    held_since: int
    created_at: int
    version: int

    @property
    def title(self) -> str:
        """What it is called in a list: its gist, or its object where it has none."""
        return self.gist or self.object

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state == work.OPEN


@attrs.frozen
class Asked:
    """Who asks for work and when; `today` is the day in the programme's zone."""

    user_id: int
    now: int
    today: str


@attrs.frozen
class Done:
    """What became of one of many: `refused` is the code of the reason, empty where it was done.

    `assignee_id` is who had it before.
    """

    item_id: int
    gist: str
    assignee_id: int = 0
    refused: str = ""


def counts(access: Access, connection: Connection, now: int, today: str) -> Mapping[View, int]:
    """How much there is in each view, up to `COUNTED_AT_MOST`, beyond which nobody counts."""
    access.require(READ)
    asked = Asked(access.user_id, now, today)
    found = work.counted(connection, {view.value: conditions(view, asked) for view in View}, COUNTED_AT_MOST)
    return {view: found[view.value] for view in View}


def waiting(access: Access, connection: Connection, now: int, today: str) -> int:
    """How much the team has to do, for the navigation of every page; up to `COUNTED_AT_MOST`."""
    access.require(READ)
    wanted = conditions(View.TEAM, Asked(access.user_id, now, today))
    return work.counted(connection, {View.TEAM.value: wanted}, COUNTED_AT_MOST)[View.TEAM.value]


def work_items(access: Access, connection: Connection, view: View, now: int, today: str, *, kind: str = "",
               after: tuple[str, int] | None = None, limit: int = 50) -> tuple[list[WorkItem], tuple[str, int] | None]:
    """One page of a view, the most urgent first, and where the next one begins."""
    access.require(READ)
    wanted = [work.IS_OPEN, *conditions(view, Asked(access.user_id, now, today))]
    if kind:
        wanted.append(work_item.c.kind == kind)
    rows = work.page(connection, wanted, after, limit + 1)
    shown = [item_from(row, now) for row in rows[:limit]]
    last = shown[-1] if len(rows) > limit else None
    return shown, (last.due_on or "9999-12-31", last.id) if last else None


def item_of(access: Access, connection: Connection, item_id: int, now: int) -> WorkItem:
    """One thing to do.

    Raises:
        OutOfScope: there is none of this id.
    """
    access.require(READ)
    return _found(connection, item_id, now)


def open_work_of(access: Access, connection: Connection, account_id: int, now: int, limit: int = 20) -> list[WorkItem]:
    """What is to be done about a participant."""
    access.require(READ)
    access.require_account(account_id)
    return [item_from(row, now) for row in work.of_account(connection, account_id, limit)]


def take_next(access: Access, connection: Connection, now: int, today: str, view: View = View.TEAM,
              kind: str = "") -> WorkItem | None:
    """Hold the next free thing to do, of a kind where one is named, for a quarter of an hour; None: nothing is free."""
    access.require(WORK)
    asked = Asked(access.user_id, now, today)
    wanted = [work.IS_OPEN, *conditions(view, asked)]
    if kind:
        wanted.append(work_item.c.kind == kind)
    if view is not View.MINE:  # nobody is given what is another one's
        wanted.append(work_item.c.assignee_id.in_((0, access.user_id)))
    for _ in range(_TRIES):
        found = work.hold_first(connection, access.user_id, now + HELD_SECONDS * _SECOND, wanted,
                                work_item.c.held_until <= now)
        if found is not None:
            _noted(access, connection, "work.take", item := _found(connection, found, now), now)
            return item
        if not work.page(connection, [*wanted, work_item.c.held_until <= now], None, 1):
            return None
    return None


def take(access: Access, connection: Connection, item_id: int, now: int) -> WorkItem:
    """Hold one thing to do for a quarter of an hour, or for another one where it is held already.

    Raises:
        Refusal: `held` by somebody else, or `already_done`.
    """
    access.require(WORK)
    free = (work_item.c.held_until <= now) | (work_item.c.held_by == access.user_id)
    _changed(connection, item_id, now, [work_item.c.state == work.OPEN, free], access.user_id,
             held_by=access.user_id, held_until=now + HELD_SECONDS * _SECOND)
    _noted(access, connection, "work.take", item := _found(connection, item_id, now), now)
    return item


def release(access: Access, connection: Connection, item_id: int, now: int) -> WorkItem:
    """Let others have what one holds; nothing happens where one does not."""
    access.require(WORK)
    if work.change(connection, item_id, [work_item.c.held_by == access.user_id], held_by=0, held_until=0):
        _noted(access, connection, "work.release", _found(connection, item_id, now), now)
    return _found(connection, item_id, now)


def assign(access: Access, connection: Connection, item_id: int, assignee_id: int, now: int) -> WorkItem:
    """Give work to somebody, or to nobody (0).

    Raises:
        Refusal: `unknown_assignee`, `held`, `already_done`.
    """
    access.require(WORK)
    if assignee_id and not is_clerk(connection, assignee_id):
        raise Refusal("unknown_assignee", "found an assignee who does not work in the service centre any more, "
                      "expected one of the list")
    before = _open_to(access, connection, item_id, now)
    if before.kind in work.NOTES:
        if not assignee_id and not before.due_on:
            raise Refusal("needs_day", "found a follow-up without a day; expected an assignee, or a day until when, so "
                          "that it does not get lost")
        notes.assign_note(access, connection, *_note_of(before), assignee_id, now)
        _changed(connection, item_id, now, (), access.user_id, held_by=0, held_until=0)
    else:
        _changed(connection, item_id, now, [work_item.c.version == before.version], access.user_id,
                 assignee_id=assignee_id, held_by=0, held_until=0)
    after = _found(connection, item_id, now)
    note_act(connection, access, "work.assign", before.account_id, before.object, now=now,
             before={"assignee": before.assignee}, after={"assignee": after.assignee})
    return after


def assign_many(access: Access, connection: Connection, item_ids: Sequence[int], assignee_id: int,
                now: int) -> list[Done]:
    """Give much work to somebody; what cannot be given stays as it is, and says why."""
    access.require(WORK)
    return [one_of_many(access, connection, item_id, now,
                        lambda wanted: assign(access, connection, wanted, assignee_id, now)) for item_id in item_ids]


def snooze(access: Access, connection: Connection, item_id: int, until: int, now: int) -> WorkItem:
    """Hide work until an instant; 0 shows it again.

    Raises:
        Refusal: `past`, `held`, `already_done`.
    """
    access.require(WORK)
    if until and until <= now:
        raise Refusal("past", "found a day that is over, expected a later one")
    before = _open_to(access, connection, item_id, now)
    _changed(connection, item_id, now, [work_item.c.version == before.version], access.user_id, snoozed_until=until,
             held_by=0, held_until=0)
    note_act(connection, access, "work.snooze", before.account_id, before.object, now=now,
             before={"snoozed_until": before.snoozed_until}, after={"snoozed_until": until})
    return _found(connection, item_id, now)


def finish(access: Access, connection: Connection, item_id: int, now: int) -> WorkItem:
    """Mark work as done; a note that it is about is done with it.

    Raises:
        Refusal: `decided_elsewhere`, `held`, `already_done`.
    """
    access.require(WORK)
    before = _open_to(access, connection, item_id, now)
    if before.kind in DECIDED_ELSEWHERE:
        raise Refusal("decided_elsewhere", "found work that waits for a decision; expected that somebody agrees, "
                      "refuses or withdraws")
    if before.kind in work.NOTES:
        notes.finish_note(access, connection, *_note_of(before), now)
    elif not work.close(connection, before.kind, before.object, now):
        raise _refusal(_found(connection, item_id, now))
    _noted(access, connection, "work.done", before, now)
    return _found(connection, item_id, now)


def reopen(access: Access, connection: Connection, item_id: int, now: int) -> WorkItem:
    """Undo `finish`; a note has the status that it had before."""
    access.require(WORK)
    before = _found(connection, item_id, now)
    if before.is_open:
        return before
    if before.kind in DECIDED_ELSEWHERE:
        raise Refusal("decided_elsewhere", "found a decision, which stays; expected a new booking or its reversal")
    if before.kind in work.NOTES:
        notes.reopen_note(access, connection, *_note_of(before), now)
    else:
        work.change(connection, item_id, [work_item.c.state == work.DONE], state=work.OPEN, done_at=0)
    _noted(access, connection, "work.reopen", before, now)
    return _found(connection, item_id, now)


def conditions(view: View, asked: Asked) -> list[Any]:
    """What a view asks of open work."""
    awake, asleep = work_item.c.snoozed_until <= asked.now, work_item.c.snoozed_until > asked.now
    late = (work_item.c.due_on != "") & (work_item.c.due_on < asked.today)
    return {View.MINE: [awake, (work_item.c.assignee_id == asked.user_id)
                        | ((work_item.c.held_by == asked.user_id) & (work_item.c.held_until > asked.now))],
            View.UNASSIGNED: [awake, work_item.c.assignee_id == 0], View.OVERDUE: [awake, late], View.TEAM: [awake],
            View.SNOOZED: [asleep]}[view]


def _open_to(access: Access, connection: Connection, item_id: int, now: int) -> WorkItem:
    """Work that is open, and that nobody else has open."""
    item = _found(connection, item_id, now)
    if not item.is_open or item.holder_id not in (0, access.user_id):
        raise _refusal(item)
    return item


def _changed(connection: Connection, item_id: int, now: int, conditions: Collection[Any], user_id: int,
             **values: Any) -> None:
    """One conditional write decides who was first."""
    if not work.change(connection, item_id, conditions, **values):
        item = _found(connection, item_id, now)
        if item.is_open and item.holder_id in (0, user_id):
            raise Refusal("changed", "found that somebody else changed it meanwhile; look at it again")
        raise _refusal(item)


def _refusal(item: WorkItem) -> Refusal:
    if not item.is_open:
        return Refusal("already_done", "found work that is done already; nothing was changed")
    return Refusal("held", f"found that {item.holder} has this open; expected one that is free, or wait until it is",
                   holder=item.holder, held_since=item.held_since)


def one_of_many(access: Access, connection: Connection, item_id: int, now: int,
                act: Callable[[int], WorkItem]) -> Done:
    """Do something to one of many: what cannot be done leaves the others untouched."""
    gist, before = "", 0
    try:
        with connection.begin_nested():
            item = item_of(access, connection, item_id, now)
            gist, before = item.gist or item.object, item.assignee_id
            act(item_id)
    except OutOfScope:
        return Done(item_id, gist, before, "unknown")
    except notes.NoteChanged:
        return Done(item_id, gist, before, "changed")
    except Refusal as refusal:
        return Done(item_id, gist, before, refusal.code)
    return Done(item_id, gist, before)


def _note_of(item: WorkItem) -> tuple[int, int]:
    _, account_id, number = account_and_row(item.object)
    return account_id, number


def _noted(access: Access, connection: Connection, action: str, item: WorkItem, now: int) -> None:
    note_act(connection, access, action, item.account_id, item.object, now=now)


def _found(connection: Connection, item_id: int, now: int) -> WorkItem:
    row = work.one(connection, item_id)
    if row is None:
        raise OutOfScope
    return item_from(row, now)


def item_from(row: Row[Any], now: int) -> WorkItem:
    """Work from its row."""
    held = row.state == work.OPEN and row.held_by != 0 and row.held_until > now
    return WorkItem(row.id, row.kind, row.object, row.account_id, row.participant or "", row.gist, row.due_on,
                    row.state, row.assignee_id, row.assignee or "", row.snoozed_until,
                    row.held_by if held else 0, (row.holder or "") if held else "",
                    row.held_until - HELD_SECONDS * _SECOND if held else 0, row.created_at, row.version)
