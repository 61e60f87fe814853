"""Wish lists, and what was looked at last in the shop."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0038"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    for table, moment in (("wish", "added_at"), ("seen_reward", "seen_at")):
        op.create_table(
            table, *(sa.Column(name, WHOLE, autoincrement=False, nullable=False) for name in ("account_id", "user_id")),
            sa.Column("reward", sa.Text(), nullable=False),
            sa.Column(moment, WHOLE, autoincrement=False, nullable=False),
            sa.PrimaryKeyConstraint("account_id", "user_id", "reward", name=op.f(f"pk_{table}")),
            sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("seen_reward")
    op.drop_table("wish")
