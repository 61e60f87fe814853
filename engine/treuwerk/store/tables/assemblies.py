"""Lines of orders that may make a whole together, and by which terms that was judged."""

from sqlalchemy import Index, Text

from treuwerk.store.tables.base import Home, define, key, text
from treuwerk.store.tables.search import FOLDED

# What is a whole, as the programme said it when an order was judged. The id is a digest of the terms.
assembly_terms = define(
    "assembly_terms", Home.REFERENCE,
    key("id", Text), text("detail"),  # JSON, as treuwerk.domain.assemblies has it
    clustered=True,
)

# A purchase line with an order, where it is one of the parts or would earn more as part of a whole.
assembly_line = define(
    "assembly_line", Home.ACCOUNT,
    key("account_id"), key("order_key", FOLDED), key("line_id"),
    text("purchase_key"),
    text("brings"),  # JSON: what one piece brings, by part
    text("stated"),  # what the sender or a clerk says of it, empty: nobody does
    text("awards"),  # JSON: what it earns as part of a whole, where nobody says whether it is one
    text("since"),  # the day since which it is part of a whole, empty: it is not
    text("terms"),
    Index("ix_assembly_line_line", "account_id", "line_id"),
    clustered=True,
)

# What was booked of a line as part of a whole. The line itself may have earned nothing that the booking could refer to.
assembly_booking = define(
    "assembly_booking", Home.ACCOUNT,
    key("account_id"), key("line_id"), key("transaction_id"),
    clustered=True,
)
