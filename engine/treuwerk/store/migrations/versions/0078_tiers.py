"""Tiers: how participants stand, how that came about, and what was given by hand. They fill with the first run."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0078"
down_revision = "0076"
branch_labels = None
depends_on = None
_STANDING = ("day", "tier", "since", "until", "why", "figures", "counted_from", "counted_until", "held", "held_since",
             "held_until", "short_since")
_CHANGE = ("day", "before", "after", "until", "why", "figures", "counted_from", "counted_until", "actor", "reason")
_GRANT = ("tier", "first_on", "last_on", "reason", "state", "asked_by", "decided_by", "decision")


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "tier_standing", _whole("account_id"), *map(_text, _STANDING), _whole("grant_id"), _whole("version"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_tier_standing")), sqlite_strict=True)
    op.create_index("ix_tier_standing_tier", "tier_standing", ["tier"], unique=False)
    op.create_table(
        "tier_change", _whole("account_id"), _whole("id"), *map(_text, _CHANGE), _whole("noted_at"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_tier_change")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.create_table(
        "tier_grant", _whole("account_id"), _whole("id"), *map(_text, _GRANT), _whole("asked_at"),
        _whole("decided_at"), _whole("version"),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_tier_grant")),
        sqlite_strict=True, sqlite_with_rowid=False)
    waits = sa.text("state = 'waiting'")
    op.create_index("ix_tier_grant_waiting", "tier_grant", ["asked_at"], unique=False, sqlite_where=waits,
                    postgresql_where=waits)


def downgrade() -> None:
    """Take this step back; the indexes go with their tables."""
    for name in ("tier_grant", "tier_change", "tier_standing"):
        op.drop_table(name)


def _whole(name: str) -> "sa.Column[int]":
    return sa.Column(name, WHOLE, autoincrement=False, nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), autoincrement=False, nullable=False)
