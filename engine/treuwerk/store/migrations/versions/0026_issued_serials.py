"""Serial numbers that a maker issued, each with its article."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "issued_serial", sa.Column("serial", sa.Text(), nullable=False), sa.Column("article", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("serial", "article", name=op.f("pk_issued_serial")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_issued_serial_article", "issued_serial", ["article"], unique=False)


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("issued_serial")
