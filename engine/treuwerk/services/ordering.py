"""Orders of durable work, as services and operators see them: order, list, cancel, try again."""

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.work import SECOND, UNFINISHED, OrderState
from treuwerk.store import orders, work, workers
from treuwerk.store.database import Database

CLEAR_INCOMING = "clear"
"""The job that clears a file or request that came in by itself."""
FOLLOW_HELD = "held"
"""The job that does what was decided on a held file."""
SEEN_SECONDS = 60
"""A worker that was not seen for longer is taken for dead by whoever looks from outside."""


@attrs.frozen
class OrderView:
    """An order as people read it."""

    key: str
    job: str
    state: OrderState
    attempts: int
    not_before: int
    worker: str
    beaten_at: int
    done: int
    total: int
    said: str
    created_at: int
    changed_at: int

    @property
    def progress(self) -> int | None:
        """How far it is in per cent, where it can tell."""
        return min(100, self.done * 100 // self.total) if self.total and self.state in UNFINISHED else None

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        return {**attrs.asdict(self), "state": self.state.value, "progress": self.progress}


@attrs.frozen
class Depth:
    """How much work waits and runs; `oldest_seconds` is for how long the oldest is due that nobody does yet."""

    waiting: int
    running: int
    failed: int
    oldest_seconds: int
    workers: int
    by_job: dict[str, int]
    """Waiting orders by job."""


def list_orders(connection: Connection, *, job: str = "", states: Sequence[OrderState] = (),
                limit: int = 50) -> list[OrderView]:
    """Orders: what is not finished first, then the latest."""
    return [order_from(row) for row in orders.listed(connection, job=job, states=states, limit=limit)]


def order_of(connection: Connection, key: str) -> OrderView | None:
    """An order by its key; None where there is none, or no more."""
    row = orders.one(connection, key)
    return order_from(row) if row else None


def order_from(row: Row[Any]) -> OrderView:
    """An order from its row."""
    return OrderView(row.key, row.job, OrderState(row.state), row.attempts, row.not_before, row.worker, row.beaten_at,
                     row.done, row.total, row.said, row.created_at, row.changed_at)


def cancel_order(connection: Connection, key: str, now: int) -> None:
    """Take an order back. Whoever does it already stops before the next step; what is booked stays booked.

    Raises:
        Refusal: `unknown_order`, or `order_is_over`.
    """
    found = _found(connection, key)
    if not orders.cancel(connection, key, now):
        raise Refusal("order_is_over", f"found that {key} is {found.state} already; there is nothing to take back")


def retry_order(connection: Connection, key: str, now: int) -> None:
    """Do a failed or cancelled order once more; steps that are done stay done.

    Raises:
        Refusal: `unknown_order`, or `not_failed`.
    """
    found = _found(connection, key)
    if not orders.retry(connection, key, now):
        raise Refusal("not_failed", f"found that {key} is {found.state}, expected one that failed or was cancelled")
    work.close(connection, work.ORDER, key, now)


def depth(database: Database, now: int) -> Depth:
    """How much work waits, for watchers."""
    with database.reading() as connection:
        rows, failed = orders.depths(connection, now), orders.failures(connection)
        alive = workers.alive(connection, now - SEEN_SECONDS * SECOND)
    waiting = [row for row in rows if row.state != OrderState.RUNNING.value]
    by_job: dict[str, int] = {}
    for row in waiting:
        by_job[row.job] = by_job.get(row.job, 0) + row.orders
    oldest = min((row.due_since for row in waiting), default=now)
    return Depth(sum(by_job.values()), sum(row.orders for row in rows if row.state == OrderState.RUNNING.value), failed,
                 max(0, (now - oldest) // SECOND), alive, by_job)


def _found(connection: Connection, key: str) -> Row[Any]:
    row = orders.one(connection, key)
    if row is None:
        raise Refusal("unknown_order", f"found no work with the key {key!r}, expected one of treuwerk jobs list")
    return row
