"""Complaints about orders, and their photos."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0044"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "complaint", *map(_whole, ("account_id", "id", "order_id", "line")), _text("kind"), _whole("pieces"),
        _text("text"), *map(_whole, ("user_id", "note_id", "made_at")),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_complaint")), sqlite_strict=True)
    op.create_index("ix_complaint_order", "complaint", ["account_id", "order_id"], unique=False)
    op.create_table(
        "complaint_photo", _whole("account_id"), _whole("complaint_id"), _text("sha256"), _whole("number"),
        _whole("pages"), sa.PrimaryKeyConstraint("account_id", "complaint_id", "sha256",
                                                 name=op.f("pk_complaint_photo")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_complaint_photo_sha256", "complaint_photo", ["sha256"], unique=False)


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    for name in ("complaint_photo", "complaint"):
        op.drop_table(name)


def _whole(name: str) -> "sa.Column[int]":
    return sa.Column(name, WHOLE, autoincrement=False, nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), autoincrement=False, nullable=False)
