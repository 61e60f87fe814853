"""Sellers that were made one with another."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0049"
down_revision = "0045"
branch_labels = None
depends_on = None
_COLUMNS = "code into_code name country aliases mappings reason +user_id actor +merged_at +undone_at undone_by"
"""Texts; ``+`` marks a whole number."""


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "seller_merge", sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        *(sa.Column(name.lstrip("+"), WHOLE if name[0] == "+" else sa.Text(), nullable=False)
          for name in _COLUMNS.split()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seller_merge")), sqlite_strict=True)
    op.create_index("ix_seller_merge_into_code", "seller_merge", ["into_code"], unique=False)


def downgrade() -> None:
    """Take this step back; the index goes with its table."""
    op.drop_table("seller_merge")
