"""Orders of rewards: what was ordered, what became of each line, and what happened to it."""

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlalchemy import text as sql

from treuwerk.store.tables.base import WHOLE, Home, define, key, text, whole

IN_WORK = "state IN ('waiting', 'ordered', 'handed_over', 'failed', 'partly_shipped')"
"""Lines of which pieces have not left yet, as the partial index has it."""

# The address is a copy: where a parcel went does not change with the address book. It goes when its people do.
reward_order = define(
    "reward_order", Home.ACCOUNT,
    key("account_id"), key("id"),
    text("key"), text("evidence"),  # what names the order, and a digest of what was asked for under it
    text("state"),  # as treuwerk.domain.reward_orders makes it of the lines
    whole("user_id"), text("actor"),
    text("unit"), whole("points"), whole("money"),  # points at first; cents that are paid beside them
    text("destination"), text("note"),  # JSON, empty where nothing is delivered
    whole("placed_at"), whole("cancel_until"), whole("approve_until"),  # 0: nobody has to approve
    whole("changed_at"), whole("version"),
    UniqueConstraint("account_id", "key"),
    Index("ix_reward_order_state", "state", "placed_at", "account_id", "id"),
    Index("ix_reward_order_placed_at", "placed_at", "account_id", "id"),
    Index("ix_reward_order_waiting", "approve_until",
          sqlite_where=sql("state = 'waiting'"), postgresql_where=sql("state = 'waiting'")),
)

order_line = define(
    "order_line", Home.ACCOUNT,
    key("account_id"), key("order_id"), key("line"),
    text("variant"), text("reward"), whole("reward_version"), text("kind"), text("supplier"), text("promotion"),
    text("snapshot"),  # JSON: names by language and how the price came about
    text("details"),  # JSON: answers to what the kind asked
    text("state"),
    whole("quantity"), whole("cancelled"), whole("shipped"), whole("delivered"), whole("returned"),
    whole("reserved"),  # pieces of the stock that are kept for it
    whole("points_each"), whole("points"), whole("money"),
    Column("hold_id", WHOLE), Column("transaction_id", WHOLE),  # what reserved its points, and what spent them
    text("handover_key"), whole("changed_at"), whole("version"),
    Column("replaced", WHOLE, CheckConstraint("replaced >= 0 AND returned + replaced <= shipped", name="replaced"),
           nullable=False),  # pieces that were sent once more: nobody gets their points back, too
    CheckConstraint("quantity > 0 AND cancelled >= 0 AND returned >= 0 AND delivered >= 0 "
                    "AND cancelled + shipped <= quantity AND delivered + returned <= shipped AND reserved >= 0",
                    name="pieces"),
    Index("ix_order_line_in_work", "state", "supplier", "account_id", "order_id", "line",
          sqlite_where=sql(IN_WORK), postgresql_where=sql(IN_WORK)),
    Index("ix_order_line_reserved", "variant",
          sqlite_where=sql("reserved > 0"), postgresql_where=sql("reserved > 0")),
    clustered=True,
)

# What happened, append-only by use; line 0 is the order as a whole.
order_event = define(
    "order_event", Home.ACCOUNT,
    key("account_id"), key("order_id"), key("id"),
    whole("line"), text("kind"), whole("quantity"), whole("happened_at"), text("actor"), text("details"),
    clustered=True,
)
