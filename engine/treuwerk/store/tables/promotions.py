"""Worlds and promotions of the shop, with every version of them, and what promotions have given away.

Each is one document, as a reward is. What is counted inside an order, the budget, has a row of its own.
"""

from sqlalchemy import CheckConstraint, Text

from treuwerk.store.tables.base import Home, define, key, text, whole

reward_world = define(
    "reward_world", Home.REFERENCE,
    key("code", Text),
    text("content"), whole("version"), text("changed_by"), whole("changed_at"),
)

reward_world_version = define(
    "reward_world_version", Home.REFERENCE,
    key("code", Text), key("version"),
    text("content"), text("actor"), text("source"), whole("made_at"),
    clustered=True,
)

promotion = define(
    "promotion", Home.REFERENCE,
    key("code", Text),
    text("content"), whole("version"), text("changed_by"), whole("changed_at"),
)

promotion_version = define(
    "promotion_version", Home.REFERENCE,
    key("code", Text), key("version"),
    text("content"), text("actor"), text("source"), whole("made_at"),
    clustered=True,
)

# Points that a promotion may give away and has given away; a budget of 0 has no end.
promotion_budget = define(
    "promotion_budget", Home.REFERENCE,
    key("code", Text),
    whole("budget"), whole("spent"), whole("changed_at"),
    CheckConstraint("budget >= 0 AND spent >= 0", name="counted"),
)
