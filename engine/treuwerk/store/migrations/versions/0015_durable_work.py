"""Durable work: orders, their steps, workers, and files and requests that came in by themselves."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0015"
down_revision = "0017"
branch_labels = None
depends_on = None
_UNFINISHED = "state IN ('open', 'queued', 'running')"


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    _table("work_order", ["key"], "key job payload state +not_before +delivery +attempts worker +beat +beaten_at +done "
           "+total said +created_at +changed_at", clustered=True)
    _index("ix_work_order_open", "work_order", ["not_before", "key"], _UNFINISHED)
    op.create_index("ix_work_order_changed_at", "work_order", ["changed_at", "key"], unique=False)
    _table("work_step", ["work_key", "step"], "work_key step +done_at", clustered=True)
    _table("worker", ["id"], "id host +pid runner release +concurrency +started_at +seen_at", clustered=True)
    _table("incoming", ["id"], "+id way source name sha256 +size +received_at request_key document +version state "
           "?run_id receipt said +finished_at")
    _index("ix_incoming_request", "incoming", ["source", "request_key"], "request_key <> ''", unique=True)
    op.create_index("ix_incoming_sha256", "incoming", ["sha256"], unique=False)
    _index("ix_incoming_received", "incoming", ["state", "id"], "state = 'received'")
    _table("incoming_version", ["source", "document"], "source document +version", clustered=True)


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    for name in ("incoming_version", "incoming", "worker", "work_step", "work_order"):
        op.drop_table(name)


def _table(name: str, keys: list[str], columns: str, *, clustered: bool = False) -> None:
    """Columns are texts; ``+`` marks a whole number, ``?`` one that may be missing."""
    op.create_table(
        name,
        *(sa.Column(column.lstrip("+?"), WHOLE if column[0] in "+?" else sa.Text(), autoincrement=False,
                    nullable=column[0] == "?") for column in columns.split()),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
        sqlite_strict=True, sqlite_with_rowid=not clustered)


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
