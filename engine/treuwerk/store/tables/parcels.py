"""Parcels in which pieces of orders left."""

from sqlalchemy import CheckConstraint, Text

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

# What suppliers reported, once for each name: noted as a parcel, or parked with the reason why not.
reported_parcel = define(
    "reported_parcel", Home.ACCOUNT,
    key("account_id"), key("order_id"), key("handover_key", Text), key("name", Text),
    text("content"),  # JSON, empty once the people of the account are forgotten
    text("state"), text("code"), text("said"),
    whole("reported_at"), whole("changed_at"),
    clustered=True,
)
