"""When the catalogue last changed, who waits for pieces, and what is sold out."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0031"
down_revision = "0033"
branch_labels = None
depends_on = None
_SOLD_OUT = sa.text("on_hand = reserved")


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    _table("catalogue_state", ["catalogue"], "catalogue +version +changed_at")
    _table("stock_watch", ["account_id", "user_id", "variant"], "+account_id +user_id variant +watched_at")
    op.create_index("ix_stock_watch_variant", "stock_watch", ["variant"], unique=False)
    op.create_index("ix_reward_stock_sold_out", "reward_stock", ["variant"], unique=False,
                    sqlite_where=_SOLD_OUT, postgresql_where=_SOLD_OUT)
    op.create_index("ix_reward_version_state", "reward_version", ["state", "number", "made_at"], unique=False)


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    op.drop_index("ix_reward_version_state", "reward_version")
    op.drop_index("ix_reward_stock_sold_out", "reward_stock")
    op.drop_table("stock_watch")
    op.drop_table("catalogue_state")


def _table(name: str, keys: list[str], columns: str) -> None:
    """Columns are texts; ``+`` marks a whole number."""
    op.create_table(
        name, *(sa.Column(column.lstrip("+"), WHOLE if column[0] == "+" else sa.Text(), autoincrement=False,
                          nullable=False) for column in columns.split()),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")), sqlite_strict=True, sqlite_with_rowid=False)
