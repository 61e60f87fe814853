"""Payments in money beside points."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0052"
down_revision = "0053"
branch_labels = None
depends_on = None

_PAYMENT_TEXTS = ("key", "provider", "reference", "currency")
_CENTS = ("amount", "captured", "refunded")
_TOLD = ("state", "begun", "payer", "said")
_INSTANTS = ("pay_until", "attempts", "not_before", "made_at", "changed_at", "version")


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "payment", *_wholes("account_id", "order_id"), *_texts(*_PAYMENT_TEXTS), *_wholes(*_CENTS), *_texts(*_TOLD),
        *_wholes(*_INSTANTS),
        sa.CheckConstraint("amount > 0 AND captured >= 0 AND refunded >= 0 AND refunded <= captured",
                           name=op.f("ck_payment_cents")),
        sa.PrimaryKeyConstraint("account_id", "order_id", name=op.f("pk_payment")), sqlite_strict=True)
    op.create_index("ix_payment_reference", "payment", ["reference"], unique=False)
    for column, rule in (("not_before", "not_before > 0"), ("pay_until", "state = 'open'")):
        op.create_index(f"ix_payment_{column}", "payment", [column], unique=False, sqlite_where=sa.text(rule),
                        postgresql_where=sa.text(rule))
    op.create_table(
        "payment_event", *_wholes("account_id", "order_id", "id"), *_texts("kind", "key"),
        *_wholes("amount", "happened_at"), *_texts("actor", "details"),
        sa.PrimaryKeyConstraint("account_id", "order_id", "id", name=op.f("pk_payment_event")),
        sa.UniqueConstraint("account_id", "order_id", "key", name=op.f("uq_payment_event_account_id_order_id_key")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "payment_refund", *_wholes("account_id", "order_id", "id"), *_texts("key"), *_wholes("amount"),
        *_texts("state", "said"), *_wholes("attempts", "not_before", "made_at", "changed_at"),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_refund_cents")),
        sa.PrimaryKeyConstraint("account_id", "order_id", "id", name=op.f("pk_payment_refund")),
        sqlite_strict=True, sqlite_with_rowid=False)
    unanswered = sa.text("state IN ('open', 'unknown')")
    op.create_index("ix_payment_refund_open", "payment_refund", ["not_before"], unique=False, sqlite_where=unanswered,
                    postgresql_where=unanswered)


def downgrade() -> None:
    """Take this step back."""
    for name in ("payment_refund", "payment_event", "payment"):
        op.drop_table(name)


def _wholes(*names: str) -> "list[sa.Column[int]]":
    return [sa.Column(name, WHOLE, nullable=False) for name in names]


def _texts(*names: str) -> "list[sa.Column[str]]":
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
