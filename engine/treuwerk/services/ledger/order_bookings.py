"""Bookings that belong to orders of rewards: known by their keys, and only undone by what is done to the order."""

from contextlib import suppress

from sqlalchemy import Connection

from treuwerk.domain import ids
from treuwerk.domain.records import JournalRow
from treuwerk.domain.refusals import Refusal
from treuwerk.store import accounts, reward_orders

_MARK = "reward"
_PARTS = 4  # kind, mark, order, line and what follows


def booking_name(account_id: int, order_id: int, line: int, step: str = "") -> str:
    """By what a booking for a line of an order is known, once and for good; `step` tells later ones apart."""
    name = f"{_MARK}|{ids.public_id(ids.REWARD_ORDER, account_id, order_id)}|{line}"
    return f"{name}|{step}" if step else name


def order_of_booking(connection: Connection, row: JournalRow) -> str:
    """The public id of the order that a booking belongs to, empty for none."""
    parts = row.business_key.split("|")
    if len(parts) < _PARTS or parts[1] != _MARK:
        return ""
    with suppress(ValueError):
        prefix, account_id, number = ids.account_and_row(parts[2])
        if prefix == ids.REWARD_ORDER and reward_orders.by_id(connection, account_id, number) is not None:
            return parts[2]
    return ""  # others may choose such a key, too


def refuse_ordered(connection: Connection, account_id: int, transaction_id: int) -> None:
    """Go on only where a booking belongs to no order.

    Raises:
        Refusal: `belongs_to_order`.
    """
    row = accounts.transaction_by_id(connection, account_id, transaction_id)
    if row is not None and (order := order_of_booking(connection, row)):
        raise Refusal("belongs_to_order", f"found a booking of order {order}, expected one without an order; change "
                      "the order, and its points follow", order=order)
