"""Which lines of orders are sent for which others."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, tuple_, update

from treuwerk.store.tables import replacement

_R = replacement.c


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """Note that a line is sent for pieces of another one."""
    connection.execute(insert(replacement).values(**values))


def origin_of(connection: Connection, account_id: int, order_id: int, line: int) -> Row[Any] | None:
    """What a line is sent for, None where it was ordered."""
    return connection.execute(select(replacement).where(
        _R.account_id == account_id, _R.order_id == order_id, _R.line == line)).one_or_none()


def about(connection: Connection, orders: Collection[tuple[int, int]]) -> Sequence[Row[Any]]:
    """All replacements that some orders, by account and number, are sent as or were replaced by; the oldest first."""
    if not orders:
        return ()
    some = sorted(orders)
    return connection.execute(select(replacement).where(or_(
        tuple_(_R.account_id, _R.order_id).in_(some), tuple_(_R.account_id, _R.of_order_id).in_(some)))
        .order_by(_R.account_id, _R.order_id, _R.line)).all()


def blank(connection: Connection, accounts: Collection[int]) -> None:
    """Why pieces were sent once more is forgotten; that they were stays."""
    connection.execute(update(replacement).where(_R.account_id.in_(sorted(accounts))).values(reason=""))
