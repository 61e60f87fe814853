"""Payments in money that orders of rewards ask for beside points, what happened to them, and what is paid back."""

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy import text as sql

from treuwerk.store.tables.base import Home, define, key, text, whole

UNANSWERED = "state IN ('open', 'unknown')"
"""Refunds that nobody answered yet, as the partial index has it."""
LOOKED_AFTER = "not_before > 0"
"""Payments of which somebody looks up what is known, as the partial index has it."""

# Amounts are cents; `captured` came in, `refunded` went back. `begun` is JSON: how somebody pays. `payer` is who paid
# by bank transfer, for paying back; it goes when its people do.
payment = define(
    "payment", Home.ACCOUNT,
    key("account_id"), key("order_id"),
    text("key"), text("provider"), text("reference"), text("currency"),
    whole("amount"), whole("captured"), whole("refunded"),
    text("state"), text("begun"), text("payer"), text("said"),
    whole("pay_until"), whole("attempts"), whole("not_before"), whole("made_at"), whole("changed_at"), whole("version"),
    CheckConstraint("amount > 0 AND captured >= 0 AND refunded >= 0 AND refunded <= captured", name="cents"),
    Index("ix_payment_reference", "reference"),
    Index("ix_payment_not_before", "not_before", sqlite_where=sql(LOOKED_AFTER), postgresql_where=sql(LOOKED_AFTER)),
    Index("ix_payment_pay_until", "pay_until", sqlite_where=sql("state = 'open'"),
          postgresql_where=sql("state = 'open'")),
)

# What happened to a payment, append-only by use; `key` names it, so that nothing is noted twice.
payment_event = define(
    "payment_event", Home.ACCOUNT,
    key("account_id"), key("order_id"), key("id"),
    text("kind"), text("key"), whole("amount"), whole("happened_at"), text("actor"), text("details"),
    UniqueConstraint("account_id", "order_id", "key"),
    clustered=True,
)

payment_refund = define(
    "payment_refund", Home.ACCOUNT,
    key("account_id"), key("order_id"), key("id"),
    text("key"), whole("amount"), text("state"), text("said"),
    whole("attempts"), whole("not_before"), whole("made_at"), whole("changed_at"),
    CheckConstraint("amount > 0", name="cents"),
    Index("ix_payment_refund_open", "not_before", sqlite_where=sql(UNANSWERED), postgresql_where=sql(UNANSWERED)),
    clustered=True,
)

# What bank transfers were noted for, by the bank's own number of each. `part` is empty for whatever was noted first, so
# that nobody notes a transfer for another order by mistake; one that was split on purpose has parts named by orders.
bank_transfer = define(
    "bank_transfer", Home.LOOKUP,
    key("transfer", Text), key("part", Text),
    whole("account_id"), whole("order_id"), whole("amount"), whole("noted_at"),
    CheckConstraint("amount > 0", name="cents"),
    clustered=True,
)
