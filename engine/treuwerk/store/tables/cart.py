"""What somebody is about to order: the lines of a cart, and the answers of a checkout that is under way."""

from sqlalchemy import CheckConstraint, Column, Text

from treuwerk.store.tables.base import FLAG, Home, define, key, text, whole

# One cart for each user of a company, so that it is the same on every device. `points` (of one piece) and `promotion`
# are what the person saw last: what differs since is called out. `later` lines are kept and not ordered.
cart_line = define(
    "cart_line", Home.ACCOUNT,
    key("account_id"), key("user_id"), key("variant", Text),
    whole("quantity"), whole("points"), text("promotion"),
    Column("later", FLAG, nullable=False),
    whole("added_at"), whole("changed_at"),
    CheckConstraint("quantity > 0", name="some"),
    clustered=True,
)

# Where the order shall go and what else was answered, as JSON; gone with the order.
checkout = define(
    "checkout", Home.ACCOUNT,
    key("account_id"), key("user_id"),
    text("content"), whole("changed_at"),
    clustered=True,
)
