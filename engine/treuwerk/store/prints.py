"""Pick lists and address labels as they were printed."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, tuple_

from treuwerk.domain.ids import row_ids
from treuwerk.store.tables import order_print

LIST, LABEL = "list", "label"
Place = tuple[int, int]
"""Account and number of an order."""
_P = order_print.c


def add(connection: Connection, kind: str, list_id: int, orders: Collection[Place], now: int, user_id: int,
        actor: str) -> None:
    """Note that something was printed for some orders."""
    numbers = row_ids(now)
    connection.execute(insert(order_print), [
        {"account_id": account_id, "order_id": order_id, "id": next(numbers), "kind": kind, "list_id": list_id,
         "printed_at": now, "user_id": user_id, "actor": actor} for account_id, order_id in orders])


def of_list(connection: Connection, list_id: int) -> Sequence[Row[Any]]:
    """The orders of a pick list, each with when and by whom it was made."""
    return connection.execute(select(order_print).where(_P.list_id == list_id, _P.kind == LIST).order_by(
        _P.account_id, _P.order_id)).all()


def of_orders(connection: Connection, orders: Collection[Place]) -> Sequence[Row[Any]]:
    """All that was printed for some orders, the oldest first."""
    if not orders:
        return ()
    return connection.execute(select(order_print).where(tuple_(_P.account_id, _P.order_id).in_(sorted(orders)))
                              .order_by(_P.printed_at, _P.id)).all()


def lists(connection: Connection, limit: int) -> Sequence[Row[Any, Any, Any, int]]:
    """The newest pick lists: `list_id`, `printed_at`, `actor` and how many `orders`; the newest first."""
    return connection.execute(select(
        _P.list_id, func.min(_P.printed_at).label("printed_at"), func.min(_P.actor).label("actor"),
        func.count().label("orders")).where(_P.kind == LIST).group_by(_P.list_id).order_by(
        _P.list_id.desc()).limit(limit)).all()
