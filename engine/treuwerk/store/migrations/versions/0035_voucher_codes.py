"""Voucher codes, and the key by which they are sealed."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0035"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    _table("voucher_key", ["number"], "+number sealed +made_at")
    _table("voucher_code", ["fingerprint"], "fingerprint variant sealed valid_until state +account_id +order_id +line "
           "source +added_at +taken_at +revealed_at")
    free, has = sa.text("state = 'free'"), sa.text("order_id > 0")
    op.create_index("ix_voucher_code_free", "voucher_code", ["variant", "valid_until", "fingerprint"], unique=False,
                    sqlite_where=free, postgresql_where=free)
    op.create_index("ix_voucher_code_line", "voucher_code", ["account_id", "order_id", "line"], unique=False,
                    sqlite_where=has, postgresql_where=has)


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    op.drop_table("voucher_code")
    op.drop_table("voucher_key")


def _table(name: str, keys: list[str], columns: str) -> None:
    """Columns are texts; ``+`` marks a whole number."""
    op.create_table(
        name, *(sa.Column(column.lstrip("+"), WHOLE if column[0] == "+" else sa.Text(), autoincrement=False,
                          nullable=False) for column in columns.split()),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")), sqlite_strict=True)
