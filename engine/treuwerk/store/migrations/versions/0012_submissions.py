"""Reported purchases with their pages, files and history, and the sellers that documents name."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
_OPEN = "state IN ('received', 'in_review', 'question', 'second')"


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    _submissions()
    _files()
    _sellers()


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    for name in ("seller_alias", "seller", "uploaded_file", "stored_file", "submission_event", "submission_page",
                 "submission"):
        op.drop_table(name)


def _submissions() -> None:
    _table("submission", ["account_id", "id"], "+account_id +id state channel seller seller_name kind number issued_on "
           "remark +person_id +created_by +created_at entered +entered_by +entered_at reason answer +decided_by "
           "+decided_at +second_by expected ?run_id +changed_at +version")
    _index("ix_submission_open", "submission", ["created_at", "id"], _OPEN)
    _index("ix_submission_number", "submission", ["number"], "number <> ''")
    _table("submission_page", ["account_id", "submission_id", "number"], "+account_id +submission_id +number sha256 "
           "name media_type +size +rotation reader +added_by +added_at +removed_at", clustered=True)
    _table("submission_event", ["account_id", "submission_id", "number"], "+account_id +submission_id +number kind "
           "+happened_at +user_id actor text", clustered=True)


def _files() -> None:
    _table("stored_file", ["sha256"], "sha256 media_type +size +stored_at state found +pages", clustered=True)
    _table("uploaded_file", ["sha256"], "sha256 +account_id +submission_id", clustered=True)


def _sellers() -> None:
    _table("seller", ["code"], "code name country +version +changed_at", clustered=True)
    _table("seller_alias", ["scheme", "value"], "scheme value code written_as", clustered=True)
    op.create_index("ix_seller_alias_code", "seller_alias", ["code"], unique=False)


def _table(name: str, keys: list[str], columns: str, *, clustered: bool = False) -> None:
    """Columns are texts; ``+`` marks a whole number, ``?`` one that may be missing."""
    op.create_table(
        name,
        *(sa.Column(column.lstrip("+?"), WHOLE if column[0] in "+?" else sa.Text(), autoincrement=False,
                    nullable=column[0] == "?") for column in columns.split()),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
        sqlite_strict=True, sqlite_with_rowid=not clustered)


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
