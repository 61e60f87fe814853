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
    whole("corrected"),  # of the booked lines, those that took something back
    whole("reversals"),  # of the transactions, those that took points back
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
    text("place"),  # the part of its document, such as a package, where numbers of lines begin anew in each
    Index("ix_purchase_line_order", "order_number",
          sqlite_where=sql("order_number <> ''"), postgresql_where=sql("order_number <> ''")),
)

activity = define(
    "activity", Home.ACCOUNT,
    key("account_id"), key("id"),
    text("kind"), text("code"), text("occurred_on"), whole("person_id"),
)

CONFLICTS = ("claimed_by_other", "conflict", "not_on_note", "order_known", "quantity_differs", "serial_count",
             "serial_known", "taken_back")
"""Codes of lines that wait since something is booked: a person decides between the two sides."""
IS_CONFLICT = f"settled_at IS NULL AND payload <> '' AND code IN ({', '.join(map(repr, CONFLICTS))})"

# What a person or better master data must settle. Nothing is lost: `payload` is the line as it came.
problem = define(
    "problem", Home.RUN,
    key("run_id"), key("number"),  # one line of a file may hold more than one
    whole("at_line"), text("code"),
    text("state"),  # waiting, rejected or warning; closed or ignored, since somebody decided that it never earns
    text("document"), text("reason"), text("payload"),
    text("purchase_key"), Column("settled_at", WHOLE),
    text("waits_for"),  # participant, article, status or measure; empty for what no master data can mend
    text("scope"), text("scheme"), text("value"), text("written_as"), text("called"),
    text("also"),  # other numbers that would help: |scheme:value|scheme:value|
    whole("pieces"),
    Index("ix_problem_waiting", "purchase_key",
          sqlite_where=sql("state = 'waiting' AND settled_at IS NULL"),
          postgresql_where=sql("state = 'waiting' AND settled_at IS NULL")),
    Index("ix_problem_conflict", "run_id", "number", sqlite_where=sql(IS_CONFLICT), postgresql_where=sql(IS_CONFLICT)),
    Index("ix_problem_lacking", "waits_for", "value",
          sqlite_where=sql("waits_for <> ''"), postgresql_where=sql("waits_for <> ''")),
    clustered=True,
)

# What people decided about a line that waits for what is booked already, or that was rejected. Each turn is decided
# once.
conflict_decision = define(
    "conflict_decision", Home.RUN,
    key("run_id"), key("number"), key("turn"),  # of the problem, from 1 on
    text("act"),  # as treuwerk.services.changes.conflicts has it
    text("state"),  # waiting for a second person, done, refused or undone
    text("reason"), whole("user_id"), text("actor"), whole("asked_at"),
    whole("second_by"), text("second"), whole("decided_at"),
    text("points"),  # JSON: unit → points that it moves
    text("placed"),  # JSON: lines that it booked, and those that it took back, as account and id; or a corrected line
    Column("booked_run", WHOLE),
    Index("ix_conflict_decision_booked_run", "booked_run",
          sqlite_where=sql("booked_run IS NOT NULL"), postgresql_where=sql("booked_run IS NOT NULL")),
    clustered=True,
)
