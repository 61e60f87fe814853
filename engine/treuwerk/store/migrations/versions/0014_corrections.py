"""Corrections of purchases, what they are about, what they took back, and how many of them a run brought."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE
from treuwerk.store.tables.search import FOLDED

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None
_OPEN = "open_since IS NOT NULL"


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    _table("correction", ["key"], [sa.Column("key", FOLDED, autoincrement=False, nullable=False), *_columns(
        "content kind occurred_on detail +account_id +run_id +at_line document +reported_at ?open_since")])
    op.create_index("ix_correction_open", "correction", ["reported_at"], unique=False, sqlite_where=sa.text(_OPEN),
                    postgresql_where=sa.text(_OPEN))
    _table("correction_target", ["target", "key"], [
        sa.Column("target", FOLDED, autoincrement=False, nullable=False), *_columns("key")])
    _table("purchase_alias", ["account_id", "line_id", "target"], [*_columns("+account_id +line_id"), sa.Column(
        "target", FOLDED, autoincrement=False, nullable=False)])
    op.create_index("ix_purchase_alias_target", "purchase_alias", ["target"], unique=False)
    _table("taken_back", ["account_id", "line_id", "after"], _columns(
        "+account_id +line_id +after key +pieces ?reversal_id +run_id occurred_on"))
    op.create_index("ix_taken_back_key", "taken_back", ["key"], unique=False)
    for name in ("corrected", "reversals"):
        op.add_column("clearing_run", sa.Column(name, WHOLE, nullable=False, server_default="0"))


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    for name in ("reversals", "corrected"):
        op.drop_column("clearing_run", name)
    for name in ("taken_back", "purchase_alias", "correction_target", "correction"):
        op.drop_table(name)


def _columns(names: str) -> list["sa.Column[object]"]:
    """Columns are texts; ``+`` marks a whole number, ``?`` one that may be missing."""
    return [sa.Column(name.lstrip("+?"), WHOLE if name[0] in "+?" else sa.Text(), autoincrement=False,
                      nullable=name[0] == "?") for name in names.split()]


def _table(name: str, keys: list[str], columns: list["sa.Column[object]"]) -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
                    sqlite_strict=True, sqlite_with_rowid=False)
