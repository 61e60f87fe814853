"""Withdrawals from contracts, as they were declared."""

from sqlalchemy import Index, UniqueConstraint

from treuwerk.store.tables.base import Home, define, key, text, whole

# Rows are added: what was declared stays, but for forgetting. Account and order are 0 while nobody knows whom it is
# from; then they are written once, with what followed, or an answer is. `ordered` is what was typed as the number.
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
    text("answer"), whole("answered_at"),  # 0: it was not set aside
    UniqueConstraint("receipt"),
    Index("ix_order_withdrawal_order", "account_id", "order_id"),
)
