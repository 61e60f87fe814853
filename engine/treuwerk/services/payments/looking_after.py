"""Looking after payments: what is known is asked for, what is late is cancelled, and refunds are tried until answered.

An attempt is noted before it is made, so two workers do not make the same one; and under its key it is one refund.
"""

from functools import partial
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.payments import (
    Known,
    PaymentAnswer,
    PaymentState,
    RefundReply,
    WantedRefund,
)
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.services.installation import Installation
from treuwerk.services.orders.scope import READ_OWN
from treuwerk.services.payments.asking import asked, in_currency, provider_of, wanted
from treuwerk.services.payments.settling import WATCHED, follow, lapse, learn
from treuwerk.services.payments.viewing import payment_named
from treuwerk.store import payments as store

_SECOND, _AT_ONCE = 1_000_000, 100
_FIRST_WAIT, _LONGEST_WAIT = 60, 3_600


@attrs.define
class LookedAfter:
    """What a run came to: payments that were looked up, orders that went on or were cancelled, refunds by answer."""

    looked_up: int = 0
    paid: int = 0
    lapsed: int = 0
    refunded: int = 0
    refused: int = 0
    unknown: int = 0


def look_after(installation: Installation, now: int) -> LookedAfter:
    """Do what is due. Twice at once is harmless."""
    result = LookedAfter()
    _look_up_due(installation, result, now)
    _let_lapse(installation, result, now)
    _refund_due(installation, result, now)
    return result


def look_up_own(installation: Installation, access: Access, public_id: str, now: int) -> None:
    """Ask the provider about the payment of an own order, for who comes back from it.

    Raises:
        NotAllowed, OutOfScope: whoever looks may not, or there is no such order.
    """
    access.require(READ_OWN)
    row = payment_named(installation, access, public_id)
    if row is not None and store.waits(row):
        look_up(installation, row, now)


def look_up(installation: Installation, row: Row[Any], now: int) -> Known:
    """What the provider of a payment says now, which its order then follows; of those by hand nobody is asked."""
    provider = provider_of(installation.programme.settings, row.provider)
    if provider is None or provider.by_hand:
        follow(installation, row.account_id, row.order_id, _nothing, now, "")
        return Known(PaymentAnswer.WAITING, row.captured)
    known = asked(lambda: in_currency(provider.look_up(wanted(row)), row.currency), Known)
    if known.answer is not PaymentAnswer.UNKNOWN:
        learn(installation, row.account_id, row.order_id, known, now, row.provider)
    return known


def _nothing(_connection: Connection, _row: Row[Any]) -> bool:
    return False


def _look_up_due(installation: Installation, result: LookedAfter, now: int) -> None:
    with installation.database.reading() as connection:
        due = store.due(connection, now, _AT_ONCE)
    for row in due:
        over = row.state == PaymentState.OVER and now > row.pay_until + WATCHED
        later = 0 if over else now + _wait(row.attempts)
        if not installation.database.run(partial(_begin, row, later)):
            continue
        result.looked_up += 1
        look_up(installation, row, now)
        with installation.database.reading() as connection:
            after = store.of_order(connection, row.account_id, row.order_id)
        result.paid += after is not None and after.state == PaymentState.PAID


def _begin(row: Row[Any], later: int, connection: Connection) -> bool:
    return store.begin(connection, row, later)


def _let_lapse(installation: Installation, result: LookedAfter, now: int) -> None:
    """Cancel what is late, asking once more before; who cannot be reached then is asked later, and pays back."""
    while True:
        with installation.database.reading() as connection:
            late = store.overdue(connection, now, _AT_ONCE)
        done = 0
        for row in late:
            look_up(installation, row, now)
            done += installation.database.run(partial(lapse, installation.programme.settings, row.account_id,
                                                      row.order_id, now))
        result.lapsed += done
        if not done:
            return


def _refund_due(installation: Installation, result: LookedAfter, now: int) -> None:
    money = installation.programme.settings.rewards.money
    if money is None or money.provider.by_hand:
        return
    with installation.database.reading() as connection:
        due = store.due_refunds(connection, money.head.provider, now, _AT_ONCE)
    for row in due:
        if not installation.database.run(partial(_begin_refund, row, now)):
            continue
        asked_for = WantedRefund(row.key, row.payment, row.reference, row.amount, row.currency)
        reply = asked(lambda asked_for=asked_for: money.provider.refund(asked_for), RefundReply)  # type: ignore[misc]
        answer = PaymentAnswer.UNKNOWN if reply.answer is PaymentAnswer.WAITING else reply.answer
        installation.database.run(partial(_answered, row, answer, reply.said, f"payment {row.provider}", now))
        name = "refunded" if answer is PaymentAnswer.ACCEPTED else answer.value
        setattr(result, name, getattr(result, name) + 1)


def _begin_refund(row: Row[Any], now: int, connection: Connection) -> bool:
    return store.begin_refund(connection, row, now + _wait(row.attempts), now)


def _answered(row: Row[Any], answer: PaymentAnswer, said: str, actor: str, now: int, connection: Connection) -> None:
    if answer is PaymentAnswer.ACCEPTED:
        paid_back(connection, row, said, actor, now)
    else:
        store.answered(connection, row, answer.value, said, now)


def paid_back(connection: Connection, row: Row[Any], said: str, actor: str, now: int) -> bool:
    """Note that a refund was paid; False where it is noted already."""
    payment = store.locked(connection, row.account_id, row.order_id)
    if payment is None:
        raise OutOfScope
    if not store.answered(connection, row, store.ACCEPTED, said, now):
        return False
    store.change(connection, payment, now, refunded=payment.refunded + row.amount)
    store.note(connection, payment, store.REFUNDED, f"refunded|{row.id}", row.amount, actor, now)
    return True


def _wait(attempts: int) -> int:
    return min(_FIRST_WAIT << min(attempts, 10), _LONGEST_WAIT) * _SECOND
