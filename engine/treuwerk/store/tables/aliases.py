"""What senders' numbers mean: aliases that people decided on, and numbers that several participants share."""

from sqlalchemy import Column, Index, Text
from sqlalchemy import text as sql

from treuwerk.store.tables.base import Home, define, key, text, whole

# What holds is unique by its name; what ended is kept, so that who decided what stays known.
alias = define(
    "alias", Home.REFERENCE,
    key("id"),
    text("kind"),  # participant or article
    text("scope"),  # the identity of the sender whose number it is, empty for all
    text("scheme"), text("value"), text("written_as"), text("called"),
    text("verdict"),  # is or never
    whole("account_id"), text("article"), text("reason"),
    text("origin"),  # office or cli
    whole("user_id"), text("actor"), whole("made_at"),
    whole("used_at"),  # when something was first booked by it, else 0
    whole("ended_at"), text("ended_by"),
    Index("ix_alias_holding", "kind", "value", "scheme", "scope", unique=True,
          sqlite_where=sql("ended_at = 0"), postgresql_where=sql("ended_at = 0")),
    Index("ix_alias_made_at", "made_at", "id"),
)

# What one person wants a number to mean, and another one must agree with. Of a number one waits at a time.
alias_proposal = define(
    "alias_proposal", Home.REFERENCE,
    key("id"),
    text("kind"), text("scope"), text("scheme"), text("value"),  # what lines wait for
    text("written_as"), text("called"), whole("account_id"),
    text("reach"),  # whenever this sender writes it, whoever does, or once
    text("document"),  # the only one that it is for, else empty
    text("points"),  # JSON: unit → points that it moved when it was asked for
    text("state"),  # waiting, done, refused, withdrawn or overtaken
    whole("user_id"), text("actor"), whole("asked_at"),
    whole("second_by"), text("second"), whole("decided_at"),
    whole("alias_id"),  # the decision that came of it, else 0
    Index("ix_alias_proposal_waiting", "kind", "value", "scheme", "scope", unique=True,
          sqlite_where=sql("state = 'waiting'"), postgresql_where=sql("state = 'waiting'")),
)

# Owners of an identifier beside the first one, such as branches with the VAT id of their company.
shared_identifier = define(
    "shared_identifier", Home.LOOKUP,
    key("scheme", Text), key("value", Text), key("account_id"), Column("written_as", Text, nullable=False),
    Index("ix_shared_identifier_account_id", "account_id"),
    clustered=True,
)
