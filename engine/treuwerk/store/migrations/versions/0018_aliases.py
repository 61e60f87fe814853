"""What waiting lines wait for, what numbers of senders mean, and when participants joined and left."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0018"
down_revision = "0019"
branch_labels = None
depends_on = None
_HOLDING, _LACKING = "ended_at = 0", "waits_for <> ''"
_COLUMNS = ("kind scope scheme value written_as called verdict +account_id article reason origin +user_id actor +made_at "
            "+used_at +ended_at ended_by")
"""Texts; ``+`` marks a whole number."""
_LACKS = ("waits_for", "scope", "scheme", "value", "written_as", "called", "also")


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "alias", sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        *(sa.Column(name.lstrip("+"), WHOLE if name[0] == "+" else sa.Text(), nullable=False)
          for name in _COLUMNS.split()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")), sqlite_strict=True)
    op.create_index("ix_alias_holding", "alias", ["kind", "value", "scheme", "scope"], unique=True,
                    sqlite_where=sa.text(_HOLDING), postgresql_where=sa.text(_HOLDING))
    op.create_index("ix_alias_made_at", "alias", ["made_at", "id"], unique=False)
    op.create_table(
        "shared_identifier", sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False), sa.Column("account_id", WHOLE, autoincrement=False,
                                                                 nullable=False),
        sa.Column("written_as", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scheme", "value", "account_id", name=op.f("pk_shared_identifier")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_shared_identifier_account_id", "shared_identifier", ["account_id"], unique=False)
    for name in _LACKS:
        op.add_column("problem", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("problem", sa.Column("pieces", WHOLE, nullable=False, server_default="0"))
    op.create_index("ix_problem_lacking", "problem", ["waits_for", "value"], unique=False,
                    sqlite_where=sa.text(_LACKING), postgresql_where=sa.text(_LACKING))
    for name in ("joined_on", "left_on"):
        op.add_column("participant", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_problem_lacking", table_name="problem")
    for table, names in (("participant", ("joined_on", "left_on")), ("problem", (*_LACKS, "pieces"))):
        for name in names:
            op.drop_column(table, name)
    op.drop_table("shared_identifier")
    op.drop_table("alias")
