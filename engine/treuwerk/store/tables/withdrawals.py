"""Withdrawals from contracts, as they were declared."""

from sqlalchemy import Index, UniqueConstraint

from treuwerk.store.tables.base import Home, define, key, text, whole

# Rows are added, and changed only by forgetting: what was declared stays. Account and order are 0 where nobody knows
# yet whom it is from; `ordered` is what was typed as the number of the order.
order_withdrawal = define(
    "order_withdrawal", Home.OFFICE,
    key("id"),
    text("receipt"),  # hash of the token by which its receipt is shown
    whole("account_id"), whole("order_id"),
    text("ordered"), text("name"), text("contact"), text("words"),
    text("lines"),  # JSON: numbers of the lines that were named, empty for all
    text("cancelled"), text("left"),  # JSON: [line, pieces] that were cancelled at once, and those that were not
    whole("points"), whole("user_id"), text("locale"),
    whole("declared_at"), text("last_day"),  # ISO day, empty while not all of it was delivered
    whole("late"),
    UniqueConstraint("receipt"),
    Index("ix_order_withdrawal_order", "account_id", "order_id"),
)
