"""Orders of rewards with their lines and events."""

import sqlalchemy as sa
from alembic import op

from treuwerk.store.tables.base import WHOLE

revision = "0032"
down_revision = "0036"
branch_labels = None
depends_on = None
_IN_WORK = sa.text("state IN ('waiting', 'ordered', 'handed_over', 'failed', 'partly_shipped')")
_WAITING, _RESERVED = sa.text("state = 'waiting'"), sa.text("reserved > 0")


def upgrade() -> None:
    """Bring a database of the step before to this one."""
    _table("reward_order", 2,
           "+account_id +id key evidence state +user_id actor unit +points +money destination note +placed_at "
           "+cancel_until +approve_until +changed_at +version",
           sa.UniqueConstraint("account_id", "key", name=op.f("uq_reward_order_account_id_key")))
    op.create_index("ix_reward_order_placed_at", "reward_order", ["placed_at", "account_id", "id"], unique=False)
    op.create_index("ix_reward_order_waiting", "reward_order", ["approve_until"], unique=False, sqlite_where=_WAITING,
                    postgresql_where=_WAITING)
    _table("order_line", 3,
           "+account_id +order_id +line variant reward +reward_version kind supplier promotion snapshot details state "
           "+quantity +cancelled +shipped +delivered +returned +reserved +points_each +points +money ?hold_id "
           "?transaction_id handover_key +changed_at +version",
           sa.CheckConstraint(
               "quantity > 0 AND cancelled >= 0 AND returned >= 0 AND delivered >= 0 "
               "AND cancelled + shipped <= quantity AND delivered + returned <= shipped AND reserved >= 0",
               name=op.f("ck_order_line_pieces")), clustered=True)
    op.create_index("ix_order_line_in_work", "order_line", ["state", "supplier", "account_id", "order_id", "line"],
                    unique=False, sqlite_where=_IN_WORK, postgresql_where=_IN_WORK)
    op.create_index("ix_order_line_reserved", "order_line", ["variant"], unique=False, sqlite_where=_RESERVED,
                    postgresql_where=_RESERVED)
    _table("order_event", 3, "+account_id +order_id +id +line kind +quantity +happened_at actor details",
           clustered=True)


def downgrade() -> None:
    """Take this step back; indexes go with their tables."""
    for name in ("order_event", "order_line", "reward_order"):
        op.drop_table(name)


def _table(name: str, keys: int, columns: str, *more: sa.Constraint, clustered: bool = False) -> None:
    """Columns are texts; ``+`` marks a whole number, ``?`` one that may be missing. The first `keys` are the key."""
    names = columns.split()
    op.create_table(
        name, *(sa.Column(column.lstrip("+?"), WHOLE if column[0] in "+?" else sa.Text(), autoincrement=False,
                          nullable=column[0] == "?") for column in names),
        sa.PrimaryKeyConstraint(*(one.lstrip("+?") for one in names[:keys]), name=op.f(f"pk_{name}")), *more,
        sqlite_strict=True, sqlite_with_rowid=not clustered)
