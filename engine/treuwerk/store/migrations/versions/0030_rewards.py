"""Rewards with their versions, variants and stock."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    _table("reward", ["number"], "number state content +version changed_by +changed_at")
    op.create_index("ix_reward_changed_at", "reward", ["changed_at"], unique=False)
    _table("reward_version", ["number", "version"], "number +version state content actor source +made_at",
           clustered=True)
    _table("reward_variant", ["variant"], "variant number", clustered=True)
    op.create_index("ix_reward_variant_number", "reward_variant", ["number"], unique=False)
    _table("reward_stock", ["variant"], "variant +on_hand +reserved +version +changed_at",
           sa.CheckConstraint("reserved >= 0 AND on_hand >= reserved", name=op.f("ck_reward_stock_enough")))


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    for name in ("reward_stock", "reward_variant", "reward_version", "reward"):
        op.drop_table(name)


def _table(name: str, keys: list[str], columns: str, *more: sa.CheckConstraint, clustered: bool = False) -> None:
    """Columns are texts; ``+`` marks a whole number."""
    op.create_table(
        name, *(sa.Column(column.lstrip("+"), WHOLE if column[0] == "+" else sa.Text(), autoincrement=False,
                          nullable=False) for column in columns.split()),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")), *more, sqlite_strict=True,
        sqlite_with_rowid=not clustered)
