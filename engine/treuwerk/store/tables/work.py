"""Durable work: what must be done once, who does it, and files and requests that came in to be cleared."""

from sqlalchemy import Column, Index, Text
from sqlalchemy import text as sql

from treuwerk.store.tables.base import WHOLE, Home, define, key, text, whole

# Written in the transaction of what it is about; queues only carry its key.
work_order = define(
    "work_order", Home.RUN,
    key("key", Text),
    text("job"), text("payload"),  # JSON: ids and names, never data
    text("state"),  # as treuwerk.domain.work has it
    whole("not_before"),
    whole("delivery"),  # an older ticket is worth nothing
    whole("attempts"),  # that failed
    text("worker"), whole("beat"), whole("beaten_at"),  # who does it, and how it shows that it lives
    whole("done"), whole("total"),  # how far it is
    text("said"),  # the last error, or what came of it
    whole("created_at"), whole("changed_at"),
    Index("ix_work_order_open", "not_before", "key",
          sqlite_where=sql("state IN ('open', 'queued', 'running')"),
          postgresql_where=sql("state IN ('open', 'queued', 'running')")),
    Index("ix_work_order_changed_at", "changed_at", "key"),
    clustered=True,
)

# A step that is done, in the transaction of what it did.
work_step = define(
    "work_step", Home.RUN,
    key("work_key", Text), key("step", Text), whole("done_at"),
    clustered=True,
)

worker = define(
    "worker", Home.RUN,
    key("id", Text), text("host"), whole("pid"), text("runner"), text("release"), whole("concurrency"),
    whole("started_at"), whole("seen_at"),
    clustered=True,
)

# A file or request that came in by itself. The bytes lie below the folder for incoming files, by their hash.
incoming = define(
    "incoming", Home.RUN,
    key("id"),
    text("way"),  # inbox or api
    text("source"), text("name"), text("sha256"), whole("size"), whole("received_at"),
    text("request_key"),  # the Idempotency-Key, empty for files
    text("document"), whole("version"),  # of a document that is sent in versions; else empty and 0
    text("state"),  # received, done, failed or superseded
    Column("run_id", WHOLE), text("receipt"), text("said"), whole("finished_at"),
    Index("ix_incoming_request", "source", "request_key", unique=True,
          sqlite_where=sql("request_key <> ''"), postgresql_where=sql("request_key <> ''")),
    Index("ix_incoming_sha256", "sha256"),
    Index("ix_incoming_received", "state", "id",
          sqlite_where=sql("state = 'received'"), postgresql_where=sql("state = 'received'")),
)

# The newest version of a document that was sent in versions: an older one that comes later changes nothing.
incoming_version = define(
    "incoming_version", Home.LOOKUP,
    key("source", Text), key("document", Text), whole("version"),
    clustered=True,
)
