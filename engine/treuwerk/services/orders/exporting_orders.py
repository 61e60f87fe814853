"""Orders for machines: one JSON document for each, the same state in the same bytes, and nothing personal in them."""

import json
from collections.abc import Iterator
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import moment
from treuwerk.services.installation import Installation
from treuwerk.services.orders.parcels import OrderParcel, parcels_of_orders
from treuwerk.services.orders.viewing_orders import OrderHappened, OrderLine, PlacedOrder, with_lines
from treuwerk.services.payments.viewing import PaymentSeen
from treuwerk.store import reward_orders as store

_AT_ONCE = 500


def order_lines(installation: Installation) -> Iterator[str]:
    """Every order as a line of JSON Lines, the oldest first; without addresses, notes and names of people."""
    with installation.database.reading() as connection:
        yield from _lines(connection)


def _lines(connection: Connection) -> Iterator[str]:
    for rows in store.every(connection, _AT_ONCE):
        parcels = parcels_of_orders(connection, [(row.account_id, row.id) for row in rows])
        for order in with_lines(connection, rows):
            whole = attrs.evolve(order, parcels=parcels.get((order.account_id, order.number), ()))
            yield json.dumps(order_as_json(whole), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def order_as_json(order: PlacedOrder) -> dict[str, Any]:
    """The shape that others rely on; ids as texts, instants in ISO 8601, events where the order has them."""
    told: dict[str, Any] = {
        "id": order.public_id, "account": str(order.account_id), "key": order.key, "state": order.state.value,
        "unit": order.unit, "points": order.points, "charged": order.charged, "money": order.money,
        "charged_money": order.charged_money,
        "country": order.destination.country if order.destination else "", "placed_at": _at(order.placed_at),
        "cancel_until": _at(order.cancel_until), "changed_at": _at(order.changed_at), "version": order.version,
        "approve_until": _at(order.approve_until) if order.approve_until else None,
        "lines": [_line(one) for one in order.lines]}
    told |= {"payment": _payment(order.payment)} if order.payment else {}
    if order.parcels:
        told["parcels"] = [_parcel(one) for one in order.parcels]
    return told | ({"events": [_event(one) for one in order.events]} if order.events else {})


def _line(one: OrderLine) -> dict[str, Any]:
    pieces = one.progress
    return {"line": one.number, "variant": one.variant, "reward": one.reward, "reward_version": one.reward_version,
            "kind": one.kind, "supplier": one.supplier, "state": pieces.state.value, "quantity": pieces.quantity,
            "cancelled": pieces.cancelled, "shipped": pieces.shipped, "delivered": pieces.delivered,
            "returned": pieces.returned, "points_each": one.points_each, "regular_points": one.regular_points,
            "promotion": one.promotion, "why": list(one.why), "points": one.points, "charged": one.charged,
            "booking": one.transaction or None, "replaced": pieces.replaced,
            "replaces": {"order": one.replaces.order, "line": one.replaces.line} if one.replaces else None,
            "money": one.money, "charged_money": one.charged_money}


def _payment(one: PaymentSeen) -> dict[str, Any]:
    """What is known of the money, without who paid."""
    return {"provider": one.provider, "state": one.state.value, "currency": one.currency, "amount": one.amount,
            "captured": one.captured, "refunded": one.refunded, "refunds": [
                {"key": back.key, "amount": back.amount, "state": back.state} for back in one.refunds]}


def _parcel(one: OrderParcel) -> dict[str, Any]:
    """Without the number by which it is followed, which leads to an address."""
    return {"parcel": one.number, "carrier": one.parcel.carrier, "sent_at": _at(one.sent_at),
            "delivered_at": _at(one.delivered_at) if one.delivered_at else None,
            "lines": [{"line": line, "pieces": pieces} for line, pieces in one.pieces.items()]}


def _event(one: OrderHappened) -> dict[str, Any]:
    return {"kind": one.kind, "line": one.line, "quantity": one.quantity, "at": _at(one.happened_at)}


def _at(instant: int) -> str:
    return moment(instant).isoformat()
