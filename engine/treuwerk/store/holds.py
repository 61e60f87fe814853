"""Holds: what is reserved, until when."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy import text as sql

from treuwerk.store.tables import hold

_OPEN = sql("hold.open")  # the bare column, as the partial index has it


def open_hold(connection: Connection, account_id: int, hold_id: int, unit: str, amount: int, expires_at: int) -> None:
    """Note a hold; the points have left their lots in the same transaction."""
    connection.execute(insert(hold).values(account_id=account_id, id=hold_id, unit=unit, amount=amount,
                                           remaining=amount, expires_at=expires_at, open=True))


def lessen(connection: Connection, account_id: int, hold_id: int, points: int) -> None:
    """Points of a hold were captured or released."""
    connection.execute(update(hold).where(hold.c.account_id == account_id, hold.c.id == hold_id).values(
        remaining=hold.c.remaining - points, open=hold.c.remaining > points))


def hold_by_id(connection: Connection, account_id: int, hold_id: int) -> Row[Any] | None:
    """One hold."""
    return connection.execute(select(hold).where(hold.c.account_id == account_id, hold.c.id == hold_id)).one_or_none()


def holds_of(connection: Connection, account_id: int) -> Sequence[Row[Any]]:
    """The open holds of an account, the next to end first."""
    return connection.execute(select(hold).where(hold.c.account_id == account_id, _OPEN)
                              .order_by(hold.c.expires_at, hold.c.id)).all()


def overdue(connection: Connection, now: int, limit: int) -> list[tuple[int, int]]:
    """(account, hold) of open holds that are over at `now`, the longest overdue first."""
    rows = connection.execute(select(hold.c.account_id, hold.c.id).where(_OPEN, hold.c.expires_at <= now)
                              .order_by(hold.c.expires_at).limit(limit))
    return [(row.account_id, row.id) for row in rows]
