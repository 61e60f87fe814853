"""Claims of purchases are never changed or removed, and of deltas of the system's books only the amount grows."""

from alembic import op

from treuwerk.store.guards import put_up, take_down_from

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = ("purchase_identity", "balance_delta")


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    put_up(op.get_bind(), _TABLES)


def downgrade() -> None:
    """Take this step back."""
    take_down_from(op.get_bind(), _TABLES)
