"""Beginning a payment: the provider is asked under the key of the payment, and how somebody pays is kept."""

import json
from functools import partial
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain.payments import Begun, Known, PaymentAnswer
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineState
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.services.installation import Installation
from treuwerk.services.orders.scope import REDEEM
from treuwerk.services.payments.asking import asked, begun_in, provider_of, wanted
from treuwerk.services.payments.settling import learn
from treuwerk.services.payments.viewing import payment_named
from treuwerk.store import payments as store
from treuwerk.store import reward_orders

FIRST_LOOK = 60 * 1_000_000
"""Microseconds after which a payment is looked up that was begun."""


def begin_payment(installation: Installation, access: Access, public_id: str, locale: str, back: str,
                  now: int) -> Begun:
    """How the money of an order is paid: as it was begun, or begun now. Once more is the same payment.

    Raises:
        Refusal: `not_waiting`: nobody waits for money of it; `no_provider`: the programme does not take money any more.
        NotAllowed, OutOfScope: whoever acts may not, or there is no such order.
    """
    access.require(REDEEM)
    row = payment_named(installation, access, public_id)
    if row is None or not store.waits(row):
        raise Refusal("not_waiting", "found an order that waits for no money, expected one that does")
    if row.begun:
        return begun_in(row)
    provider = provider_of(installation.programme.settings, row.provider)
    if provider is None:
        raise Refusal("no_provider", f"found a payment of {row.provider!r}, which the programme has no more; cancel "
                      "the order, and place it again")
    reply = asked(lambda: provider.begin(wanted(row, locale, back)), Begun)
    if reply.answer is PaymentAnswer.REFUSED:
        learn(installation, row.account_id, row.order_id, Known(PaymentAnswer.REFUSED, said=reply.said), now,
              row.provider)
        return reply
    installation.database.run(partial(_keep, row, reply, 0 if provider.by_hand else now + FIRST_LOOK, now))
    return reply


def _keep(before: Row[Any], reply: Begun, not_before: int, now: int, connection: Connection) -> None:
    order = reward_orders.by_id(connection, before.account_id, before.order_id, locked=True)
    row = store.of_order(connection, before.account_id, before.order_id)
    if order is None or row is None:
        raise OutOfScope
    if order.state != LineState.UNPAID or row.begun:
        return
    values: dict[str, Any] = {"said": reply.said, "not_before": not_before}
    if reply.answer is not PaymentAnswer.UNKNOWN:
        values |= {"begun": json.dumps(attrs.asdict(reply), ensure_ascii=False), "reference": reply.reference}
        store.note(connection, row, "begun", "begun", row.amount, f"payment {row.provider}", now)
    store.change(connection, row, now, **values)
