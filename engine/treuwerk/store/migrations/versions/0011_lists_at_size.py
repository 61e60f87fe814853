"""What lists are narrowed to, with the names behind it, and ways to the entries of the audit and to open work."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.search import index_all
from treuwerk.store.tables.base import WHOLE
from treuwerk.store.tables.search import FOLDED

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
_OPEN = "state = 'open'"
_FILTERS = ("status", "group", "country")
_ORDERS = ("name", "number", "city", "joined_at")
_PARTIAL = (("ix_work_item_assignee", "work_item", ["assignee_id"], _OPEN),
            ("ix_work_item_held", "work_item", ["held_by"], f"{_OPEN} AND held_by <> 0"),
            ("ix_work_item_snoozed", "work_item", ["snoozed_until"], _OPEN),
            ("ix_audit_entry_object", "audit_entry", ["object", "id"], "object <> ''"),
            ("ix_note_pinned", "note", ["account_id", "id"], "pinned"))


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.drop_table("directory")
    _directory(_FILTERS)
    for column in _FILTERS:
        op.create_index(f"ix_directory_{column}", "directory", [column, "name", "account_id"], unique=False)
    for column in ("actor", "action"):
        _collate(column, "C")
        op.create_index(f"ix_audit_entry_{column}", "audit_entry", [column, "id"], unique=False)
    for name, table, columns, where in _PARTIAL:
        op.create_index(name, table, columns, unique=False, sqlite_where=sa.text(where),
                        postgresql_where=sa.text(where))
    index_all(op.get_bind())


def downgrade() -> None:
    """Take this step back; the directory is filled again by the step that comes next."""
    for name, table, _, _ in _PARTIAL:
        op.drop_index(name, table_name=table)
    for column in ("actor", "action"):
        op.drop_index(f"ix_audit_entry_{column}", table_name="audit_entry")
        _collate(column, "default")
    op.drop_table("directory")
    _directory(())


def _collate(column: str, name: str) -> None:
    """SQLite compares by code points anyway."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f'ALTER TABLE audit_entry ALTER COLUMN {column} TYPE text COLLATE "{name}"')


def _directory(beside: tuple[str, ...]) -> None:
    op.create_table(
        "directory",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", FOLDED, nullable=False),
        sa.Column("number", FOLDED, nullable=False),
        sa.Column("city", FOLDED, nullable=False),
        sa.Column("joined_at", WHOLE, nullable=False),
        *(sa.Column(column, sa.Text(), nullable=False) for column in beside),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_directory")),
        sqlite_strict=True)
    for column in _ORDERS:
        op.create_index(f"ix_directory_{column}", "directory", [column, "account_id"], unique=False)
