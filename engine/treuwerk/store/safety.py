"""Settings under which a database loses or corrupts what it acknowledged, as far as they are cheap to know."""

import sqlite3
from contextlib import suppress
from pathlib import Path

from treuwerk.store.faults import UnsafeDatabase

FIRST_SAFE_WAL = (3, 51, 3)
WAL_IS_SAFE = sqlite3.sqlite_version_info >= FIRST_SAFE_WAL
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


WAL_REMEDY = (f"use a Python with SQLite {'.'.join(map(str, FIRST_SAFE_WAL))} or newer, or end everything that has the "
              "file open and give it a rollback journal: sqlite3 FILE 'PRAGMA journal_mode=DELETE'")
