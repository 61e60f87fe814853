"""Phone numbers are found by their digits, and drafts by when they were last touched."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.search import index_all

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None
_DRAFT = "state = 'draft'"


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_index("ix_submission_draft", "submission", ["changed_at"], unique=False, sqlite_where=sa.text(_DRAFT),
                    postgresql_where=sa.text(_DRAFT))
    index_all(op.get_bind())


def downgrade() -> None:
    """Take this step back; numbers stay where they were found, and are harmless there."""
    op.drop_index("ix_submission_draft", "submission")
