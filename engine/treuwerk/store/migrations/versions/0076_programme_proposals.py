"""Changed programmes that wait for a second person. A database that is there takes its programme as given."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0076"
down_revision = "0074"
branch_labels = None
depends_on = None
_COLUMNS = ("digest", "part", "base", "base_part", "effect", "reason", "state", "user_id", "actor", "asked_at",
            "decided_by", "second", "decided_at", "said")
_WHOLES = {"user_id", "asked_at", "decided_by", "decided_at"}
_INDEXES = {"given": ("state", "state = 'given'"), "waiting": ("digest", "state = 'waiting'")}


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "programme_proposal", sa.Column("id", WHOLE, nullable=False, autoincrement=False),
        *(sa.Column(name, WHOLE, nullable=False) if name in _WHOLES else sa.Column(name, sa.Text(), nullable=False)
          for name in _COLUMNS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_proposal")), sqlite_strict=True)
    for name, (column, condition) in _INDEXES.items():
        op.create_index(f"ix_programme_proposal_{name}", "programme_proposal", [column], unique=True,
                        sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("programme_proposal")
