"""What people look for: words and orders of names, written in the same transaction as what they stand for.

Both hold copies of personal data. Who forgets a participant or a person calls `store.search.index_accounts`, too.
"""

from sqlalchemy import Index, Text

from treuwerk.store.tables.base import Home, define, key, text, whole

# Order by code points on both databases: a range from a prefix on then has exactly the words that begin with it.
FOLDED = Text().with_variant(Text(collation="C"), "postgresql")

search_word = define(
    "search_word", Home.OFFICE,
    key("word", FOLDED), key("account_id"), key("kind", Text), key("object", Text),
    Index("ix_search_word_account_id", "account_id", "word"),
    clustered=True,
)

# By what a list of participants is put in order, each with an index of its own; and what it is narrowed to, each with
# the names behind it: so a page of a few among many is a short walk, too, and a count needs no other table.
directory = define(
    "directory", Home.ACCOUNT,
    key("account_id"),
    text("name", kind=FOLDED), text("number", kind=FOLDED), text("city", kind=FOLDED), whole("joined_at"),
    text("status"), text("group"), text("country"),
    Index("ix_directory_name", "name", "account_id"),
    Index("ix_directory_number", "number", "account_id"),
    Index("ix_directory_city", "city", "account_id"),
    Index("ix_directory_joined_at", "joined_at", "account_id"),
    Index("ix_directory_status", "status", "name", "account_id"),
    Index("ix_directory_group", "group", "name", "account_id"),
    Index("ix_directory_country", "country", "name", "account_id"),
)
