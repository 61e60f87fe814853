"""Ends of days that somebody asked for: how far the journal went when the question came first."""

from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.domain.ledger import FIRST_HEAD
from treuwerk.store.tables import closing, seal


def closing_at(connection: Connection, as_of: int) -> Row[Any] | None:
    """What was noted for this instant, if anything."""
    return connection.execute(select(closing).where(closing.c.as_of == as_of)).one_or_none()


def note_closing(connection: Connection, as_of: int, now: int) -> Row[Any]:
    """Note the last seal for this instant, unless another one came first; answers with what is noted."""
    last = connection.execute(select(seal.c.last_sequence, seal.c.head).order_by(seal.c.number.desc()).limit(1)).first()
    sequence, head = (last.last_sequence, last.head) if last else (0, FIRST_HEAD)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(closing).values(
        as_of=as_of, last_sequence=sequence, head=head, noted_at=now).on_conflict_do_nothing())
    return connection.execute(select(closing).where(closing.c.as_of == as_of)).one()
