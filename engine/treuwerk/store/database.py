"""Connections to SQLite or PostgreSQL, set so that what is acknowledged is on disk.

SQLite runs with ``synchronous=FULL``: NORMAL in WAL mode loses acknowledged bookings when power fails. WAL itself only
from 3.51.3 on, since older versions can corrupt a file that several connections checkpoint.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

FIRST_SAFE_WAL = (3, 51, 3)
BUSY_TIMEOUT_MS = 15_000
CACHE_KIB = 49_152


class Database:
    """One programme's database. `writing` is for everything that changes rows, `reading` for a consistent look."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._one_writer = Lock()
        self.engine = self._sqlite() if self.is_sqlite else create_engine(self.url, pool_pre_ping=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state from its first query on, and changes nothing."""
        if not self.is_sqlite:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            with self.engine.connect().execution_options(**options) as connection:
                yield connection
            return
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
            try:
                yield connection
            finally:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA query_only = OFF")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: committed as a whole at the end, or not at all."""
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        # Writers of one process queue here, where waiting is fair; other processes meet at the file lock.
        with self._one_writer, self.engine.connect().execution_options(sqlite_immediate=True) as connection:
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @property
    def file(self) -> Path | None:
        """Where SQLite keeps it; None on PostgreSQL and in memory."""
        name = self.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" and not name.startswith("file:") else None

    def _sqlite(self) -> Engine:
        engine = create_engine(self.url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # Python's sqlite3 must not begin transactions by itself
    mode = "WAL" if sqlite3.sqlite_version_info >= FIRST_SAFE_WAL else "DELETE"
    for pragma in (f"journal_mode={mode}", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{CACHE_KIB}",
                   "temp_store=MEMORY", "mmap_size=0", "recursive_triggers=ON"):  # without it REPLACE passes by guards
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("sqlite_immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
