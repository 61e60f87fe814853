"""Counters of caps and budgets, and what bookings use of them."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0070"
down_revision = "0066"
branch_labels = None
depends_on = None
_CLUSTERED = {"sqlite_strict": True, "sqlite_with_rowid": False}


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "limit_counter",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("counter", sa.Text(), nullable=False), sa.Column("used", WHOLE, nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_limit_counter_counted")),
        sa.PrimaryKeyConstraint("account_id", "counter", name=op.f("pk_limit_counter")), **_CLUSTERED)
    op.create_table(
        "limit_use",
        *(sa.Column(name, WHOLE, autoincrement=False, nullable=False) for name in (
            "account_id", "transaction_id", "line")),
        sa.Column("counter", sa.Text(), nullable=False), sa.Column("amount", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "transaction_id", "line", "counter", name=op.f("pk_limit_use")),
        **_CLUSTERED)
    op.create_table(
        "earning_budget",
        sa.Column("counter", sa.Text(), nullable=False), sa.Column("day", sa.Text(), nullable=False),
        sa.Column("points", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("counter", "day", name=op.f("pk_earning_budget")), **_CLUSTERED)


def downgrade() -> None:
    """Take this step back."""
    for name in ("earning_budget", "limit_use", "limit_counter"):
        op.drop_table(name)
