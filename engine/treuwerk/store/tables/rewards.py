"""What points are spent on: rewards with every version of them, and how many pieces there are.

A reward is one document: it is shown, priced, judged and compared as a whole, and a shelf of ten thousand is read at
once. What is counted under load, the stock, has rows of its own.
"""

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy import text as sql

from treuwerk.store.tables.base import Home, define, key, text, whole

reward = define(
    "reward", Home.REFERENCE,
    key("number", Text),
    text("state"), text("content"), whole("version"), text("changed_by"), whole("changed_at"),
    Index("ix_reward_changed_at", "changed_at"),
)

# Every version that ever was, the present one among them: the history of a reward, and what an order was made from.
reward_version = define(
    "reward_version", Home.REFERENCE,
    key("number", Text), key("version"),
    text("state"), text("content"), text("actor"), text("source"), whole("made_at"),
    Index("ix_reward_version_state", "state", "number", "made_at"),
    clustered=True,
)

# A variant is ordered by its own number, which names one reward.
reward_variant = define(
    "reward_variant", Home.REFERENCE,
    key("variant", Text), text("number"),
    Index("ix_reward_variant_number", "number"),
    clustered=True,
)

# Pieces of a variant; without a row there is no limit. What is reserved is ordered and not handed over.
reward_stock = define(
    "reward_stock", Home.REFERENCE,
    key("variant", Text),
    whole("on_hand"), whole("reserved"), whole("version"), whole("changed_at"),
    CheckConstraint("reserved >= 0 AND on_hand >= reserved", name="enough"),
    Index("ix_reward_stock_sold_out", "variant", sqlite_where=sql("on_hand = reserved"),
          postgresql_where=sql("on_hand = reserved")),
)

# One row, written by whoever changes rewards, worlds or promotions: who remembers them sees that they changed. Its
# version is a number that never comes again, also where what wrote it was rolled back.
catalogue_state = define(
    "catalogue_state", Home.REFERENCE,
    key("catalogue", Text),
    whole("version"), whole("changed_at"),
    clustered=True,
)

# Who wants to know when there are pieces again; told once, then the row is gone.
stock_watch = define(
    "stock_watch", Home.ACCOUNT,
    key("account_id"), key("user_id"), key("variant", Text),
    whole("watched_at"),
    Index("ix_stock_watch_variant", "variant"),
    clustered=True,
)

# A picture of a reward, or a paper that proves something of one; which rewards have it stands in their versions.
reward_file = define(
    "reward_file", Home.REFERENCE,
    key("sha256", Text), text("media_type"), text("name"), whole("size"),
    whole("width"), whole("height"),  # pixels of the largest rendition, 0 of what is no picture
    text("added_by"), whole("added_at"),
    clustered=True,
)

# What people are changing of a reward, or one that is not there yet; what is offered stays as it is meanwhile.
# `base` is the version of the reward that it was made from, `authors` are users who changed it, as JSON.
reward_draft = define(
    "reward_draft", Home.REFERENCE,
    key("number", Text),
    text("state"), text("content"), whole("base"), text("authors"), whole("version"), text("changed_by"),
    whole("changed_at"),
)

# One row for each reward and each draft of one that is new: what a list of the catalogue is narrowed and sorted by.
reward_listing = define(
    "reward_listing", Home.REFERENCE,
    key("number", Text),
    text("words"), text("category"), text("supplier"), text("stage"), whole("offered"), whole("changed_at"),
    Index("ix_reward_listing_changed_at", "changed_at", "number"),
    Index("ix_reward_listing_stage", "stage", "number"),
)

# Files of rewards that somebody looked at before they were imported, or that a feed brought, and what each wrote.
# `differences` is the digest of what was shown, `receipt` and `written` are JSON.
reward_import = define(
    "reward_import", Home.REFERENCE,
    key("id"),
    text("sha256"), text("name"), text("source"), text("state"), text("differences"), text("receipt"),
    text("written"), whole("user_id"), text("actor"), whole("made_at"), text("decided_by"), whole("decided_at"),
    Index("ix_reward_import_source", "source", "id"),
)
