"""What went wrong in plugins, and which of them are paused."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0080"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "plugin_failure", _text("plugin"), _text("version"), _text("hook"), _text("part"), _text("digest"),
        _text("error"), _text("said"), _whole("first_at"), _whole("last_at"), _whole("times"),
        _whole("acknowledged_at"), _text("acknowledged_by"),
        sa.PrimaryKeyConstraint("plugin", "version", "hook", "part", "digest", name=op.f("pk_plugin_failure")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_index("ix_plugin_failure_last_at", "plugin_failure", ["last_at"], unique=False)
    op.create_table(
        "plugin_pause", _text("plugin"), _text("hook"), _text("part"), _whole("counted_from"), _whole("failures"),
        _whole("paused_at"), _text("paused_by"), _text("reason"),
        sa.PrimaryKeyConstraint("plugin", "hook", "part", name=op.f("pk_plugin_pause")),
        sqlite_strict=True, sqlite_with_rowid=False)


def downgrade() -> None:
    """Take this step back; the index goes with its table."""
    op.drop_table("plugin_pause")
    op.drop_table("plugin_failure")


def _whole(name: str) -> "sa.Column[int]":
    return sa.Column(name, WHOLE, autoincrement=False, nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), autoincrement=False, nullable=False)
