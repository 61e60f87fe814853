"""Acts that take turns, since what each may do depends on what the others did."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

_USERS = text("SELECT pg_advisory_xact_lock(7305807861351)")  # any fixed number, the same for all


_COUNTING = text("SELECT pg_advisory_xact_lock(:key)")


def count_one_by_one(connection: Connection, keys: Iterable[int]) -> None:
    """Wait until nobody else counts under these keys, so that a burst of tries counts as what it is."""
    if connection.dialect.name == "postgresql":
        for key in sorted(set(keys)):  # in one order, or two would wait for each other
            connection.execute(_COUNTING, {"key": key})


def change_users_one_by_one(connection: Connection) -> None:
    """Wait until nobody else changes users and roles; the turn ends with the transaction.

    Call it before anything is written. On SQLite a transaction that writes has its turn already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_USERS)
