"""Statements that go to the driver as they are: where a redemption has a millisecond, building them has none of it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, Any] | Sequence[Any]
Statement = Mapping[str, str]
"""A statement by dialect, with the marks of its driver."""


def both(statement: str, *, postgresql_suffix: str = "") -> Statement:
    """One statement with ``:name`` marks for both databases."""
    marked = statement
    for name in sorted({word.rstrip(",)") for word in statement.split() if word.startswith(":")}, reverse=True):
        marked = marked.replace(name, f"%({name[1:]})s")
    return {"sqlite": statement, "postgresql": marked + postgresql_suffix}


def fetched(connection: Connection, statement: Statement, values: Values) -> list[tuple[Any, ...]]:
    """All rows that a query finds."""
    text = statement[connection.dialect.name]
    with _translated(connection, text):
        rows: list[tuple[Any, ...]] = _driver(connection).execute(text, values).fetchall()
        return rows


def executed(connection: Connection, text: str, values: Values) -> None:
    """Run a statement."""
    with _translated(connection, text):
        _driver(connection).execute(text, values)


def executed_many(connection: Connection, text: str, rows: Sequence[Values]) -> None:
    """Run a statement for each row."""
    with _translated(connection, text):
        _driver(connection).executemany(text, rows)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


@contextmanager
def _translated(connection: Connection, text: str) -> Iterator[None]:
    """Errors of the driver become those of SQLAlchemy, which is what others wait for: a lost race is run again."""
    base: Any = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        lost = connection.dialect.is_disconnect(error, _driver(connection), None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(text, None, error, base, connection_invalidated=lost,
                                  dialect=connection.dialect) from error
