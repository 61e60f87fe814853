"""Worlds and promotions with their versions, and the budgets of promotions."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0037"
down_revision = "0027"
branch_labels = None
depends_on = None
_DOCUMENT = "code content +version changed_by +changed_at"
_VERSION = "code +version content actor source +made_at"


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    for name in ("reward_world", "promotion"):
        _table(name, ["code"], _DOCUMENT)
        _table(f"{name}_version", ["code", "version"], _VERSION, clustered=True)
    _table("promotion_budget", ["code"], "code +budget +spent +changed_at",
           sa.CheckConstraint("budget >= 0 AND spent >= 0", name=op.f("ck_promotion_budget_counted")))


def downgrade() -> None:
    """Take this step back."""
    for name in ("promotion_budget", "promotion_version", "promotion", "reward_world_version", "reward_world"):
        op.drop_table(name)


def _table(name: str, keys: list[str], columns: str, *more: sa.CheckConstraint, clustered: bool = False) -> None:
    """Columns are texts; ``+`` marks a whole number."""
    op.create_table(
        name, *(sa.Column(column.lstrip("+"), WHOLE if column[0] == "+" else sa.Text(), autoincrement=False,
                          nullable=False) for column in columns.split()),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")), *more, sqlite_strict=True,
        sqlite_with_rowid=not clustered)
