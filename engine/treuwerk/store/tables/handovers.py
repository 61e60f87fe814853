"""Lines of orders that were given to suppliers, many under one key."""

from sqlalchemy import Index, Text
from sqlalchemy import text as sql

from treuwerk.store.tables.base import Home, define, key, text, whole

OPEN = "state IN ('open', 'unknown')"
"""Handovers that nobody answered yet, as the partial index has it."""

# `lines` names account, order, line and pieces; what a supplier gets is made of the lines themselves, so that an
# address that is forgotten is not kept here.
handover = define(
    "handover", Home.RUN,
    key("key", Text),
    text("supplier"), text("state"), text("lines"), text("said"),
    whole("attempts"), whole("not_before"), whole("made_at"), whole("changed_at"),
    Index("ix_handover_open", "not_before", "key", sqlite_where=sql(OPEN), postgresql_where=sql(OPEN)),
)
