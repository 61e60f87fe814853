"""What takes purchases back: corrections as they were reported, what they are about, and what each of them took."""

from sqlalchemy import Column, Index, Text
from sqlalchemy import text as sql

from treuwerk.store.tables.base import WHOLE, Home, define, key, text, whole
from treuwerk.store.tables.search import FOLDED

CHANGE_WAITS = "kind = 'change' AND open_since IS NOT NULL"

# A correction, whether it has met its purchase or not. It stays open while some of what it says has nothing to meet.
correction = define(
    "correction", Home.LOOKUP,
    key("key", FOLDED), text("content"),
    text("kind"),  # as treuwerk.domain.corrections has it
    text("occurred_on"), text("detail"),  # JSON: the correction as it was read
    whole("account_id"),  # whose it is where the document says so, else 0
    whole("run_id"), whole("at_line"), text("document"),
    whole("reported_at"), Column("open_since", WHOLE),  # None once it has met all that it is about
    Index("ix_correction_open", "reported_at",
          sqlite_where=sql("open_since IS NOT NULL"), postgresql_where=sql("open_since IS NOT NULL")),
    Index("ix_correction_change", "run_id", sqlite_where=sql(CHANGE_WAITS), postgresql_where=sql(CHANGE_WAITS)),
    clustered=True,
)

# Documents that a correction may be about: seller and number, as they are compared.
correction_target = define(
    "correction_target", Home.LOOKUP,
    key("target", FOLDED), key("key", Text),
    clustered=True,
)

# Other documents that a purchase line stands for or is proven by, found in the same way.
purchase_alias = define(
    "purchase_alias", Home.ACCOUNT,
    key("account_id"), key("line_id"), key("target", FOLDED),
    Index("ix_purchase_alias_target", "target"),
    clustered=True,
)

# Pieces of a purchase line that a correction took back, whether they had earned points or not. `after` are the pieces
# that were gone before, so that a correction can take of a line more than once.
taken_back = define(
    "taken_back", Home.ACCOUNT,
    key("account_id"), key("line_id"), key("after"),
    text("key"),  # of the correction
    whole("pieces"), Column("reversal_id", WHOLE),  # the transaction, where the line had earned points
    whole("run_id"), text("occurred_on"),
    Index("ix_taken_back_key", "key"),
    clustered=True,
)
