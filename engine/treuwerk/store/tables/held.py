"""Files that were not booked because they are broken as a whole: a person says what becomes of each."""

from sqlalchemy import Column, Index, UniqueConstraint
from sqlalchemy import text as sql

from treuwerk.store.tables.base import FLAG, Home, define, key, text, whole

held_file = define(
    "held_file", Home.RUN,
    key("id"),
    text("source"), text("sha256"), text("name"), whole("size"),
    whole("lines"), whole("bad"),
    text("reasons"),  # JSON: why it is held
    text("faults"),  # JSON: the first of its bad lines
    Column("kept", FLAG, nullable=False),  # whether the file lies on the shelf
    text("state"),  # held, released, rejected, cleared or superseded
    whole("held_at"), whole("decided_at"), text("decided_by"), text("reason"),
    whole("version"),
    UniqueConstraint("sha256", "source"),
    Index("ix_held_file_open", "held_at", sqlite_where=sql("state = 'held'"), postgresql_where=sql("state = 'held'")),
)
