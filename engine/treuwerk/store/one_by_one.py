"""Acts that take turns, since what each may do depends on what the others did."""

from sqlalchemy import Connection, text

_USERS = text("SELECT pg_advisory_xact_lock(7305807861351)")  # any fixed number, the same for all


def change_users_one_by_one(connection: Connection) -> None:
    """Wait until nobody else changes users and roles; the turn ends with the transaction.

    Call it before anything is written. On SQLite a transaction that writes has its turn already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_USERS)
