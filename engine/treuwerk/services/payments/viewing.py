"""Looking at payments: that of an order, all of them, and what is to be paid back."""

import json
from collections.abc import Collection
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.payments import Begun, PaymentState
from treuwerk.domain.rights import Access
from treuwerk.services.installation import Installation
from treuwerk.services.orders.scope import READ, WRITE, order_named
from treuwerk.services.payments.asking import begun_in
from treuwerk.store import payments as store

_MOST = 10_000


@attrs.frozen
class RefundSeen:
    """Cents that are paid back: ``open``, ``unknown``, ``accepted`` or ``refused``."""

    key: str
    amount: int
    state: str


@attrs.frozen
class PaymentSeen:
    """The money of an order, in cents; instants in microseconds UTC. `begun` says how somebody pays."""

    order: str
    provider: str
    reference: str
    currency: str
    state: PaymentState
    amount: int
    captured: int
    refunded: int
    pay_until: int
    begun: Begun
    refunds: tuple[RefundSeen, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether money is awaited."""
        return self.state is PaymentState.OPEN

    @property
    def missing(self) -> int:
        """Cents that are awaited still."""
        return max(0, self.amount - self.captured) if self.waits else 0

    @property
    def to_come_back(self) -> int:
        """Cents that are to be paid back and are not yet."""
        return sum(one.amount for one in self.refunds if one.state != store.ACCEPTED)

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        return {"order": self.order, "provider": self.provider, "reference": self.reference, "currency": self.currency,
                "state": self.state.value, "amount": self.amount, "captured": self.captured, "refunded": self.refunded}


@attrs.frozen
class RefundToPay:
    """A refund that is not paid yet: to whom, where that is known, and what a provider said."""

    key: str
    order: str
    amount: int
    currency: str
    state: str
    provider: str
    reference: str
    payer: str
    iban: str
    said: str


def payment_of(connection: Connection, account_id: int, number: int) -> PaymentSeen | None:
    """The payment of an order with its refunds, without asking who wants to know."""
    row = store.of_order(connection, account_id, number)
    if row is None:
        return None
    refunds = store.refunds_of(connection, account_id, number)
    return attrs.evolve(_seen(row), refunds=tuple(RefundSeen(one.key, one.amount, one.state) for one in refunds))


def listed(installation: Installation, access: Access, states: Collection[str] = (),
           limit: int = 100) -> list[PaymentSeen]:
    """Payments in some states, the newest first.

    Raises:
        NotAllowed: whoever looks has no right to.
    """
    access.require(READ)
    with installation.database.reading() as connection:
        return [_seen(row) for row in store.listed(connection, states, limit)]


def open_refunds(installation: Installation, access: Access) -> list[RefundToPay]:
    """What is to be paid back and is not yet, the oldest first; those that were refused need somebody, too.

    Raises:
        NotAllowed: whoever looks has no right to.
    """
    access.require(WRITE)
    with installation.database.reading() as connection:
        rows = store.listed_refunds(connection, (store.OPEN, store.UNKNOWN, store.REFUSED), _MOST)
    return [_to_pay(row) for row in rows]


def _seen(row: Row[Any]) -> PaymentSeen:
    return PaymentSeen(ids.public_id(ids.REWARD_ORDER, row.account_id, row.order_id), row.provider, row.reference,
                       row.currency, PaymentState(row.state), row.amount, row.captured, row.refunded, row.pay_until,
                       begun_in(row))


def _to_pay(row: Row[Any]) -> RefundToPay:
    payer = json.loads(row.payer) if row.payer else {}
    return RefundToPay(row.key, ids.public_id(ids.REWARD_ORDER, row.account_id, row.order_id), row.amount, row.currency,
                       row.state, row.provider, row.reference, payer.get("payer", ""), payer.get("iban", ""), row.said)


def payment_named(installation: Installation, access: Access, public_id: str) -> Row[Any] | None:
    """The row of the payment of an own order, None where it is paid with points alone.

    Raises:
        OutOfScope: there is no such order, or it is someone else's.
    """
    with installation.database.reading() as connection:
        return store.of_order(connection, *order_named(access, connection, public_id))
