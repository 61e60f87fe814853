"""Pieces of orders that are sent once more without points: which line stands for which."""

from sqlalchemy import Index

from treuwerk.store.tables.base import Home, define, key, text, whole

# The key is the line that is sent; what it stands for is beside it. `worth` is what one of its pieces would cost.
replacement = define(
    "replacement", Home.ACCOUNT,
    key("account_id"), key("order_id"), key("line"),
    whole("of_order_id"), whole("of_line"), whole("pieces"), whole("worth"), whole("complaint_id"),
    whole("made_at"), text("reason"),
    Index("ix_replacement_of", "account_id", "of_order_id", "of_line"),
    clustered=True,
)
