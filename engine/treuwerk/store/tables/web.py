"""Who is signed in. A session is a row, so that signing out really ends it."""

from sqlalchemy import Index, Text

from treuwerk.store.tables.base import Home, define, key, text, whole

local_login = define(
    "local_login", Home.LOOKUP,
    key("login", Text), text("password_hash"), whole("account_id"), whole("person_id"),
)

web_session = define(
    "web_session", Home.LOOKUP,
    key("id_hash", Text),
    whole("account_id"), whole("person_id"),
    whole("created_at"), whole("seen_at"),
    text("data"),
    Index("ix_web_session_seen_at", "seen_at"),
)

