"""Seats of experiences by date."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0045"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "reward_seat",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("variant", "slot", "place")),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("capacity", "taken", "version", "changed_at")),
        sa.PrimaryKeyConstraint("variant", "slot", name=op.f("pk_reward_seat")),
        sa.CheckConstraint("taken >= 0 AND capacity >= taken", name=op.f("ck_reward_seat_enough")),
        sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("reward_seat")
