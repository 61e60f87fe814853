"""Pictures of rewards and papers that prove something of them."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0036"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one; ``+`` marks a whole number."""
    columns = "sha256 media_type name +size +width +height added_by +added_at"
    op.create_table(
        "reward_file", *(sa.Column(column.lstrip("+"), WHOLE if column[0] == "+" else sa.Text(), autoincrement=False,
                                   nullable=False) for column in columns.split()),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_reward_file")), sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("reward_file")
