"""Drafts of rewards, and what a list of the catalogue is narrowed by."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from treuwerk.store.listed_rewards import listed
from treuwerk.store.tables.base import WHOLE

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None
_AT_ONCE = 500


def upgrade() -> None:
    """Bring a database of the step before to this one: every reward that is there gets its row in the list."""
    _table("reward_draft", "number state content +base authors +version changed_by +changed_at")
    _table("reward_listing", "number words category supplier stage +offered +changed_at")
    op.create_index("ix_reward_listing_changed_at", "reward_listing", ["changed_at", "number"], unique=False)
    op.create_index("ix_reward_listing_stage", "reward_listing", ["stage", "number"], unique=False)
    _list_all()


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    op.drop_table("reward_listing")
    op.drop_table("reward_draft")


def _list_all() -> None:
    source = sa.table("reward", *map(sa.column, ("number", "state", "content", "changed_at")))
    target = sa.table("reward_listing", *map(sa.column, ("number", "words", "category", "supplier", "stage", "offered",
                                                         "changed_at")))
    connection, last = op.get_bind(), ""
    while rows := connection.execute(sa.select(source).where(source.c.number > last).order_by(source.c.number)
                                     .limit(_AT_ONCE)).all():
        connection.execute(target.insert(), [_row(row) for row in rows])
        last = rows[-1].number


def _row(row: Any) -> dict[str, Any]:
    return listed(json.loads(row.content)) | {"stage": row.state, "offered": int(row.state == "published"),
                                              "changed_at": row.changed_at}


def _table(name: str, columns: str) -> None:
    """Columns are texts; ``+`` marks a whole number."""
    op.create_table(
        name, *(sa.Column(column.lstrip("+"), WHOLE if column[0] == "+" else sa.Text(), autoincrement=False,
                          nullable=False) for column in columns.split()),
        sa.PrimaryKeyConstraint("number", name=op.f(f"pk_{name}")), sqlite_strict=True)
