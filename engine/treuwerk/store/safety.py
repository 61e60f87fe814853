"""Settings under which a database loses or corrupts what it acknowledged, as far as they are cheap to know."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, text

from treuwerk.store.faults import UnsafeDatabase

FIRST_SAFE_WAL = (3, 51, 3)
WAL_REMEDY = (f"use a Python with SQLite {'.'.join(map(str, FIRST_SAFE_WAL))} or newer, or end everything that has the "
              "file open and give it a rollback journal: sqlite3 FILE 'PRAGMA journal_mode=DELETE'")
WAL_IS_SAFE = sqlite3.sqlite_version_info >= FIRST_SAFE_WAL
POSTGRES_SAFE = {
    "fsync": "on: otherwise a crash of the machine corrupts the whole server",
    "full_page_writes": "on: otherwise a crash leaves half-written pages",
    "synchronous_commit": "on, local, remote_write or remote_apply: otherwise a crash loses acknowledged bookings",
}
"""Settings of a server that must not be off, with what is expected and why."""
_READ_VERSION_AT, _WAL = 19, 2  # see "Database File Format", section 1.3


def is_wal(file: Path) -> bool:
    """Whether the header of a SQLite file says WAL. It is read without SQLite, which would change the file by it."""
    with suppress(OSError), file.open("rb") as stream:
        header = stream.read(_READ_VERSION_AT + 1)
        return len(header) > _READ_VERSION_AT and header[_READ_VERSION_AT] == _WAL
    return False


def refuse_unsafe_file(file: Path) -> None:
    """Refuse a file in WAL mode where SQLite is too old for it.

    Raises:
        UnsafeDatabase: with the remedy.
    """
    if not WAL_IS_SAFE and is_wal(file):
        raise UnsafeDatabase(f"{file}: found a database in WAL mode and SQLite {sqlite3.sqlite_version}, which can "
                             f"corrupt it; {WAL_REMEDY}")



def unsafe_settings(connection: Connection) -> list[str]:
    """What a server of PostgreSQL would lose, in sentences; asked once, when a program starts to book."""
    if connection.dialect.name != "postgresql":
        return []
    columns = ", ".join(f"current_setting('{name}')" for name in POSTGRES_SAFE)
    row = connection.execute(text(f"SELECT {columns}")).one()
    return [f"{name}: found off, expected {expected}"
            for (name, expected), value in zip(POSTGRES_SAFE.items(), row, strict=True) if value == "off"]
