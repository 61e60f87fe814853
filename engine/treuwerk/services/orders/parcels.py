"""Parcels of an order: what left in which, where it is followed, and when it arrived."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import attrs
from sqlalchemy import Connection

from treuwerk.domain.parcels import Parcel, link_of
from treuwerk.store import parcels as store

if TYPE_CHECKING:
    from treuwerk.services.orders.changing import OpenOrder

Packed = Mapping[Parcel, int]
"""Pieces of one line by the parcel that they leave in."""


@attrs.frozen
class OrderParcel:
    """A parcel; `pieces` by line. Instants in microseconds UTC, `delivered_at` 0 while nobody knows of its arrival."""

    number: int
    parcel: Parcel
    sent_at: int
    delivered_at: int
    pieces: Mapping[int, int]

    def link(self, carriers: Mapping[str, str]) -> str:
        """Where it can be followed, by the patterns of the programme; empty where nobody can."""
        return link_of(carriers, self.parcel)


class Packing:
    """Pieces that leave within one transaction, gathered by parcel and written as rows at its end."""

    def __init__(self) -> None:
        self._left: dict[tuple[Parcel, bool], dict[int, int]] = {}

    def put(self, line: int, packed: Packed, *, arrived: bool) -> None:
        """Pieces of a line leave; `arrived`: and are there at once."""
        for parcel, pieces in packed.items():
            if pieces:
                self._left.setdefault((parcel, arrived), {})[line] = pieces

    def write(self, connection: Connection, account_id: int, order_id: int, now: int) -> None:
        """The rows of what was gathered."""
        for (parcel, arrived), pieces in self._left.items():
            store.add(connection, account_id, order_id, parcel, pieces, now, now if arrived else 0)


def parcels_of(connection: Connection, account_id: int, order_id: int) -> tuple[OrderParcel, ...]:
    """The parcels of an order, the oldest first."""
    return parcels_of_orders(connection, [(account_id, order_id)]).get((account_id, order_id), ())


def parcels_of_orders(connection: Connection, orders: Collection[tuple[int, int]]) -> dict[tuple[int, int],
                                                                                         tuple[OrderParcel, ...]]:
    """The same for many orders, in two statements."""
    rows, lines = store.of_orders(connection, orders)
    inside: dict[tuple[int, int, int], dict[int, int]] = {}
    for one in lines:
        inside.setdefault((one.account_id, one.order_id, one.parcel), {})[one.line] = one.pieces
    found: dict[tuple[int, int], tuple[OrderParcel, ...]] = {}
    for row in rows:
        place = row.account_id, row.order_id
        found[place] = (*found.get(place, ()), OrderParcel(
            row.number, Parcel(row.carrier, row.tracking), row.sent_at, row.delivered_at,
            inside.get((*place, row.number), {})))
    return found


def note_arrivals(order: "OpenOrder", arrived: Mapping[int, bool]) -> None:
    """Parcels are there of whose lines all that was sent is; `arrived` says it of each line."""
    there = [one.number for one in parcels_of(order.connection, order.row.account_id, order.row.id)
             if not one.delivered_at and all(arrived[line] for line in one.pieces)]
    if there:
        store.set_delivered(order.connection, order.row.account_id, order.row.id, there, order.now)
