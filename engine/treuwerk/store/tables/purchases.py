"""What came in: runs over files, purchase lines, activities, and what could not be booked."""

from sqlalchemy import Column, Index
from sqlalchemy import text as sql

from treuwerk.store.tables.base import WHOLE, Home, define, key, text, whole
from treuwerk.store.tables.search import FOLDED

clearing_run = define(
    "clearing_run", Home.RUN,
    key("id"),
    text("source"), text("file"), text("sha256"), text("actor"),
    whole("started_at"), Column("finished_at", WHOLE),
    whole("cursor"),  # last physical line whose fate is committed: a killed run goes on behind it
    whole("documents"), whole("lines"), whole("booked"), whole("duplicate"), whole("waiting"), whole("rejected"),
    whole("ignored"), whole("transactions"), text("points"),
    Index("ix_clearing_run_file", "sha256", "source"),
)

# The purchase itself, whoever reports it and whichever way: the first to come is booked, by this key alone. In the
# order of code points the lines of a document stand together, which is how a document is found by its number.
purchase_identity = define(
    "purchase_identity", Home.LOOKUP,
    key("key", FOLDED), text("content"), whole("account_id"), whole("line_id"),
    clustered=True,
)

purchase_line = define(
    "purchase_line", Home.ACCOUNT,
    key("account_id"), key("id"),  # the id of its transaction, where it earned points
    whole("run_id"), whole("at_line"),
    text("source"), text("seller"), text("document"), text("line"), text("occurred_on"),
    text("article_number"), whole("quantity"), text("reported_quantity"), text("reported_unit"),
    Column("net_millionths", WHOLE), text("currency"), text("order_number"), text("features"), text("serials"),
    Index("ix_purchase_line_order", "order_number",
          sqlite_where=sql("order_number <> ''"), postgresql_where=sql("order_number <> ''")),
)

activity = define(
    "activity", Home.ACCOUNT,
    key("account_id"), key("id"),
    text("kind"), text("code"), text("occurred_on"), whole("person_id"),
)

# What a person or better master data must settle. Nothing is lost: `payload` is the line as it came.
problem = define(
    "problem", Home.RUN,
    key("run_id"), key("number"),  # one line of a file may hold more than one
    whole("at_line"), text("code"),
    text("state"),  # waiting or rejected
    text("document"), text("reason"), text("payload"),
    text("purchase_key"), Column("settled_at", WHOLE),
    Index("ix_problem_waiting", "purchase_key",
          sqlite_where=sql("state = 'waiting' AND settled_at IS NULL"),
          postgresql_where=sql("state = 'waiting' AND settled_at IS NULL")),
    clustered=True,
)
