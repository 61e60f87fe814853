"""What single acts need: decisions of people, merged accounts, and the line before the next seal."""

import sqlalchemy as sa
from alembic import op

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    _decisions()
    _line_before_the_seal()


def _decisions() -> None:
    """What people decide about points."""
    op.create_table(
        "account_merge",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("into_account_id", WHOLE, nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("merged_at", WHOLE, nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column("undone_at", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_account_merge")),
        sqlite_strict=True)
    op.create_index("ix_account_merge_into", "account_merge", ["into_account_id"], unique=False)
    op.create_table(
        "manual_allowance",
        sa.Column("person", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("used", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("person", "day", "unit", name=op.f("pk_manual_allowance")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "manual_booking",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("business_key", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", WHOLE, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", WHOLE, nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("transaction_id", WHOLE, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_manual_booking")),
        sa.UniqueConstraint("account_id", "business_key", name=op.f("uq_manual_booking_account_id_business_key")),
        sqlite_strict=True)
    op.create_index("ix_manual_booking_waiting", "manual_booking", ["requested_at"], unique=False,
                    sqlite_where=sa.text("state = 'waiting'"),
                    postgresql_where=sa.text("state = 'waiting'"))


def _line_before_the_seal() -> None:
    """Single bookings that no seal covers yet."""
    op.create_table(
        "unsealed",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("transaction_id", WHOLE, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "transaction_id", name=op.f("pk_unsealed")),
        sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    for table in ("unsealed", "manual_booking", "manual_allowance", "account_merge"):
        op.drop_table(table)
