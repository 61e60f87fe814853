"""What each of several people entered for a reported purchase, and the key by which samples are chosen."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "submission_entry",
        *(sa.Column(name, WHOLE, autoincrement=False, nullable=False)
          for name in ("account_id", "submission_id", "number")),
        sa.Column("entered", sa.Text(), nullable=False), sa.Column("why", sa.Text(), nullable=False),
        sa.Column("user_id", WHOLE, nullable=False), sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("entered_at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "submission_id", "number", name=op.f("pk_submission_entry")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "sampling_key", sa.Column("purpose", sa.Text(), nullable=False), sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name=op.f("pk_sampling_key")),
        sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("sampling_key")
    op.drop_table("submission_entry")
