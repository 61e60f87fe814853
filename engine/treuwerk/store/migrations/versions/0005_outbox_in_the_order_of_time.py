"""The outbox grows at its end: messages lie, and are found, in the order in which they were written.

By account and bucket each batch met nearly every page of the table and of its index, and wrote all of them again.
"""

import sqlalchemy as sa
from alembic import op

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    _remake(["created_at", "bucket"], sqlite_with_rowid=True)


def downgrade() -> None:
    """Take this step back."""
    _remake(["bucket", "created_at"], sqlite_with_rowid=False)


def _remake(columns: list[str], *, sqlite_with_rowid: bool) -> None:
    """Only SQLite keeps rows in the order of a key, and so needs another table."""
    op.drop_index("ix_outbox_undelivered", "outbox")
    if op.get_bind().dialect.name == "sqlite":
        _move(sqlite_with_rowid=sqlite_with_rowid)
    op.create_index("ix_outbox_undelivered", "outbox", columns, unique=False,
                    sqlite_where=sa.text("delivered_at IS NULL"),
                    postgresql_where=sa.text("delivered_at IS NULL"))


def _move(*, sqlite_with_rowid: bool) -> None:
    op.create_table(
        "outbox_anew",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("bucket", WHOLE, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("delivered_at", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_outbox"),
        sqlite_strict=True, sqlite_with_rowid=sqlite_with_rowid)
    op.execute("INSERT INTO outbox_anew SELECT account_id, id, bucket, topic, payload, created_at, delivered_at "
               "FROM outbox ORDER BY created_at, account_id, id")
    op.drop_table("outbox")
    op.rename_table("outbox_anew", "outbox")
