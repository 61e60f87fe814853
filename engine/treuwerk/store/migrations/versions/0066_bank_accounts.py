"""Bank accounts that files name, and those of sellers. Files that are there have none until they are read again."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0066"
down_revision = "0061"
branch_labels = None
depends_on = None
_TABLES = {"page_account": "sha256", "seller_account": "seller"}


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    for name, first in _TABLES.items():
        noted = [sa.Column("noted_at", WHOLE, nullable=False)] if name == "seller_account" else []
        op.create_table(
            name, sa.Column(first, sa.Text(), nullable=False), sa.Column("account", sa.Text(), nullable=False), *noted,
            sa.PrimaryKeyConstraint(first, "account", name=op.f(f"pk_{name}")),
            sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Take this step back."""
    for name in _TABLES:
        op.drop_table(name)
