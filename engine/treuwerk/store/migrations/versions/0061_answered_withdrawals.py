"""What was answered to withdrawals that belong to no order."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None
_TABLE = "order_withdrawal"


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.add_column(_TABLE, sa.Column("answer", sa.Text(), nullable=False, server_default=""))
    op.add_column(_TABLE, sa.Column("answered_at", WHOLE, nullable=False, server_default="0"))


def downgrade() -> None:
    """Take this step back; what was answered is lost."""
    for name in ("answered_at", "answer"):
        op.drop_column(_TABLE, name)
