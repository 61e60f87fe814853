"""What suppliers report of parcels, and what is called off at suppliers."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0058"
down_revision = "0055"
branch_labels = None
depends_on = None
_INDEXED = {"followed": "follow_at", "recalled": "recall_at"}


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    for name in ("follow_at", "recall_since", "recall_at"):
        op.add_column("handover", sa.Column(name, WHOLE, nullable=False, server_default="0"))
    op.add_column("handover", sa.Column("recalled", sa.Text(), nullable=False, server_default="[]"))
    op.execute("UPDATE handover SET follow_at = 1 WHERE state = 'accepted'")  # ends with the first look at what is done
    for name, column in _INDEXED.items():
        some = sa.text(f"{column} > 0")
        op.create_index(f"ix_handover_{name}", "handover", [column], unique=False, sqlite_where=some,
                        postgresql_where=some)
    op.create_table(
        "reported_parcel",
        *(sa.Column(name, WHOLE, autoincrement=False, nullable=False) for name in ("account_id", "order_id")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in (
            "handover_key", "name", "content", "state", "code", "said")),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("reported_at", "changed_at")),
        sa.PrimaryKeyConstraint("account_id", "order_id", "handover_key", "name", name=op.f("pk_reported_parcel")),
        sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("reported_parcel")
    for name in _INDEXED:
        op.drop_index(f"ix_handover_{name}", table_name="handover")
    for name in ("recalled", "recall_at", "recall_since", "follow_at"):
        op.drop_column("handover", name)
