"""What a database refuses for a reason that is nobody's mistake, or a programmer's: busy, unsafe, nested, closed."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_READ_ONLY_TRANSACTION = "25006"  # SQLSTATE read_only_sql_transaction


class DatabaseBusy(SQLAlchemyError):
    """Others held the database, or all connections to it, for longer than we wait. Nothing is stored; try again."""


class DatabaseReadOnly(SQLAlchemyError):
    """The database takes no writes: a file without write permission, a standby, or maintenance. Reading works."""


class UnsafeDatabase(SQLAlchemyError):
    """The database could lose or corrupt what is written to it; the message says what to change."""


class DatabaseClosed(SQLAlchemyError):
    """Work was handed in while the database is being closed. Nothing is stored."""


class OutcomeUnknown(SQLAlchemyError):
    """The connection broke while the commit was on its way: stored or not, nobody knows before asking again."""


class NestedWriting(RuntimeError):
    """Writing within writing: the inner one would wait for the outer one for ever."""


class TransactionLost(SQLAlchemyError):
    """The transaction that several works share has ended before its commit. Each of them is to be handed in again."""


@contextmanager
def told_as_busy(wait_seconds: float) -> Iterator[None]:
    """Locks of other processes and an exhausted pool become `DatabaseBusy`, refused writes `DatabaseReadOnly`."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        if is_read_only(error):
            raise read_only() from error
        if is_busy(error):
            raise busy(error, wait_seconds) from error
        raise


@contextmanager
def told_as_unknown() -> Iterator[None]:
    """A connection that breaks in the commit becomes `OutcomeUnknown`; all else passes."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise OutcomeUnknown("the connection to the database broke while the booking was being stored; ask again "
                                 "with the same key: what is stored is not stored twice") from error
        raise


def is_busy(error: BaseException) -> bool:
    """Whether somebody else is to blame for this error: a lock of SQLite, or a pool without a free connection."""
    if isinstance(error, PoolTimeout):
        return True
    code: int | None = getattr(getattr(error, "orig", error), "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_read_only(error: BaseException) -> bool:
    """Whether the database refused a write since it takes none."""
    original = getattr(error, "orig", error)
    code: int | None = getattr(original, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF == sqlite3.SQLITE_READONLY
    return getattr(original, "sqlstate", None) == _READ_ONLY_TRANSACTION


def read_only() -> DatabaseReadOnly:
    """The error for people."""
    return DatabaseReadOnly("the database takes no writes: it may be reached by a read-only file, a standby or "
                            "default_transaction_read_only; nothing was stored")


def busy(error: BaseException | None, wait_seconds: float) -> DatabaseBusy:
    """The error for people."""
    reason = "all connections are in use" if isinstance(error, PoolTimeout) else "database is locked"
    return DatabaseBusy(f"the database is busy: {reason}; waited {wait_seconds:g} seconds for others that read or "
                        "write for long, try again when they have ended")
