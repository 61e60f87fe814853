"""Parcels in which pieces of orders left."""

from sqlalchemy import CheckConstraint

from treuwerk.store.tables.base import Home, define, key, text, whole

# The number leads to an address at the carrier's, so it goes when the people of an account do.
order_parcel = define(
    "order_parcel", Home.ACCOUNT,
    key("account_id"), key("order_id"), key("number"),
    text("carrier"), text("tracking"),
    whole("sent_at"), whole("delivered_at"),  # 0: nobody knows yet that it arrived
    clustered=True,
)

order_parcel_line = define(
    "order_parcel_line", Home.ACCOUNT,
    key("account_id"), key("order_id"), key("parcel"), key("line"),
    whole("pieces"),
    CheckConstraint("pieces > 0", name="pieces"),
    clustered=True,
)
