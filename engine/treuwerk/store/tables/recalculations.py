"""Recalculations that somebody ordered for purchases of a corrected article, and what came of them."""

from sqlalchemy import Index
from sqlalchemy import text as sql

from treuwerk.store.tables.base import Home, define, key, text, whole

UNFINISHED = "state IN ('counting', 'ready', 'booking')"
"""Recalculations that are not over, as the partial index has it."""

recalculation_order = define(
    "recalculation_order", Home.OFFICE,
    key("id"),
    text("article"), text("called"),  # its number, and its name as it was then
    text("first"), text("until"),  # ISO days, both included; empty: no bound
    text("reason"), text("state"),
    whole("user_id"), text("actor"), whole("asked_at"),
    text("foreseen"),  # JSON: what it would come to; empty until it is counted
    whole("foreseen_at"), whole("version"),  # how often it was counted
    whole("booked_by"), text("second"), whole("decided_at"),  # who let it be booked; the name of a second person
    text("result"),  # JSON: what it came to so far
    text("said"), whole("ended_at"),
    # One at a time for each article: two would count the same differences.
    Index("ix_recalculation_order_unfinished", "article", unique=True,
          sqlite_where=sql(UNFINISHED), postgresql_where=sql(UNFINISHED)),
)
