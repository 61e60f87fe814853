"""What purchases and activities count for together, and what was booked of it."""

from sqlalchemy import Index, Text

from treuwerk.store.tables.base import Home, define, key, text, whole
from treuwerk.store.tables.search import FOLDED

# A total is known within its account by rule, revision, period and part: ``volume|1|2026-Q2|``.

# A purchase line or activity that counts: amounts in ten-thousandths, as it came and net of what is gone. `gone`
# are pieces of which neither a correction nor a reversal tells: an attendance that earned nothing by itself.
total_line = define(
    "total_line", Home.ACCOUNT,
    key("account_id"), key("total", FOLDED), key("line_id"),
    text("day"),
    whole("quantity"), whole("amount"), whole("kept"), whole("gone"),
    Index("ix_total_line_line", "account_id", "line_id"),
    clustered=True,
)

# What counts by day, so that a year of deliveries is a few hundred rows.
total_day = define(
    "total_day", Home.ACCOUNT,
    key("account_id"), key("total", FOLDED), key("day", Text),
    whole("amount"), whole("lines"),
    clustered=True,
)

# What a total was worth when it was looked at last.
total = define(
    "total", Home.ACCOUNT,
    key("account_id"), key("total", FOLDED),
    whole("counted"),
    text("awards"),  # JSON: unit, points and steps
    clustered=True,
)

total_booking = define(
    "total_booking", Home.ACCOUNT,
    key("account_id"), key("total", FOLDED), key("transaction_id"),
    clustered=True,
)
