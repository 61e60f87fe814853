"""The work queue as a list: narrowed, ordered and paged, with what came in since, and acts on many rows at once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, func, select

from treuwerk.domain.rights import Access
from treuwerk.services.submissions.queue import (
    DECIDED_ELSEWHERE,
    READ,
    WORK,
    Asked,
    Done,
    View,
    WorkItem,
    assign,
    conditions,
    finish,
    item_from,
    one_of_many,
    reopen,
)
from treuwerk.store import work
from treuwerk.store.keyset import Key, sliced
from treuwerk.store.tables import work_item

ORDERS: Mapping[str, Sequence[Any]] = {
    "due": (work.DUE, work_item.c.id), "created": (work_item.c.created_at, work_item.c.id)}
"""What the queue can be ordered by."""
NOBODY = 0


@attrs.frozen
class Narrowed:
    """What the queue is narrowed to; `assignee_id` None for anybody, `words` stand in the gist."""

    view: View = View.TEAM
    kind: str = ""
    assignee_id: int | None = None
    words: str = ""


@attrs.frozen
class ListedPage:
    """One page, with the keys of its first and last row where there are others before and behind."""

    rows: Sequence[WorkItem]
    next: Key | None
    previous: Key | None


def listed(access: Access, connection: Connection, narrowed: Narrowed, now: int, today: str, *, order: str = "due",
           after: Key | None = None, before: Key | None = None, limit: int = 50) -> ListedPage:
    """One page, behind or before a row; `order` is one of `ORDERS`, with ``-`` before it for downwards."""
    access.require(READ)
    query = work.items().where(*_wanted(access, narrowed, now, today))
    found = sliced(connection, query, ORDERS[order.lstrip("-")], limit=limit, descending=order.startswith("-"),
                   after=after, before=before)
    return ListedPage([item_from(row, now) for row in found.rows], found.next, found.previous)


def counted(access: Access, connection: Connection, many: Mapping[str, Narrowed], now: int, today: str,
            at_most: int) -> Mapping[str, int]:
    """How much each of these leaves, up to `at_most`, beyond which nobody counts; in one statement."""
    access.require(READ)
    return work.counted(connection, {name: _conditions(access, one, now, today) for name, one in many.items()}, at_most)


def keys_of(access: Access, connection: Connection, narrowed: Narrowed, now: int, today: str, limit: int) -> list[int]:
    """The ids of everything that is left, the most urgent first."""
    access.require(READ)
    return list(connection.execute(select(work_item.c.id).where(*_wanted(access, narrowed, now, today)).order_by(
        *ORDERS["due"]).limit(limit)).scalars())


def arrived(access: Access, connection: Connection, narrowed: Narrowed, now: int, today: str, since: int) -> int:
    """How much of it came into the queue after an instant."""
    access.require(READ)
    return connection.execute(select(func.count()).select_from(work_item).where(
        *_wanted(access, narrowed, now, today), work_item.c.created_at > since)).scalar_one()


def some(access: Access, connection: Connection, item_ids: Collection[int], now: int) -> list[WorkItem]:
    """Work by its ids, in their order; what is not there is left out."""
    access.require(READ)
    rows = connection.execute(work.items().where(work_item.c.id.in_(item_ids)))
    found = {row.id: item_from(row, now) for row in rows}
    return [found[item_id] for item_id in item_ids if item_id in found]


def hindrance(access: Access, item: WorkItem, act: str, assignee_id: int = NOBODY) -> str:
    """Why an act (``assign``, ``done`` or ``reopen``) cannot be done to work as it stands; empty where it can."""
    if act == "reopen":
        return "decided_elsewhere" if item.kind in DECIDED_ELSEWHERE else ""
    if not item.is_open:
        return "already_done"
    if item.holder_id not in (0, access.user_id):
        return "held"
    if act == "done":
        return "decided_elsewhere" if item.kind in DECIDED_ELSEWHERE else ""
    return "needs_day" if item.kind == work.NOTE and not assignee_id and not item.due_on else ""


def finish_many(access: Access, connection: Connection, item_ids: Sequence[int], now: int) -> list[Done]:
    """Mark much work as done; what cannot be stays as it is, and says why."""
    access.require(WORK)
    return [one_of_many(access, connection, item_id, now, lambda wanted: finish(access, connection, wanted, now))
            for item_id in item_ids]


def reopen_many(access: Access, connection: Connection, item_ids: Sequence[int], now: int) -> list[Done]:
    """Undo `finish_many`."""
    access.require(WORK)
    return [one_of_many(access, connection, item_id, now, lambda wanted: reopen(access, connection, wanted, now))
            for item_id in item_ids]


def give_back(access: Access, connection: Connection, pairs: Sequence[tuple[int, int]], now: int) -> list[Done]:
    """Undo `queue.assign_many`: each thing to do goes to whom it belonged before."""
    access.require(WORK)
    before = dict(pairs)
    return [one_of_many(access, connection, item_id, now,
                        lambda wanted: assign(access, connection, wanted, before[wanted], now))
            for item_id in before]


def _wanted(access: Access, narrowed: Narrowed, now: int, today: str) -> list[Any]:
    return [work.IS_OPEN, *_conditions(access, narrowed, now, today)]


def _conditions(access: Access, narrowed: Narrowed, now: int, today: str) -> list[Any]:
    found = conditions(narrowed.view, Asked(access.user_id, now, today))
    if narrowed.kind:
        found.append(work_item.c.kind == narrowed.kind)
    if narrowed.assignee_id is not None:
        found.append(work_item.c.assignee_id == narrowed.assignee_id)
    if narrowed.words:
        found.append(work_item.c.gist.icontains(narrowed.words, autoescape=True))
    return found
