"""Parcels of orders and what is in them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, tuple_, update

from treuwerk.domain.parcels import Parcel
from treuwerk.store.tables import order_parcel, order_parcel_line

_P, _L = order_parcel.c, order_parcel_line.c


def add(connection: Connection, account_id: int, order_id: int, parcel: Parcel, pieces: Mapping[int, int],
        sent_at: int, delivered_at: int = 0) -> int:
    """A parcel of a locked order with its pieces by line; its number, from 1 on."""
    last = connection.execute(select(func.max(_P.number)).where(
        _P.account_id == account_id, _P.order_id == order_id)).scalar_one()
    number = int(last or 0) + 1
    place = {"account_id": account_id, "order_id": order_id}
    connection.execute(insert(order_parcel).values(
        **place, number=number, carrier=parcel.carrier, tracking=parcel.tracking, sent_at=sent_at,
        delivered_at=delivered_at))
    connection.execute(insert(order_parcel_line), [
        place | {"parcel": number, "line": line, "pieces": count} for line, count in sorted(pieces.items())])
    return number


def of_orders(connection: Connection, orders: Collection[tuple[int, int]]) -> tuple[Sequence[Row[Any]],
                                                                                    Sequence[Row[Any]]]:
    """Parcels of some orders by account and number, and what is in them; two statements, each in its order."""
    if not orders:
        return (), ()
    some = sorted(orders)
    parcels = connection.execute(select(order_parcel).where(tuple_(_P.account_id, _P.order_id).in_(some))
                                 .order_by(_P.account_id, _P.order_id, _P.number)).all()
    lines = connection.execute(select(order_parcel_line).where(tuple_(_L.account_id, _L.order_id).in_(some))
                               .order_by(_L.account_id, _L.order_id, _L.parcel, _L.line)).all()
    return parcels, lines


def set_delivered(connection: Connection, account_id: int, order_id: int, numbers: Collection[int], at: int) -> None:
    """Note when parcels of a locked order arrived; 0: they did not."""
    connection.execute(update(order_parcel).where(
        _P.account_id == account_id, _P.order_id == order_id, _P.number.in_(sorted(numbers))).values(delivered_at=at))


def blank(connection: Connection, accounts: Collection[int]) -> None:
    """Forget by which numbers parcels of some accounts could be followed."""
    connection.execute(update(order_parcel).where(_P.account_id.in_(sorted(accounts))).values(tracking=""))
