"""What people decide about points: manual bookings with a second person, and accounts that become one."""

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlalchemy import text as sql

from treuwerk.store.tables.base import WHOLE, Home, define, key, text, whole

manual_booking = define(
    "manual_booking", Home.ACCOUNT,
    key("account_id"), key("id"),
    text("business_key"),  # what the clerk calls it: asked twice, it is one
    text("unit"), whole("amount"), text("reason"),
    text("state"),  # waiting, booked, refused or withdrawn
    text("requested_by"), whole("requested_at"),
    text("decided_by"), Column("decided_at", WHOLE), text("decision"),  # nobody decided what one may book alone
    Column("transaction_id", WHOLE),  # once it is booked
    Column("refers_to", WHOLE), Column("share", WHOLE),  # the booking that is taken back, and how much of it
    text("occurred_on"),  # value date as ISO day, empty for the day of booking
    UniqueConstraint("account_id", "business_key"),
    Index("ix_manual_booking_waiting", "requested_at",
          sqlite_where=sql("state = 'waiting'"), postgresql_where=sql("state = 'waiting'")),
    Index("ix_manual_booking_refers_to", "account_id", "refers_to",
          sqlite_where=sql("refers_to IS NOT NULL"), postgresql_where=sql("refers_to IS NOT NULL")),
)

# What a person booked alone on a day: a limit that small slices cannot pass.
manual_allowance = define(
    "manual_allowance", Home.LOOKUP,
    key("person", Text), key("day", Text), key("unit", Text), whole("used"),
    clustered=True,
)

account_merge = define(
    "account_merge", Home.ACCOUNT,
    key("account_id"), key("id"),  # the account that was given up
    whole("into_account_id"), text("moved"), text("actor"), whole("merged_at"),
    text("undone_by"), Column("undone_at", WHOLE),
    Index("ix_account_merge_into", "into_account_id"),
)
