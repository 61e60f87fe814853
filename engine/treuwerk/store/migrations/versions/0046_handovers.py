"""Lines of orders that were given to suppliers."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0046"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "handover",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "supplier", "state", "lines", "said")),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("attempts", "not_before", "made_at", "changed_at")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_handover")), sqlite_strict=True)
    unanswered = sa.text("state IN ('open', 'unknown')")
    op.create_index("ix_handover_open", "handover", ["not_before", "key"], unique=False, sqlite_where=unanswered,
                    postgresql_where=unanswered)


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("handover")
