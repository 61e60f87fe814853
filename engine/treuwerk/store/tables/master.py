"""Master data: accounts, who owns them, what they are known by, and articles."""

from sqlalchemy import Column, Index, Text, UniqueConstraint

from treuwerk.store.tables.base import Home, define, key, text, whole

# One row. A database with purpose "demo" may be emptied by `treuwerk demo --fresh`; one that is "live" never.
installation = define(
    "installation", Home.REFERENCE,
    key("programme", Text), text("purpose"), whole("created_at"),
)

# No personal data here: what is written in the books refers to accounts, and people can be forgotten.
account = define(
    "account", Home.ACCOUNT,
    key("account_id"), whole("bucket"), whole("opened_at"),
)

participant = define(
    "participant", Home.ACCOUNT,
    key("account_id"),
    text("name"), text("group"), text("status"), text("country"), text("locale"),
    text("email"), text("street"), text("postcode"), text("city"),
    text("attributes"),
    whole("version"), whole("changed_at"),
    # ISO days, empty where nobody said: registered on the day of its account, and has not left.
    text("joined_on"), text("left_on"),
)

person = define(
    "person", Home.ACCOUNT,
    key("account_id"), key("id"),
    text("known_as"),  # folded name or address by which an attendance list finds the person again
    text("name"), text("email"), text("locale"),
    UniqueConstraint("account_id", "known_as"),
)

identifier = define(
    "identifier", Home.LOOKUP,
    key("scheme", Text), key("value", Text),
    whole("account_id"), text("written_as"),
    Index("ix_identifier_account_id", "account_id"),
    clustered=True,
)

article = define(
    "article", Home.REFERENCE,
    key("number", Text),
    text("written_as"), text("kind"), text("name"), text("gtin"), text("attributes"),
    whole("version"), whole("changed_at"),
)

article_alias = define(
    "article_alias", Home.REFERENCE,
    key("alias", Text), Column("number", Text, nullable=False),
    clustered=True,
)
