"""Tiers: how each participant stood when somebody last looked, how that came about, and what people gave by hand.

Days are ISO texts, empty for none. Only programmes with a ``[tier_scheme]`` have rows here.
"""

from sqlalchemy import Index
from sqlalchemy import text as sql

from treuwerk.store.tables.base import Home, define, key, text, whole

# How it stood at the end of a day that is over. `held` is the tier by the own figures with its days, `tier` the one
# that counts, which may have been given by hand.
tier_standing = define(
    "tier_standing", Home.ACCOUNT,
    key("account_id"),
    text("day"),
    text("tier"), text("since"), text("until"), text("why"), text("figures"),
    text("counted_from"), text("counted_until"),
    text("held"), text("held_since"), text("held_until"), text("short_since"),
    whole("grant_id"), whole("version"),  # the tier by hand that counts, 0 for none
    Index("ix_tier_standing_tier", "tier"),
)

# Append-only: each change with its reason. What was stored once is never judged anew.
tier_change = define(
    "tier_change", Home.ACCOUNT,
    key("account_id"), key("id"),
    text("day"), text("before"), text("after"), text("until"), text("why"), text("figures"),
    text("counted_from"), text("counted_until"), text("actor"), text("reason"), whole("noted_at"),
    clustered=True,
)

# A tier that a person gave for some days. It counts while it is `given`, and never before the day it was agreed on.
tier_grant = define(
    "tier_grant", Home.ACCOUNT,
    key("account_id"), key("id"),
    text("tier"), text("first_on"), text("last_on"), text("reason"),
    text("state"),  # waiting for a second person, given, refused or ended before its time
    text("asked_by"), text("decided_by"), text("decision"), whole("asked_at"), whole("decided_at"), whole("version"),
    Index("ix_tier_grant_waiting", "asked_at", sqlite_where=sql("state = 'waiting'"),
          postgresql_where=sql("state = 'waiting'")),
    clustered=True,
)
