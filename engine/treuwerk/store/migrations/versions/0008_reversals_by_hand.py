"""Bookings by hand take bookings back, and have a value date of their own."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
_ABOUT_A_BOOKING = sa.text("refers_to IS NOT NULL")


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.add_column("manual_booking", sa.Column("refers_to", WHOLE, nullable=True))
    op.add_column("manual_booking", sa.Column("share", WHOLE, nullable=True))
    op.add_column("manual_booking", sa.Column("occurred_on", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_manual_booking_refers_to", "manual_booking", ["account_id", "refers_to"], unique=False,
                    sqlite_where=_ABOUT_A_BOOKING, postgresql_where=_ABOUT_A_BOOKING)


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_manual_booking_refers_to", table_name="manual_booking")
    for column in ("occurred_on", "share", "refers_to"):
        op.drop_column("manual_booking", column)
