"""Seats of experiences by date."""

from sqlalchemy import CheckConstraint, Text

from treuwerk.store.tables.base import Home, define, key, text, whole

# A date is written 2026-12-05, or 2026-12-05T18:00 in the zone of the programme, so that its text sorts by time.
reward_seat = define(
    "reward_seat", Home.REFERENCE,
    key("variant", Text), key("slot", Text),
    text("place"), whole("capacity"), whole("taken"), whole("version"), whole("changed_at"),
    CheckConstraint("taken >= 0 AND capacity >= taken", name="enough"),
    clustered=True,
)
