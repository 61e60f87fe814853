"""What an order still owes of its money, and what must be paid back; within the transaction that locked the order."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.money_parts import given_back
from treuwerk.domain.payments import PaymentState
from treuwerk.domain.reward_orders import LineState, Progress
from treuwerk.store import payments as store

LineNow = tuple[Row[Any], Progress]
"""A line as it was read, and how far it is by now."""


def open_payment(connection: Connection, account_id: int, number: int, amount: int, currency: str, provider: str,
                 pay_until: int, now: int) -> None:
    """Ask for the money of an order; its key names it for the provider."""
    store.add(connection, {
        "account_id": account_id, "order_id": number, "key": ids.public_id(ids.PAYMENT, account_id, number),
        "provider": provider, "reference": "", "currency": currency, "amount": amount, "captured": 0, "refunded": 0,
        "state": PaymentState.OPEN.value, "begun": "", "payer": "", "said": "", "pay_until": pay_until, "attempts": 0,
        "not_before": 0, "made_at": now, "changed_at": now, "version": 1})


def owed(lines: Iterable[LineNow]) -> int:
    """Cents of pieces that were neither cancelled nor returned."""
    return sum(row.money - given_back(row.money, now.cancelled + now.returned, row.quantity) for row, now in lines)


def settle_up(connection: Connection, account_id: int, number: int, lines: Iterable[LineNow], now: int) -> int:
    """Pay back what came in and is not owed any more; how many cents. Nobody waits for money of what is cancelled."""
    row = store.of_order(connection, account_id, number)
    if row is None:
        return 0
    current = list(lines)
    if row.state == PaymentState.OPEN and all(line.state is LineState.CANCELLED for _, line in current):
        store.change(connection, row, now, state=PaymentState.OVER.value)
    refunds = store.refunds_of(connection, account_id, number)
    back = int(row.captured) - owed(current) - sum(int(one.amount) for one in refunds)
    if back <= 0:
        return 0
    last = max((one.id for one in refunds), default=0) + 1
    store.add_refund(connection, {
        "account_id": account_id, "order_id": number, "id": last, "key": f"{row.key}-{last}", "amount": back,
        "state": store.OPEN, "said": "", "attempts": 0, "not_before": now, "made_at": now, "changed_at": now})
    store.note(connection, row, "refund_wanted", f"wanted|{last}", back, "", now, json.dumps({"refund": last}))
    return back
