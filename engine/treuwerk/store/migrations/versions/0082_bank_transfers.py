"""What bank transfers were noted for. One that two orders have by now was noted first for the older note."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0082"
down_revision = "0080"
branch_labels = None
depends_on = None
_NOTED = """
INSERT INTO bank_transfer (transfer, part, account_id, order_id, amount, noted_at)
SELECT transfer, CASE WHEN place = 1 THEN '' ELSE CAST(account_id AS TEXT) || '-' || CAST(order_id AS TEXT) END,
       account_id, order_id, amount, happened_at
FROM (SELECT substr(key, 10) AS transfer, account_id, order_id, amount, happened_at,
             row_number() OVER (PARTITION BY key ORDER BY happened_at, account_id, order_id) AS place
      FROM payment_event WHERE kind = 'captured' AND key LIKE 'transfer|%') AS noted
"""


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    op.create_table(
        "bank_transfer", sa.Column("transfer", sa.Text(), nullable=False), sa.Column("part", sa.Text(), nullable=False),
        *(sa.Column(name, WHOLE, nullable=False) for name in ("account_id", "order_id", "amount", "noted_at")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_bank_transfer_cents")),
        sa.PrimaryKeyConstraint("transfer", "part", name=op.f("pk_bank_transfer")),
        sqlite_strict=True, sqlite_with_rowid=False)
    op.execute(_NOTED)


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("bank_transfer")
