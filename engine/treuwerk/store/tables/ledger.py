"""The books: append-only journal and postings, the lots that they make, balances, seals and the outbox."""

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlalchemy import text as sql

from treuwerk.store.tables.base import FLAG, WHOLE, Home, define, key, text, whole

journal = define(
    "journal", Home.ACCOUNT,
    key("account_id"), key("id"),
    text("kind"),
    text("business_key"),  # what happened in the world, once and for good
    text("occurred_on"),
    whole("booked_at"),
    text("actor"),
    text("cause"),
    text("evidence"),  # digest of the purchase line or activity that it rests on
    text("explanation"),
    Column("reverses", WHOLE),
    UniqueConstraint("account_id", "business_key"),
)

posting = define(
    "posting", Home.ACCOUNT,
    key("account_id"), key("transaction_id"), key("line"),
    text("book"), text("unit"), whole("amount"),
    Column("active_from", WHOLE),  # terms of the lot that this posting makes
    Column("expires_at", WHOLE),
    CheckConstraint("amount <> 0", "amount"),
    clustered=True,
)

lot = define(
    "lot", Home.ACCOUNT,
    key("account_id"), key("transaction_id"), key("line"),
    text("unit"), whole("amount"), whole("remaining"),
    whole("active_from"), Column("expires_at", WHOLE),
    Column("open", FLAG, nullable=False),
    CheckConstraint("remaining >= 0 AND remaining <= amount", "remaining"),
    # The predicate rests on a column that rarely changes, so that spending a part of a lot rewrites no index entry.
    Index("ix_lot_open", "account_id", "unit", "expires_at", "transaction_id",
          sqlite_where=sql("open"), postgresql_where=sql("open")),
    clustered=True,
)

lot_use = define(
    "lot_use", Home.ACCOUNT,
    key("account_id"), key("transaction_id"), key("lot_transaction_id"), key("lot_line"),
    whole("amount"),
    CheckConstraint("amount <> 0", "amount"),
    Index("ix_lot_use_lot", "account_id", "lot_transaction_id", "lot_line"),
    clustered=True,
)

balance = define(
    "balance", Home.ACCOUNT,
    key("account_id"), key("unit", Text),
    whole("posted"), whole("held"), whole("pending"), whole("version"),
    CheckConstraint("held >= 0 AND pending >= 0", "parts"),
    clustered=True,
)

# Books of the system have no balance row, which every booking would wait for: they are sums of these.
balance_delta = define(
    "balance_delta", Home.RUN,
    key("source_id"), key("bucket"), key("book", Text), key("unit", Text),
    whole("amount"),
    clustered=True,
)

sealed = define(
    "sealed", Home.RUN,
    key("sequence"), whole("account_id"), whole("transaction_id"),
)

seal = define(
    "seal", Home.RUN,
    key("number"),
    whole("first_sequence"), whole("last_sequence"),
    text("digest"), text("previous_head"), text("head"), whole("sealed_at"),
    UniqueConstraint("previous_head"),  # two writers cannot fork the chain
)

outbox = define(
    "outbox", Home.ACCOUNT,
    key("account_id"), key("id"),
    whole("bucket"), text("topic"), text("payload"), whole("created_at"), Column("delivered_at", WHOLE),
    Index("ix_outbox_undelivered", "bucket", "created_at",
          sqlite_where=sql("delivered_at IS NULL"), postgresql_where=sql("delivered_at IS NULL")),
    clustered=True,
)
