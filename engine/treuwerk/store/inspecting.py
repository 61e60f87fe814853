"""What a database says of itself: settings, condition, guards, roles. Read-only."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select, text

from treuwerk.store.tables import journal

PRAGMAS = ("journal_mode", "synchronous", "mmap_size")
POSTGRES_SETTINGS = ("server_version", "server_version_num", "fsync", "full_page_writes", "synchronous_commit",
                     "data_checksums")
_ROLE = text("SELECT current_user AS name, "
             "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser, "
             "(SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('journal')) "
             "AS owner")


def pragmas(connection: Connection) -> Mapping[str, Any]:
    """The settings of this connection to SQLite."""
    return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}


def postgres_settings(connection: Connection) -> Mapping[str, str]:
    """The settings of the server as this connection has them."""
    columns = ", ".join(f"current_setting('{name}') AS {name}" for name in POSTGRES_SETTINGS)
    return dict(connection.execute(text(f"SELECT {columns}")).one()._mapping)


def damages(connection: Connection) -> Iterator[str]:
    """What SQLite finds broken in the structure of the file; it reads all of it."""
    for line in connection.exec_driver_sql("PRAGMA quick_check").scalars():
        if line != "ok":
            yield str(line)


def role(connection: Connection) -> tuple[str, bool, bool]:
    """Whom we are on PostgreSQL: name, whether a superuser, whether the journal is ours to alter."""
    row = connection.execute(_ROLE).one()
    return row.name, bool(row.superuser), bool(row.owner)


def newest_booking(connection: Connection) -> int | None:
    """The latest booking instant of the journal in microseconds; it reads all of it."""
    return connection.execute(select(func.max(journal.c.booked_at))).scalar()
