"""Words by which participants are found, the order of lists of them, documents by their number, and proofs of the ledger."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE
from treuwerk.store.tables.search import FOLDED

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "search_word",
        sa.Column("word", FOLDED, autoincrement=False, nullable=False),
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("object", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word", "account_id", "kind", "object", name=op.f("pk_search_word")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_search_word_account_id", "search_word", ["account_id", "word"], unique=False)
    op.create_table(
        "directory",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", FOLDED, nullable=False),
        sa.Column("number", FOLDED, nullable=False),
        sa.Column("city", FOLDED, nullable=False),
        sa.Column("joined_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_directory")),
        sqlite_strict=True)
    for column in ("name", "number", "city", "joined_at"):
        op.create_index(f"ix_directory_{column}", "directory", [column, "account_id"], unique=False)
    op.create_index("ix_purchase_line_order", "purchase_line", ["order_number"], unique=False,
                    sqlite_where=sa.text("order_number <> ''"), postgresql_where=sa.text("order_number <> ''"))
    op.create_table(
        "proof_run",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", WHOLE, nullable=False),
        sa.Column("seen_at", WHOLE, nullable=False),
        sa.Column("finished_at", WHOLE, nullable=False),
        sa.Column("done", WHOLE, nullable=False),
        sa.Column("pieces", WHOLE, nullable=False),
        sa.Column("transactions", WHOLE, nullable=False),
        sa.Column("unsealed", WHOLE, nullable=False),
        sa.Column("sequence", WHOLE, nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("laws", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_run")),
        sqlite_strict=True)
    op.create_index("ix_proof_run_running", "proof_run", ["state"], unique=True,
                    sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'"))
    _collate("C")  # the words themselves come with step 0011, whose columns they are written to


def downgrade() -> None:
    """Take this step back."""
    _collate("default")
    op.drop_index("ix_purchase_line_order", table_name="purchase_line")
    op.drop_table("proof_run")
    op.drop_table("directory")
    op.drop_table("search_word")


def _collate(name: str) -> None:
    """SQLite compares by code points anyway."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f'ALTER TABLE purchase_identity ALTER COLUMN key TYPE text COLLATE "{name}"')
