"""Withdrawals from contracts, as they were declared."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0053"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "order_withdrawal", _whole("id"), _text("receipt"), _whole("account_id"), _whole("order_id"),
        *map(_text, ("ordered", "name", "contact", "words", "lines", "cancelled", "left")),
        _whole("points"), _whole("user_id"), _text("locale"), _whole("declared_at"), _text("last_day"), _whole("late"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_withdrawal")),
        sa.UniqueConstraint("receipt", name=op.f("uq_order_withdrawal_receipt")), sqlite_strict=True)
    op.create_index("ix_order_withdrawal_order", "order_withdrawal", ["account_id", "order_id"], unique=False)


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    op.drop_table("order_withdrawal")


def _whole(name: str) -> "sa.Column[int]":
    return sa.Column(name, WHOLE, autoincrement=False, nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), autoincrement=False, nullable=False)
