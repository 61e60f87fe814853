"""What one person wants a number of a sender to mean, and another one must agree with."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0040"
down_revision = "0035"
branch_labels = None
depends_on = None
_COLUMNS = ("kind scope scheme value written_as called +account_id reach document points state +user_id actor +asked_at "
            "+second_by second +decided_at +alias_id")
"""Texts; ``+`` marks a whole number."""
_WAITING = "state = 'waiting'"


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "alias_proposal", sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        *(sa.Column(name.lstrip("+"), WHOLE if name[0] == "+" else sa.Text(), nullable=False)
          for name in _COLUMNS.split()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias_proposal")), sqlite_strict=True)
    op.create_index("ix_alias_proposal_waiting", "alias_proposal", ["kind", "value", "scheme", "scope"], unique=True,
                    sqlite_where=sa.text(_WAITING), postgresql_where=sa.text(_WAITING))


def downgrade() -> None:
    """Take this step back; the index goes with its table."""
    op.drop_table("alias_proposal")
