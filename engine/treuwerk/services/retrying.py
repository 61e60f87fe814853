"""Transactions that lost a race are run again; nothing of the lost one remains."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError

R = TypeVar("R")
ATTEMPTS = 5
_SERIALIZATION_FAILURE, _DEADLOCK = "40001", "40P01"


def retrying(work: Callable[[], R]) -> R:
    """Run a unit of work that opens its own transaction; up to five times if it lost against another writer."""
    for _ in range(ATTEMPTS - 1):
        try:
            return work()
        except DBAPIError as error:
            if not _lost_a_race(error):
                raise
    return work()


def _lost_a_race(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error, IntegrityError) or state in (_SERIALIZATION_FAILURE, _DEADLOCK)
