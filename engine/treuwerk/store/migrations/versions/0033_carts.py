"""Carts, and checkouts that are under way."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import FLAG, WHOLE

revision = "0033"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "cart_line", _whole("account_id"), _whole("user_id"), _text("variant"), _whole("quantity"), _whole("points"),
        _text("promotion"), sa.Column("later", FLAG, nullable=False), _whole("added_at"), _whole("changed_at"),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_line_some")),
        sa.PrimaryKeyConstraint("account_id", "user_id", "variant", name=op.f("pk_cart_line")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "checkout", _whole("account_id"), _whole("user_id"), _text("content"), _whole("changed_at"),
        sa.PrimaryKeyConstraint("account_id", "user_id", name=op.f("pk_checkout")),
        sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Take this step back."""
    for name in ("checkout", "cart_line"):
        op.drop_table(name)


def _whole(name: str) -> "sa.Column[int]":
    return sa.Column(name, WHOLE, autoincrement=False, nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), autoincrement=False, nullable=False)
