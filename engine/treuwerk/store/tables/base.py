"""Column types and table options that are the same on SQLite and PostgreSQL.

SQLite tables are STRICT, because a plain one keeps ``'abc'`` in a number column and turns 2^63 into a float. Days are
ISO texts, instants microseconds since 1970 UTC, exact decimals whole numbers of millionths.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
WHOLE = BigInteger().with_variant(Integer(), "sqlite")
FLAG = Boolean().with_variant(Integer(), "sqlite")


class Home(StrEnum):
    """Where the rows of a table live once the database is sharded."""

    ACCOUNT = "account"  # with their account: its id leads every key
    LOOKUP = "lookup"  # by the value that is looked up; leads to an account
    REFERENCE = "reference"  # small and copied everywhere
    RUN = "run"  # with one run of work or one seal
    OFFICE = "office"  # the service centre's own: its people, their work, what they did


def define(name: str, home: Home, *parts: Any, clustered: bool = False) -> Table:
    """A table of ours; `clustered` keeps its rows in the order of the primary key (SQLite's WITHOUT ROWID)."""
    return Table(name, metadata, *parts, info={"home": home}, sqlite_strict=True, sqlite_with_rowid=not clustered)


def key(name: str, kind: Any = WHOLE) -> "Column[Any]":
    """A column of the primary key, filled by the application."""
    return Column(name, kind, primary_key=True, autoincrement=False)


def whole(name: str, **options: Any) -> "Column[Any]":
    """A whole number that is always there."""
    return Column(name, WHOLE, nullable=False, **options)


def text(name: str, kind: Any = Text, **options: Any) -> "Column[Any]":
    """A text that is always there, perhaps empty."""
    return Column(name, kind, nullable=False, **options)
