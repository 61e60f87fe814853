"""Files of rewards that were looked at before they were imported."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0042"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one; ``+`` marks a whole number."""
    columns = ("+id sha256 name source state differences receipt written +user_id actor +made_at decided_by "
               "+decided_at")
    op.create_table(
        "reward_import", *(sa.Column(column.lstrip("+"), WHOLE if column[0] == "+" else sa.Text(),
                                     autoincrement=False, nullable=False) for column in columns.split()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_import")), sqlite_strict=True)
    op.create_index("ix_reward_import_source", "reward_import", ["source", "id"], unique=False)


def downgrade() -> None:
    """Take this step back; the index goes with its table."""
    op.drop_table("reward_import")
