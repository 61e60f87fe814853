"""Decisions between two reports of the same goods, and an index of what waits for one."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0021"
down_revision = "0026"
branch_labels = None
depends_on = None
_OPEN = ("settled_at IS NULL AND payload <> '' AND code IN ('claimed_by_other', 'conflict', 'not_on_note', "
         "'order_known', 'quantity_differs', 'serial_count', 'serial_known', 'taken_back')")


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "conflict_decision",
        *(sa.Column(name, WHOLE, autoincrement=False, nullable=False) for name in ("run_id", "number", "turn")),
        sa.Column("act", sa.Text(), nullable=False), sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False), sa.Column("user_id", WHOLE, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False), sa.Column("asked_at", WHOLE, nullable=False),
        sa.Column("second_by", WHOLE, nullable=False), sa.Column("second", sa.Text(), nullable=False),
        sa.Column("decided_at", WHOLE, nullable=False), sa.Column("points", sa.Text(), nullable=False),
        sa.Column("placed", sa.Text(), nullable=False), sa.Column("booked_run", WHOLE),
        sa.PrimaryKeyConstraint("run_id", "number", "turn", name=op.f("pk_conflict_decision")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_conflict_decision_booked_run", "conflict_decision", ["booked_run"],
                    sqlite_where=sa.text("booked_run IS NOT NULL"), postgresql_where=sa.text("booked_run IS NOT NULL"))
    op.create_index("ix_problem_conflict", "problem", ["run_id", "number"],
                    sqlite_where=sa.text(_OPEN), postgresql_where=sa.text(_OPEN))


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_problem_conflict", table_name="problem")
    op.drop_index("ix_conflict_decision_booked_run", table_name="conflict_decision")
    op.drop_table("conflict_decision")
