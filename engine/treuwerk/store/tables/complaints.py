"""Complaints about lines of orders, each with a note by which the service centre works on it, and photos."""

from sqlalchemy import Index, Text

from treuwerk.store.tables.base import Home, define, key, text, whole

complaint = define(
    "complaint", Home.ACCOUNT,
    key("account_id"), key("id"),
    whole("order_id"), whole("line"), text("kind"), whole("pieces"), text("text"),
    whole("user_id"), whole("note_id"), whole("made_at"),
    Index("ix_complaint_order", "account_id", "order_id"),
)

complaint_photo = define(
    "complaint_photo", Home.ACCOUNT,
    key("account_id"), key("complaint_id"), key("sha256", Text),
    whole("number"), whole("pages"),
    Index("ix_complaint_photo_sha256", "sha256"),
    clustered=True,
)

# What was said afterwards, in turn; `actor` is who of the service centre said it, empty for the participant. `state`
# is what the complaint is from then on, and `pieces` what it was settled for.
complaint_word = define(
    "complaint_word", Home.ACCOUNT,
    key("account_id"), key("complaint_id"), key("number"),
    whole("user_id"), text("actor"), text("text"), text("state"), whole("pieces"), whole("said_at"),
    clustered=True,
)
