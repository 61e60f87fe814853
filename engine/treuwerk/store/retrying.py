"""Transactions that lost a race are run again; nothing of the lost one remains."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

R = TypeVar("R")
ATTEMPTS = 5
_LOST = frozenset({
    "40001",  # serialization failure
    "40P01",  # deadlock
    "23505",  # a unique key that another one wrote first: run again, the work finds it stored
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_ROWID})


def retrying(work: Callable[[], R]) -> R:
    """Run a unit of work that opens its own transaction; up to five times if it lost against another writer.

    Or if the connection broke before the commit: nothing of it is stored then, and the next one is a fresh one.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return work()
        except DBAPIError as error:
            if not _lost_a_race(error):
                raise
    return work()


def _lost_a_race(error: DBAPIError) -> bool:
    found = {getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorcode", None)}
    return error.connection_invalidated or bool(_LOST & found)
