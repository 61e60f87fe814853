"""Statements that go to the driver as they are: where a redemption has a millisecond, building them has none of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
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


def adding(table: Table) -> Statement:
    """The statement that writes a row with all columns by name."""
    names = table.columns.keys()
    marks = {"sqlite": [f":{name}" for name in names], "postgresql": [f"%({name})s" for name in names]}
    columns = ", ".join(f'"{name}"' for name in names)
    return {dialect: f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join(marked)})"
            for dialect, marked in marks.items()}


def fetched(connection: Connection, statement: Statement, values: Values) -> list[tuple[Any, ...]]:
    """All rows that a query finds."""
    text = statement[connection.dialect.name]
    try:
        rows: list[tuple[Any, ...]] = _driver(connection).execute(text, values).fetchall()
    except _errors(connection) as error:
        raise _translated(connection, text, error) from error
    return rows


def executed(connection: Connection, text: str, values: Values) -> None:
    """Run a statement."""
    try:
        _driver(connection).execute(text, values)
    except _errors(connection) as error:
        raise _translated(connection, text, error) from error


def executed_together(connection: Connection, text: str) -> None:
    """Run statements without values by one way to the server; psycopg must not prepare them as one. PostgreSQL only."""
    try:
        _driver(connection).execute(text, prepare=False)
    except _errors(connection) as error:
        raise _translated(connection, text, error) from error


def executed_many(connection: Connection, text: str, rows: Sequence[Values]) -> None:
    """Run a statement for each row."""
    try:
        _driver(connection).cursor().executemany(text, rows)
    except _errors(connection) as error:
        raise _translated(connection, text, error) from error


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _errors(connection: Connection) -> Any:
    return connection.dialect.loaded_dbapi.Error


def _translated(connection: Connection, text: str, error: Any) -> Exception:
    """Errors of the driver become those of SQLAlchemy, which is what others wait for: a lost race is run again."""
    lost = connection.dialect.is_disconnect(error, _driver(connection), None)
    if lost:
        connection.invalidate(error)
    told: Exception = DBAPIError.instance(text, None, error, _errors(connection), connection_invalidated=lost,
                                          dialect=connection.dialect)
    return told
