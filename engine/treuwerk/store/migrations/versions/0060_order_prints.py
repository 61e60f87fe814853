"""What was printed for orders: pick lists and address labels."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0060"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "order_print", _whole("account_id"), _whole("order_id"), _whole("id"), _text("kind"), _whole("list_id"),
        _whole("printed_at"), _whole("user_id"), _text("actor"),
        sa.PrimaryKeyConstraint("account_id", "order_id", "id", name=op.f("pk_order_print")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_order_print_list", "order_print", ["list_id", "kind"], unique=False)


def downgrade() -> None:
    """Take this step back; the index goes with its table."""
    op.drop_table("order_print")


def _whole(name: str) -> "sa.Column[int]":
    return sa.Column(name, WHOLE, autoincrement=False, nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), autoincrement=False, nullable=False)
