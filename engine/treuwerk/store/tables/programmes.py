"""Changed programmes: what they would come to, who proposed them, and who agreed."""

from sqlalchemy import Index
from sqlalchemy import text as sql

from treuwerk.store.tables.base import Home, define, key, text, whole

GIVEN = "state = 'given'"
WAITING = "state = 'waiting'"
"""The one that was there first, and those that nobody decided on, as the partial indexes have them."""

programme_proposal = define(
    "programme_proposal", Home.OFFICE,
    key("id"),
    text("digest"), text("part"),  # of the rules, filters, units and levels: what is approved, and in full
    text("base"), text("base_part"),  # the same of the programme that it was laid beside
    text("effect"),  # JSON: the report of the back-test; participants by their account
    text("reason"), text("state"),  # given, waiting, approved, declined or withdrawn
    whole("user_id"), text("actor"), whole("asked_at"),
    whole("decided_by"), text("second"), whole("decided_at"), text("said"),
    Index("ix_programme_proposal_given", "state", unique=True, sqlite_where=sql(GIVEN), postgresql_where=sql(GIVEN)),
    Index("ix_programme_proposal_waiting", "digest", unique=True,
          sqlite_where=sql(WAITING), postgresql_where=sql(WAITING)),
)
