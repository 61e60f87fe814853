"""Up to which day each kind of occasion was asked for. Occasions of earlier days are nobody's: there were none."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "occasion_day", sa.Column("name", sa.Text(), nullable=False),
        sa.Column("until_day", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_occasion_day")),
        sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("occasion_day")
