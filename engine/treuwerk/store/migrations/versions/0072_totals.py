"""What purchases and activities count for together, and what was booked of it. What was booked before counts for none."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE
from treuwerk.store.tables.search import FOLDED

revision = "0072"
down_revision = "0070"
branch_labels = None
depends_on = None
_TABLES = ("total_line", "total_day", "total", "total_booking")


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    _create("total_line", _whole("line_id"), _text("day"), _whole("quantity"), _whole("amount"), _whole("kept"), _whole("gone"),
            last="line_id")
    op.create_index("ix_total_line_line", "total_line", ["account_id", "line_id"], unique=False)
    _create("total_day", _text("day"), _whole("amount"), _whole("lines"), last="day")
    _create("total", _whole("counted"), _text("awards"))
    _create("total_booking", _whole("transaction_id"), last="transaction_id")


def _create(name: str, *columns: "sa.Column[object]", last: str = "") -> None:
    op.create_table(
        name, _whole("account_id"), sa.Column("total", FOLDED, autoincrement=False, nullable=False), *columns,
        sa.PrimaryKeyConstraint("account_id", "total", *([last] if last else []), name=op.f(f"pk_{name}")),
        sqlite_strict=True, sqlite_with_rowid=False)


def _whole(name: str) -> "sa.Column[object]":
    return sa.Column(name, WHOLE, autoincrement=False, nullable=False)


def _text(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Text(), nullable=False)


def downgrade() -> None:
    """Take this step back; the index goes with its table."""
    for name in reversed(_TABLES):
        op.drop_table(name)
