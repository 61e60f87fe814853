"""What is answered to complaints, and pieces that are sent once more."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0051"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "complaint_word", *map(_whole, ("account_id", "complaint_id", "number", "user_id")),
        *map(_text, ("actor", "text", "state")), *map(_whole, ("pieces", "said_at")),
        sa.PrimaryKeyConstraint("account_id", "complaint_id", "number", name=op.f("pk_complaint_word")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "replacement", *map(_whole, ("account_id", "order_id", "line", "of_order_id", "of_line", "pieces", "worth",
                                     "complaint_id", "made_at")),
        _text("reason"),
        sa.PrimaryKeyConstraint("account_id", "order_id", "line", name=op.f("pk_replacement")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_replacement_of", "replacement", ["account_id", "of_order_id", "of_line"], unique=False)
    op.add_column("order_line", sa.Column(
        "replaced", WHOLE, sa.CheckConstraint("replaced >= 0 AND returned + replaced <= shipped",
                                              name=op.f("ck_order_line_replaced")),
        nullable=False, server_default="0"))


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    op.drop_column("order_line", "replaced")
    for name in ("replacement", "complaint_word"):
        op.drop_table(name)


def _whole(name: str) -> "sa.Column[int]":
    return sa.Column(name, WHOLE, autoincrement=False, nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), autoincrement=False, nullable=False)
