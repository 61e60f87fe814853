"""The order of a submission's pages, when it was handed in, and how long decisions took."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None
_DECIDED, _WAITING = "decided_at > 0", "state = 'waiting'"


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.add_column("submission", sa.Column("submitted_at", WHOLE, nullable=False, server_default="0"))
    op.add_column("submission_page", sa.Column("position", WHOLE, nullable=False, server_default="0"))
    op.create_index("ix_submission_decided", "submission", ["decided_at"], unique=False,
                    sqlite_where=sa.text(_DECIDED), postgresql_where=sa.text(_DECIDED))
    op.create_index("ix_submission_page_sha256", "submission_page", ["sha256"], unique=False)
    op.create_index("ix_stored_file_waiting", "stored_file", ["stored_at"], unique=False,
                    sqlite_where=sa.text(_WAITING), postgresql_where=sa.text(_WAITING))


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_stored_file_waiting", table_name="stored_file")
    op.drop_index("ix_submission_page_sha256", table_name="submission_page")
    op.drop_index("ix_submission_decided", table_name="submission")
    op.drop_column("submission_page", "position")
    op.drop_column("submission", "submitted_at")
