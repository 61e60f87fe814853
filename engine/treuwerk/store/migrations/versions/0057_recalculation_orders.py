"""Recalculations that the service centre orders, counts, agrees on and books."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0057"
down_revision = "0046"
branch_labels = None
depends_on = None
_COLUMNS = ("article called first until reason state +user_id actor +asked_at foreseen +foreseen_at +version +booked_by "
            "second +decided_at result said +ended_at")
"""Texts; ``+`` marks a whole number."""
_UNFINISHED = "state IN ('counting', 'ready', 'booking')"


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "recalculation_order", sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        *(sa.Column(name.lstrip("+"), WHOLE if name[0] == "+" else sa.Text(), nullable=False)
          for name in _COLUMNS.split()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recalculation_order")), sqlite_strict=True)
    op.create_index("ix_recalculation_order_unfinished", "recalculation_order", ["article"], unique=True,
                    sqlite_where=sa.text(_UNFINISHED), postgresql_where=sa.text(_UNFINISHED))


def downgrade() -> None:
    """Take this step back; the index goes with its table."""
    op.drop_table("recalculation_order")
