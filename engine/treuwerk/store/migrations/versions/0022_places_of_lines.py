"""The part of its document that a purchase line stands in, and an index of changes that wait for their document."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0025"
branch_labels = None
depends_on = None
_WAITS = "kind = 'change' AND open_since IS NOT NULL"


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.add_column("purchase_line", sa.Column("place", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_correction_change", "correction", ["run_id"], unique=False, sqlite_where=sa.text(_WAITS),
                    postgresql_where=sa.text(_WAITS))


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_correction_change", "correction")
    op.drop_column("purchase_line", "place")
