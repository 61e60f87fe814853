"""Processes that do durable work, and when each was last seen."""

from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from treuwerk.store.once import insert_once
from treuwerk.store.tables import worker


def enter(connection: Connection, values: dict[str, Any]) -> None:
    """Note a process that begins to work."""
    insert_once(connection, worker, values)


def seen(connection: Connection, worker_id: str, now: int) -> None:
    """Note that it lives."""
    connection.execute(update(worker).where(worker.c.id == worker_id).values(seen_at=now))


def leave(connection: Connection, worker_id: str) -> None:
    """It ended in good order."""
    connection.execute(delete(worker).where(worker.c.id == worker_id))


def forget(connection: Connection, before: int) -> None:
    """Remove processes that were not seen for long."""
    connection.execute(delete(worker).where(worker.c.seen_at < before))


def all_of_them(connection: Connection) -> list[Row[Any]]:
    """All that are noted, the latest first."""
    return list(connection.execute(select(worker).order_by(worker.c.started_at.desc(), worker.c.id)))


def alive(connection: Connection, since: int) -> int:
    """How many were seen since an instant."""
    return connection.execute(select(func.count()).select_from(worker).where(worker.c.seen_at >= since)).scalar_one()
