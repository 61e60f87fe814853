"""Lines of orders that were given to suppliers, many under one key."""

from sqlalchemy import Index, Text
from sqlalchemy import text as sql

from treuwerk.store.tables.base import Home, define, key, text, whole

OPEN = "state IN ('open', 'unknown')"
"""Handovers that nobody answered yet, as the partial index has it."""

FOLLOWED, RECALLED = "follow_at > 0", "recall_at > 0"

# `lines` names account, order, line and pieces; what a supplier gets is made of the lines themselves, so that an
# address that is forgotten is not kept here.
handover = define(
    "handover", Home.RUN,
    key("key", Text),
    text("supplier"), text("state"), text("lines"), text("said"),
    whole("attempts"), whole("not_before"), whole("made_at"), whole("changed_at"),
    whole("follow_at"),  # when the supplier is asked next what it sent; 0: never again
    whole("recall_since"), whole("recall_at"),  # since when something is to be called off, and when next; 0: nothing
    text("recalled"),  # as `lines`: the pieces of which the supplier, or somebody in its place, knows that
    Index("ix_handover_open", "not_before", "key", sqlite_where=sql(OPEN), postgresql_where=sql(OPEN)),
    Index("ix_handover_followed", "follow_at", sqlite_where=sql(FOLLOWED), postgresql_where=sql(FOLLOWED)),
    Index("ix_handover_recalled", "recall_at", sqlite_where=sql(RECALLED), postgresql_where=sql(RECALLED)),
)
