"""The books: append-only journal and postings, the lots that they make and use, holds, and balances."""

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlalchemy import text as sql

from treuwerk.store.tables.base import FLAG, WHOLE, Home, define, key, text, whole

# Whether a lot began later than it was booked: its id tells when that was, to the millisecond (see `domain.ids`).
# Few lots wait, and those that do not have no entry in the index.
WAITING = "active_from > (transaction_id / 2097152 + 1577836800000) * 1000 + 999"


def waiting(lot: str) -> str:
    """The condition of the index of what waits, for the rows of `lot`."""
    return WAITING.replace("active_from", f"{lot}.active_from").replace("transaction_id", f"{lot}.transaction_id")


def begun(lot: str, now: str) -> str:
    """Whether points of `lot` that wait for no act can be spent: their time has come, or they never waited.

    The latter counts where a clock was ahead when they were booked. Few such rows are ever looked up in the journal.
    """
    return (f"({lot}.active_from <= {now} OR (NOT ({waiting(lot)}) AND EXISTS (SELECT 1 FROM journal WHERE "
            f"journal.account_id = {lot}.account_id AND journal.id = {lot}.transaction_id "
            f"AND journal.booked_at >= {lot}.active_from)))")

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
    Column("refers_to", WHOLE),  # the transaction of the same account that it takes back, captures or releases
    UniqueConstraint("account_id", "business_key"),
    Index("ix_journal_refers_to", "account_id", "refers_to",
          sqlite_where=sql("refers_to IS NOT NULL"), postgresql_where=sql("refers_to IS NOT NULL")),
)

posting = define(
    "posting", Home.ACCOUNT,
    key("account_id"), key("transaction_id"), key("line"),
    text("book"), text("unit"), whole("amount"),
    Column("active_from", WHOLE),  # terms of the lot that this posting makes
    Column("expires_at", WHOLE),
    Column("keeps_until", WHOLE),  # how long this act keeps all points of the unit, where they go by inactivity
    CheckConstraint("amount <> 0", "amount"),
    clustered=True,
)

lot = define(
    "lot", Home.ACCOUNT,
    key("account_id"), key("transaction_id"), key("line"),
    text("book"), text("unit"), whole("amount"), whole("remaining"),
    Column("active_from", WHOLE),  # None: not before an act
    whole("expires_at"),  # FOREVER where it never ends, so that the order of spending needs no special case
    Column("open", FLAG, nullable=False),
    CheckConstraint("remaining >= 0 AND remaining <= amount", "remaining"),
    # The predicate rests on a column that rarely changes, so that spending a part of a lot rewrites no index entry.
    Index("ix_lot_open", "account_id", "unit", "expires_at", "transaction_id", "line",
          sqlite_where=sql("open"), postgresql_where=sql("open")),
    Index("ix_lot_waiting", "account_id", "unit", "active_from",
          sqlite_where=sql(f"open AND {WAITING}"), postgresql_where=sql(f"open AND {WAITING}")),
    clustered=True,
)

# Which points a posting moved. What it took counts positive, what it gave back negative.
lot_use = define(
    "lot_use", Home.ACCOUNT,
    key("account_id"), key("transaction_id"), key("line"), key("lot_transaction_id"), key("lot_line"),
    text("book"), whole("amount"),  # the book of the posting
    CheckConstraint("amount <> 0", "amount"),
    Index("ix_lot_use_lot", "account_id", "lot_transaction_id", "lot_line"),
    clustered=True,
)

balance = define(
    "balance", Home.ACCOUNT,
    key("account_id"), key("unit", Text),
    whole("posted"), whole("held"), whole("pending"), whole("deficit"), Column("keeps_until", WHOLE), whole("version"),
    CheckConstraint("posted >= 0 AND held >= 0 AND pending >= 0 AND deficit >= 0", "parts"),
    Index("ix_balance_deficit", "account_id", sqlite_where=sql("deficit > 0"), postgresql_where=sql("deficit > 0")),
    clustered=True,
)

hold = define(
    "hold", Home.ACCOUNT,
    key("account_id"), key("id"),  # the id of the transaction that reserved the points
    text("unit"), whole("amount"), whole("remaining"),
    whole("expires_at"), Column("open", FLAG, nullable=False),
    CheckConstraint("remaining >= 0 AND remaining <= amount", "remaining"),
    Index("ix_hold_open", "expires_at", sqlite_where=sql("open"), postgresql_where=sql("open")),
    clustered=True,
)

# Books of the system have no balance row, which every booking would wait for: they are sums of these.
balance_delta = define(
    "balance_delta", Home.RUN,
    key("source_id"), key("bucket"), key("book", Text), key("unit", Text),
    whole("amount"),
    clustered=True,
)

# Messages lie and are found in the order of time: by account or bucket, a batch would write all pages anew.
outbox = define(
    "outbox", Home.ACCOUNT,
    key("account_id"), key("id"),
    whole("bucket"), text("topic"), text("payload"), whole("created_at"), Column("delivered_at", WHOLE),
    Index("ix_outbox_undelivered", "created_at", "bucket",
          sqlite_where=sql("delivered_at IS NULL"), postgresql_where=sql("delivered_at IS NULL")),
)
