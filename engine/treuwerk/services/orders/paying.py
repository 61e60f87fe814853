"""Points of an order: each line has a booking of its own, so that a line can be cancelled without the others.

Where an order waits for money or for somebody who approves it, its points are reserved, and spent once that has
happened.
"""

from collections.abc import Sequence

import attrs

from treuwerk.domain import ids
from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.lots import Part, first_of, less
from treuwerk.domain.movements import held, taken
from treuwerk.domain.refusals import Refusal
from treuwerk.services.ledger.bookkeeping import OpenAccount, Order
from treuwerk.services.ledger.order_bookings import booking_name
from treuwerk.services.ledger.redeeming import keeps_until, redemption_order, spendable
from treuwerk.store import holds

SLACK = 7 * 86_400 * 1_000_000
"""Microseconds that a reservation outlives the day by which an order must be paid or approved: the order ends it."""


@attrs.frozen
class Price:
    """What a line of an order costs in points."""

    line: int
    points: int


@attrs.frozen
class Paid:
    """What a line was paid with: a booking, or a hold that becomes one."""

    line: int
    transaction_id: int | None = None
    hold_id: int | None = None


def pay(account: OpenAccount, unit: str, order_id: int, prices: Sequence[Price], actor: str,
        reserved_until: int) -> list[Paid]:
    """Take the points of all lines, or reserve them where the order waits for somebody until `reserved_until`.

    The lots are looked up once for all lines.

    Raises:
        Refusal: `not_enough` (available, wanted, missing), `blocked`; nothing was booked.
    """
    wanted = sum(one.points for one in prices)
    try:
        parts = spendable(account, unit, wanted)
    except Refusal as refusal:
        if refusal.code == "not_enough":
            refusal.facts["missing"] = wanted - refusal.facts["available"]
        raise
    paid: list[Paid] = []
    for price in prices:
        mine = first_of(parts, price.points)
        parts = less(parts, mine)
        paid.append(_reserved(account, unit, order_id, price, mine, actor, reserved_until) if reserved_until
                    else _spent(account, unit, order_id, price, mine, actor))
    return paid


def _spent(account: OpenAccount, unit: str, order_id: int, price: Price, parts: Sequence[Part], actor: str) -> Paid:
    name = booking_name(account.account_id, order_id, price.line)
    order = redemption_order(account.account_id, unit, price.points, name, _cause(account, order_id), actor)
    row = account.book(order, taken(unit, parts, Book.REDEEMED, keeps_until(account, unit)))
    return Paid(price.line, transaction_id=row.id)


def _reserved(account: OpenAccount, unit: str, order_id: int, price: Price, parts: Sequence[Part], actor: str,
              reserved_until: int) -> Paid:
    name = booking_name(account.account_id, order_id, price.line)
    order = Order(account.account_id, TransactionKind.HOLD, f"hold|{name}", (unit, price.points),
                  _cause(account, order_id), actor)
    row = account.book(order, held(unit, parts, keeps_until(account, unit)))
    holds.open_hold(account.connection, account.account_id, row.id, unit, price.points, reserved_until + SLACK)
    return Paid(price.line, hold_id=row.id)


def _cause(account: OpenAccount, order_id: int) -> str:
    return ids.public_id(ids.REWARD_ORDER, account.account_id, order_id)
