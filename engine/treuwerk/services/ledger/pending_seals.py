"""Sealing what single bookings left behind, before anything is shown that rests on the chain."""

from sqlalchemy.exc import DBAPIError

from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseReadOnly
from treuwerk.store.sealing import seal_pending, waiting_for_a_seal

_MAY_NOT_WRITE = "42501"  # PostgreSQL: a role without the right


def seal_where_possible(database: Database, now: int) -> int:
    """Seal what waits; returns how many transactions still wait, which is 0 except on a copy that cannot be written.

    `now` is in microseconds UTC.
    """
    with database.reading() as connection:
        waiting = waiting_for_a_seal(connection)
        standby = not database.is_sqlite and connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one()
    if not waiting or standby:
        return waiting
    try:
        with database.writing() as connection:
            seal_pending(connection, now)
    except DatabaseReadOnly:
        return waiting
    except DBAPIError as error:
        if not _may_not_write(error):
            raise
        return waiting
    return 0


def _may_not_write(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == _MAY_NOT_WRITE
