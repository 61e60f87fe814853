"""What somebody of a company likes in the shop: the wish list, and what was looked at last."""

from sqlalchemy import Text

from treuwerk.store.tables.base import Home, define, key, whole

# A wish is a person's own: colleagues of the same company have lists of theirs.
wish = define(
    "wish", Home.ACCOUNT,
    key("account_id"), key("user_id"), key("reward", Text),
    whole("added_at"),
    clustered=True,
)

# The last few rewards that somebody looked at, and when.
seen_reward = define(
    "seen_reward", Home.ACCOUNT,
    key("account_id"), key("user_id"), key("reward", Text),
    whole("seen_at"),
    clustered=True,
)
