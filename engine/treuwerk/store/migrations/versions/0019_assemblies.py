"""Lines of orders that may make a whole together, and by which terms that was judged."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE
from treuwerk.store.tables.search import FOLDED

revision = "0019"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "assembly_terms", sa.Column("id", sa.Text(), nullable=False), sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assembly_terms")), sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "assembly_line",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("order_key", FOLDED, autoincrement=False, nullable=False),
        sa.Column("line_id", WHOLE, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False)
          for name in ("purchase_key", "brings", "stated", "awards", "since", "terms")),
        sa.PrimaryKeyConstraint("account_id", "order_key", "line_id", name=op.f("pk_assembly_line")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "assembly_booking",
        *(sa.Column(name, WHOLE, autoincrement=False, nullable=False)
          for name in ("account_id", "line_id", "transaction_id")),
        sa.PrimaryKeyConstraint("account_id", "line_id", "transaction_id", name=op.f("pk_assembly_booking")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_assembly_line_line", "assembly_line", ["account_id", "line_id"], unique=False)


def downgrade() -> None:
    """Take this step back; the index goes with its table."""
    op.drop_table("assembly_booking")
    op.drop_table("assembly_line")
    op.drop_table("assembly_terms")
