"""What the service centre writes: notes, work, views, addresses, and the record of who did and saw what."""

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlalchemy import text as sql

from treuwerk.store.tables.base import FLAG, Home, define, key, text, whole
from treuwerk.store.tables.search import FOLDED

note = define(
    "note", Home.ACCOUNT,
    key("account_id"), key("id"),
    text("kind"), text("text"), text("status"),
    text("due_on"),  # ISO day, empty for none
    whole("assignee_id"),  # 0 for nobody
    text("object"),  # public id of what it is about, empty for the participant as such
    Column("pinned", FLAG, nullable=False),
    whole("author_id"), whole("created_at"), whole("changed_at"), whole("version"),
    Index("ix_note_pinned", "account_id", "id", sqlite_where=sql("pinned"), postgresql_where=sql("pinned")),
)

# Every state that a note was in, the present one included.
note_version = define(
    "note_version", Home.ACCOUNT,
    key("account_id"), key("id"), key("version"),
    text("kind"), text("text"), text("status"), text("due_on"), whole("assignee_id"), text("object"),
    Column("pinned", FLAG, nullable=False),
    whole("changed_by"), whole("changed_at"),
)

# One thing that somebody must do. What makes it writes it, in the same transaction; kind and object are its key.
work_item = define(
    "work_item", Home.OFFICE,
    key("id"),
    text("kind"), text("object"), whole("account_id"), text("gist"), text("due_on"),
    text("state"),  # open or done
    whole("assignee_id"), whole("snoozed_until"), whole("held_by"), whole("held_until"),
    whole("created_at"), whole("done_at"), whole("version"),
    UniqueConstraint("kind", "object"),
    Index("ix_work_item_open", "due_on", "id",
          sqlite_where=sql("state = 'open'"), postgresql_where=sql("state = 'open'")),
    Index("ix_work_item_account_id", "account_id"),
    Index("ix_work_item_assignee", "assignee_id",
          sqlite_where=sql("state = 'open'"), postgresql_where=sql("state = 'open'")),
    Index("ix_work_item_held", "held_by",
          sqlite_where=sql("state = 'open' AND held_by <> 0"), postgresql_where=sql("state = 'open' AND held_by <> 0")),
    Index("ix_work_item_snoozed", "snoozed_until",
          sqlite_where=sql("state = 'open'"), postgresql_where=sql("state = 'open'")),
)

# Owner 0 is the whole team.
saved_view = define(
    "saved_view", Home.OFFICE,
    key("owner_id"), key("list", Text), key("name", Text),
    text("query"), whole("position"), whole("version"),
)

# `removed_at` is 0 while it stands; what was removed is kept for a few days, to be given back.
address = define(
    "address", Home.ACCOUNT,
    key("account_id"), key("id"),
    text("label"), text("name"), text("street"), text("postcode"), text("city"), text("country"),
    Column("preferred", FLAG, nullable=False),
    whole("changed_at"), whole("version"), whole("changed_by"), whole("removed_at"),
    Index("ix_address_preferred", "account_id", unique=True,
          sqlite_where=sql("preferred = 1"), postgresql_where=sql("preferred")),
)

# Append-only. `before` and `after` are JSON; what is read of a person is recorded as well as what is changed.
audit_entry = define(
    "audit_entry", Home.OFFICE,
    key("id"),
    whole("happened_at"),
    whole("user_id"), text("actor", kind=FOLDED), text("action", kind=FOLDED),
    whole("account_id"), text("object"),
    text("before"), text("after"), text("reason"),
    text("session"), text("request_id"),
    Index("ix_audit_entry_account_id", "account_id", "id"),
    Index("ix_audit_entry_user_id", "user_id", "id"),
    Index("ix_audit_entry_actor", "actor", "id"),
    Index("ix_audit_entry_action", "action", "id"),
    Index("ix_audit_entry_object", "object", "id",
          sqlite_where=sql("object <> ''"), postgresql_where=sql("object <> ''")),
)

# A proof of the whole ledger that somebody asked for on a page. One runs at a time, and tells how far it is.
proof_run = define(
    "proof_run", Home.OFFICE,
    key("id"),
    text("state"),  # running, proven, violated, could_not_run or broken_off
    text("started_by"), whole("started_at"), whole("seen_at"), whole("finished_at"),
    whole("done"), whole("pieces"), whole("transactions"), whole("unsealed"), whole("sequence"), text("head"),
    text("laws"),  # JSON: each law with its state, how often it is broken and where first
    Index("ix_proof_run_running", "state", unique=True,
          sqlite_where=sql("state = 'running'"), postgresql_where=sql("state = 'running'")),
)
