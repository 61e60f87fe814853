"""Owners of documents, evidence of purchases, and serial numbers that are taken."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE
from treuwerk.store.tables.search import FOLDED

revision = "0013"
down_revision = "0015"
branch_labels = None
depends_on = None
_AT_ONCE = 5_000
_KNOWN = ("SELECT i.key, l.source, l.serials, l.article_number, l.account_id, l.id FROM purchase_identity i "
          "JOIN purchase_line l ON l.account_id = i.account_id AND l.id = i.line_id ORDER BY l.id, i.key")


def upgrade() -> None:
    """Bring a database of the step before to this one: documents and serials that are booked already have an owner."""
    claims = _table("document_claim", ["key"], "=key owner")
    _table("purchase_reference", ["account_id", "line_id", "key"], "+account_id +line_id =key")
    op.create_index("ix_purchase_reference_key", "purchase_reference", ["key"], unique=False)
    _table("purchase_evidence", ["account_id", "line_id", "key", "owner"], "+account_id +line_id key owner +run_id "
           "+at_line source kind document line occurred_on +quantity ?net_millionths currency")
    op.create_index("ix_purchase_evidence_run_id", "purchase_evidence", ["run_id"], unique=False)
    serials = _table("serial_claim", ["serial", "article"], "serial article purchase_key +account_id +line_id")
    op.create_index("ix_serial_claim_line_id", "serial_claim", ["line_id"], unique=False)
    _fill(claims, serials)


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    for name in ("serial_claim", "purchase_evidence", "purchase_reference", "document_claim"):
        op.drop_table(name)


def _fill(claims: sa.Table, serials: sa.Table) -> None:
    connection = op.get_bind()
    owners: dict[str, str] = {}
    taken: dict[tuple[str, str], tuple[str, int, int]] = {}
    for row in connection.execute(sa.text(_KNOWN)):
        owners.setdefault("|".join(row.key.split("|")[1:5]), f"direct:{row.source}")
        for serial in filter(None, row.serials.split("|")):
            taken.setdefault(("".join(filter(str.isalnum, serial)).upper(), row.article_number),
                             (row.key, row.account_id, row.id))
    for some in _portions([{"key": key, "owner": owner} for key, owner in sorted(owners.items())]):
        connection.execute(sa.insert(claims), some)
    for some in _portions([
            {"serial": serial, "article": article, "purchase_key": key, "account_id": account, "line_id": line}
            for (serial, article), (key, account, line) in sorted(taken.items()) if serial]):
        connection.execute(sa.insert(serials), some)


def _portions(rows: list[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


def _table(name: str, keys: list[str], columns: str) -> sa.Table:
    """Columns are texts; ``=`` marks one in the order of code points, ``+`` a whole number, ``?`` one that may miss."""
    kinds: dict[str, Any] = {"+": WHOLE, "?": WHOLE, "=": FOLDED}
    return op.create_table(
        name,
        *(sa.Column(column.lstrip("+?="), kinds.get(column[0], sa.Text()), autoincrement=False,
                    nullable=column[0] == "?") for column in columns.split()),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")), sqlite_strict=True, sqlite_with_rowid=False)
