"""What is known of a payment becomes true of its order: once, whoever tells it and however many do.

A message of the provider, a browser that comes back and a look-up by ourselves may meet. All of them lock the order
first, and what came in is a sum that only grows, so whoever is second finds nothing left to do.
"""

from collections.abc import Callable
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.payments import Known, PaymentAnswer, PaymentState
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineState, OrderAct
from treuwerk.domain.rights import OutOfScope
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.orders.changing import OpenOrder, progress_of
from treuwerk.services.orders.paying import SLACK
from treuwerk.services.payments.asking import in_currency
from treuwerk.store import payments as store

PAID, LAPSED, DECLINED = "paid", "payment_lapsed", "payment_refused"
WATCHED = 14 * 86_400 * 1_000_000
"""Microseconds for which a provider is asked about a payment that was not awaited any more."""
_AGAIN = 3_600 * 1_000_000
Note = Callable[[Connection, Row[Any]], bool]
"""Notes what came in, for the payment as it is; False where it is noted already."""


def learn(installation: Installation, account_id: int, number: int, known: Known, now: int,
          provider: str) -> LineState:
    """Let an order follow what a provider says of its payment; what the order is now.

    Raises:
        OutOfScope: there is no such order, or its payment is another provider's.
        WrongCurrency: it tells of another currency than was asked for.
    """
    actor = f"payment {provider}"

    def note(connection: Connection, row: Row[Any]) -> bool:
        if row.provider != provider:
            raise OutOfScope
        more = in_currency(known, row.currency).captured - int(row.captured)
        return more > 0 and captured(connection, row, more, f"captured|{known.captured}", actor, now)

    return follow(installation, account_id, number, note, now, actor, declined=known.answer is PaymentAnswer.REFUSED,
                  said=known.said)


def follow(installation: Installation, account_id: int, number: int, note: Note, now: int, actor: str, *,
           declined: bool = False, said: str = "") -> LineState:
    """Note what came in, and let the order go on where it is enough. Money is noted whatever speaks against the rest.

    Raises:
        OutOfScope: there is no such order.
    """
    work = _Following(installation.programme.settings, account_id, number, note, now, actor, declined, said)
    try:
        return installation.database.run(work.follow)
    except Refusal:  # such as a company that is blocked: the money is there nevertheless
        return installation.database.run(attrs.evolve(work, spend=False).follow)


def lapse(settings: Settings, account_id: int, number: int, now: int, connection: Connection) -> bool:
    """Cancel an order whose money did not come in time; False where somebody was faster."""
    try:
        order = OpenOrder(connection, settings, account_id, number, now)
    except OutOfScope:
        return False
    row = store.of_order(connection, account_id, number)
    if row is None or not store.waits(row) or row.pay_until > now:
        return False
    watched = row.pay_until + WATCHED > now and not _by_hand(settings, row)
    if order.state is LineState.UNPAID:
        cancel_unpaid(order, LAPSED)
    store.change(connection, row, now, state=PaymentState.OVER.value, not_before=now + _AGAIN if watched else 0)
    return True


def cancel_unpaid(order: OpenOrder, why: str) -> None:
    """Cancel all that waits for money."""
    for line, row in order.lines.items():
        if progress_of(row).state is LineState.UNPAID:
            order.apply(line, OrderAct.CANCEL)
    order.note(why)
    order.finish()


def captured(connection: Connection, row: Row[Any], cents: int, key: str, actor: str, now: int,
             details: str = "{}") -> bool:
    """Note money that came in, under a key; False where it is noted already."""
    if not store.note(connection, row, store.CAPTURED, key, cents, actor, now, details):
        return False
    store.change(connection, row, now, captured=row.captured + cents)
    return True


@attrs.frozen
class _Following:
    """One attempt to let an order follow its money, within its transaction; without `spend` money is only noted."""

    settings: Settings
    account_id: int
    number: int
    note: Note
    now: int
    actor: str
    declined: bool
    said: str
    spend: bool = True

    def follow(self, connection: Connection) -> LineState:
        """What the order is now."""
        order = OpenOrder(connection, self.settings, self.account_id, self.number, self.now, actor=self.actor)
        self.note(connection, self._payment(connection))
        row = self._payment(connection)
        if self.said and self.said != row.said:
            store.change(connection, row, self.now, said=self.said)
        if order.state is LineState.UNPAID:
            self._decide(order, row)
        order.settle_up()
        return order.state

    def _payment(self, connection: Connection) -> Row[Any]:
        row = store.of_order(connection, self.account_id, self.number)
        if row is None:
            raise OutOfScope
        return row

    def _decide(self, order: OpenOrder, row: Row[Any]) -> None:
        """An order that waits for money: it goes on, or is over, or still waits."""
        now, enough = self.now, row.captured >= row.amount
        if enough and now >= row.pay_until + SLACK:  # its points may be free by now
            cancel_unpaid(order, LAPSED)
        elif enough and self.spend:
            _go_on(order)
            store.change(order.connection, row, now, state=PaymentState.PAID.value, not_before=0)
        elif enough:
            store.change(order.connection, row, now, not_before=now + _AGAIN)
        elif self.declined and not row.captured:
            cancel_unpaid(order, DECLINED)
            store.change(order.connection, row, now, state=PaymentState.OVER.value, not_before=0)


def _go_on(order: OpenOrder) -> None:
    act = OrderAct.PAY_FIRST if order.row.approve_until else OrderAct.PAY
    for line in order.lines:
        order.apply(line, act)
    order.note(PAID)
    within = order.settings.rewards.orders.cancel_within.after(order.now, order.settings.programme.time_zone)
    order.keep(cancel_until=max(order.row.cancel_until, within))
    order.finish()


def _by_hand(settings: Settings, row: Row[Any]) -> bool:
    money = settings.rewards.money
    return money is None or money.head.provider != row.provider or money.provider.by_hand
