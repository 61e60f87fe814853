"""Settings under which a database loses or corrupts what it acknowledged, as far as they are cheap to know."""

import os
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock

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


_looked_into: dict[tuple[int, int], int] = {}
"""Descriptors of the files that were looked into, by device and inode."""
_looking = Lock()


def is_wal(file: Path) -> bool:
    """Whether the header of a SQLite file says WAL. It is read without SQLite, which would change the file by it."""
    with suppress(OSError):
        header = _start_of(file, _READ_VERSION_AT + 1)
        return len(header) > _READ_VERSION_AT and header[_READ_VERSION_AT] == _WAL
    return False


def _start_of(file: Path, length: int) -> bytes:
    if sys.platform == "win32":  # locks belong to descriptors there, not to processes
        with file.open("rb") as stream:
            return stream.read(length)
    return os.pread(_descriptor(file), length, 0)


def _descriptor(file: Path) -> int:
    """A descriptor of a file that stays open: POSIX drops all locks of a process on a file once it closes any of it.

    SQLite knows that of its own descriptors and not of ours. A close between two statements of a writer would let
    another process write into the same file, which loses what was acknowledged and corrupts it.
    """
    with _looking:
        status = file.stat()
        known = _looked_into.get((status.st_dev, status.st_ino))
        if known is None:
            _close_gone()
            known = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
            status = os.fstat(known)  # it may be another one by now
            _looked_into[status.st_dev, status.st_ino] = known
        return known


def close_removed() -> None:
    """Let go of files that are gone, whose disk space stays taken as long as anybody has them open."""
    with _looking:
        _close_gone()


def _close_gone() -> None:
    """Nobody else can open a file without a name, so its locks keep nobody out."""
    for key, descriptor in list(_looked_into.items()):
        if not os.fstat(descriptor).st_nlink:
            os.close(_looked_into.pop(key))


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
