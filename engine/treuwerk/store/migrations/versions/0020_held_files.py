"""Files that were not booked because they are broken as a whole."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import FLAG, WHOLE

revision = "0020"
down_revision = "0013"
branch_labels = None
depends_on = None
_COLUMNS = ("source sha256 name +size +lines +bad reasons faults ?kept state +held_at +decided_at decided_by reason "
            "+version")
"""Texts; ``+`` marks a whole number, ``?`` yes or no."""
_KINDS: dict[str, Any] = {"+": WHOLE, "?": FLAG}


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "held_file",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        *(sa.Column(name.lstrip("+?"), _KINDS.get(name[0], sa.Text()), nullable=False) for name in _COLUMNS.split()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_file")),
        sa.UniqueConstraint("sha256", "source", name=op.f("uq_held_file_sha256_source")),
        sqlite_strict=True)
    where = sa.text("state = 'held'")
    op.create_index("ix_held_file_open", "held_file", ["held_at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("held_file")
