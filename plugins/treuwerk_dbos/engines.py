"""The engine behind the queue: where its tables lie, and settings under which they survive."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

_FIRST_SAFE_WAL = (3, 51, 3)  # before that several connections that checkpoint can corrupt a file
_FIRST_UNIXEPOCH_WITH_FRACTIONS = (3, 42)
_CONNECTIONS = 6
_WAIT_SECONDS = 30


def engine_for(database: str, queue: str) -> Engine:
    """The engine of the queue: the address that the operator names, else one beside the programme's database.

    With SQLite the queue has a file of its own: it writes at times of its own choosing, and the programme's file has
    one writer at a time, for whom participants wait. DBOS also gives its tables plain names there.
    """
    url = make_url(queue or database)
    if url.get_backend_name() != "sqlite":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_size=_CONNECTIONS, max_overflow=0,
                             pool_timeout=_WAIT_SECONDS, pool_pre_ping=True, hide_parameters=True)
    if not queue and url.database:
        url = url.set(database=str(Path(url.database).with_suffix(".queue.db")))
    engine = create_engine(url, pool_size=_CONNECTIONS, max_overflow=0, pool_timeout=_WAIT_SECONDS,
                           connect_args={"timeout": _WAIT_SECONDS, "check_same_thread": False}, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = "IMMEDIATE"  # as DBOS wants it: its writers queue at the beginning, not in the middle
    safe = sqlite3.sqlite_version_info >= _FIRST_SAFE_WAL
    for pragma in (f"busy_timeout={_WAIT_SECONDS * 1000}", f"journal_mode={'WAL' if safe else 'PERSIST'}",
                   "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    if sqlite3.sqlite_version_info < _FIRST_UNIXEPOCH_WITH_FRACTIONS:
        # DBOS asks for unixepoch('subsec') by the version of Python; older SQLite answers it with NULL.
        connection.create_function("unixepoch", -1, lambda *_arguments: time.time())
