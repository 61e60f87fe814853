"""Connections to SQLite or PostgreSQL, set so that what is acknowledged is on disk.

SQLite runs with ``synchronous=FULL``: NORMAL in WAL mode loses acknowledged bookings when power fails. WAL itself only
from 3.51.3 on, since older versions can corrupt a file that several connections checkpoint. Before that the rollback
journal persists: its end is synced with each commit, where the removal of a file could be undone by a power failure.

Errors do not show the values of a statement (``hide_parameters``): they end in logs, which hold nothing personal.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from treuwerk.store.driver import executed_together, fetched
from treuwerk.store.faults import told_as_busy, told_as_unknown
from treuwerk.store.resting import ask_rested
from treuwerk.store.retrying import retrying
from treuwerk.store.safety import WAL_IS_SAFE, refuse_unsafe_file
from treuwerk.store.turns import Turns, Writers
from treuwerk.store.writing import GroupWriter, Work, WorkConnection

T = TypeVar("T")
WAIT_SECONDS = 15.0
CONNECTIONS = 16
CACHE_KIB = 49_152
_LOOKING_UP = ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
               "SET LOCAL plan_cache_mode = force_generic_plan")
JOURNAL_BYTES = 2**24  # what a large import leaves of its journal


class Database:
    """One programme's database: `run` for single bookings, `writing` for bulk, `reading` for a consistent look.

    Args:
        url: an address as SQLAlchemy writes it.
        wait_seconds: how long to wait for a lock of SQLite or a free connection, before `DatabaseBusy`.
        connections: the most that are open at once (SQLite's writer has one more, of its own).
    """

    def __init__(self, url: str, *, wait_seconds: float = WAIT_SECONDS, connections: int = CONNECTIONS) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.wait_seconds = wait_seconds
        pool: dict[str, Any] = {"pool_size": connections, "max_overflow": 0, "pool_timeout": wait_seconds,
                                "pool_use_lifo": True}  # few threads use few connections, whose caches are warm
        if not self.is_sqlite:
            self.engine = create_engine(self.url, hide_parameters=True, **pool)
            ask_rested(self.engine)
            event.listen(self.engine, "checkin", _leave_it_to_the_server)
        else:
            self.engine = self._sqlite(pool if self.file else {})
        self._at_once = self.engine.execution_options(isolation_level="AUTOCOMMIT")  # from the same pool
        self._asking = self.engine.execution_options(sqlite_unbegun=True) if self.is_sqlite else self._at_once
        self._begin_process()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state from its first query on, and changes nothing.

        Raises:
            DatabaseBusy: no connection is free, or a writer holds the file for too long.
        """
        self._check_process()
        if not self.is_sqlite:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            with told_as_busy(self.wait_seconds), self.engine.connect().execution_options(**options) as connection:
                yield connection
                connection.commit()  # a rollback would make psycopg forget the statements that it has prepared
            return
        with told_as_busy(self.wait_seconds), self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA query_only = ON")  # past SQLAlchemy, which would begin a transaction for it
            try:
                yield connection
            finally:
                connection.rollback()
                driver.execute("PRAGMA query_only = OFF")

    @contextmanager
    def looking_up(self) -> Iterator[Connection]:
        """As `reading`, for lookups by key alone: PostgreSQL plans each once, where it would plan some at every call.

        Planning what a page asks takes longer than answering it. Where a filter may leave much or little, a plan of
        its own is worth that: use `reading` there.
        """
        if self.is_sqlite:
            with self.reading() as connection:
                yield connection
            return
        self._check_process()
        with told_as_busy(self.wait_seconds), self._at_once.connect() as connection, connection.begin():
            executed_together(connection, _LOOKING_UP)
            yield connection

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """A connection for a single lookup: each query of it sees a state of its own, and no transaction is paid for.

        Beginning and ending one costs two ways to the server, where a lookup is one. It must change nothing.

        Raises:
            DatabaseBusy: no connection is free, or a writer holds the file for too long.
        """
        self._check_process()
        with told_as_busy(self.wait_seconds), self._asking.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction for much work: committed as a whole at the end, or not at all.

        Raises:
            DatabaseBusy: no connection is free, or another process holds the file for too long.
            NestedWriting: this thread writes already.
        """
        self._check_process()
        with self._writers.joined(), told_as_busy(self.wait_seconds):
            if not self.is_sqlite:
                with self.engine.begin() as connection:
                    yield connection
                return
            # Writers of one process queue here, where waiting is fair; other processes meet at the file lock.
            with self._turns.taken(), self.engine.connect().execution_options(sqlite_immediate=True) as connection:
                with connection.begin():
                    yield connection

    def run(self, work: Work[T]) -> T:
        """Do one small work in a transaction and return its result once that is on disk: the way of single bookings.

        `work` gets a connection, whose transaction it must not end: it returns to have it committed, and raises to
        have it rolled back. What it raises reaches the caller unchanged. It may be called several times: one that lost
        a race, or drew an id that was there, is run again; so it changes nothing but the database. On SQLite it is
        called in the thread of the one writer, with the context variables of the caller, and shares its commit with
        others; it should be short and wait for nothing.

        Raises:
            DatabaseBusy: no turn within `wait_seconds`, or readers kept the group from being committed. Not stored.
            NestedWriting: this thread writes already, or the work tried to end its transaction.
            TransactionLost: another work of the group broke the transaction. Not stored.
            DatabaseClosed: the database is being closed. Not stored.
            OutcomeUnknown: the connection broke while the commit was on its way. Ask again with the same key.
        """
        self._check_process()
        if self.file:
            return retrying(lambda: self._group_writer.run(work))
        with self._writers.joined(), told_as_busy(self.wait_seconds):
            return retrying(lambda: self._alone(work))

    def at_once(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows of one statement that is a transaction by itself, with the marks of the driver; on PostgreSQL only.

        It goes to the server and comes back with its commit. So whoever loses the connection meanwhile cannot know
        whether it is stored, and it is not run again; one that lost a race is.

        Raises:
            DatabaseBusy: no connection is free. Not stored.
            NestedWriting: this thread writes already.
            OutcomeUnknown: the connection broke. Ask again with the same key.
        """
        self._check_process()
        with self._writers.joined(), told_as_busy(self.wait_seconds):
            return retrying(lambda: self._single(statement, values))

    def each_at_once(self, work: Work[T]) -> T:
        """Do a work of which each statement is a transaction by itself, on one connection; on PostgreSQL only.

        It may be called several times, as that of `run`; so it ends with the one statement that writes. Whether that is
        stored where its connection breaks, only the work can tell (`told_as_unknown`).

        Raises:
            DatabaseBusy: no connection is free. Not stored.
            NestedWriting: this thread writes already.
        """
        self._check_process()
        with self._writers.joined(), told_as_busy(self.wait_seconds):
            return retrying(lambda: self._each(work))

    def close(self) -> None:
        """Finish what `run` was given, stop the writer, and close all connections that nobody uses."""
        self._check_process()
        if self._own_writer:
            self._own_writer.close()
        self.disconnect()

    def disconnect(self) -> None:
        """Close all connections that nobody uses; the next one who needs one opens it. A fork then inherits none."""
        self.engine.dispose()

    def takes_writes(self) -> bool:
        """Whether anything could be stored at this moment, as far as that is cheap to know."""
        if self.is_sqlite:
            own = os.access in os.supports_effective_ids
            return self.file is None or all(os.access(path, os.W_OK, effective_ids=own)
                                            for path in (self.file, self.file.parent))
        with told_as_busy(self.wait_seconds), self._at_once.connect() as connection:
            return bool(connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "off")

    @property
    def in_memory(self) -> bool:
        """Whether it lives in this process alone."""
        return self.is_sqlite and self.file is None

    @property
    def file(self) -> Path | None:
        """Where SQLite keeps it; None on PostgreSQL and in memory."""
        name = self.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" and not name.startswith("file:") else None

    def _alone(self, work: Work[T]) -> T:
        with WorkConnection(self.engine) as connection:
            transaction = connection.begin()
            try:
                result = work(connection)
            except DBAPIError as error:
                self._forget_dead(error)
                raise
            with told_as_unknown():
                transaction.commit()
            return result

    def _forget_dead(self, error: DBAPIError) -> None:
        if error.connection_invalidated:  # the server went away: its other connections are dead, too
            self.engine.dispose()

    def _each(self, work: Work[T]) -> T:
        with self._at_once.connect() as connection:
            try:
                return work(connection)
            except DBAPIError as error:
                self._forget_dead(error)
                raise

    def _single(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._at_once.connect() as connection, told_as_unknown():
            try:
                return fetched(connection, {"postgresql": statement}, values)
            except DBAPIError as error:
                self._forget_dead(error)
                raise

    def _sqlite(self, pool: dict[str, Any]) -> Engine:
        connecting = {"timeout": self.wait_seconds, "check_same_thread": False}
        engine = create_engine(self.url, connect_args=connecting, hide_parameters=True, **pool)
        if self.file:
            event.listen(engine, "do_connect", self._refuse_unsafe)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def _refuse_unsafe(self, *_: Any) -> None:
        assert self.file is not None
        refuse_unsafe_file(self.file)

    def _begin_process(self) -> None:
        self._process, self._turns, self._writers = os.getpid(), Turns(), Writers()
        self._own_writer: GroupWriter | None = None
        self._making = Lock()

    @property
    def _group_writer(self) -> GroupWriter:
        """SQLite's one writer of single bookings, made for the first of them."""
        with self._making:
            if self._own_writer is None:
                engine = self._sqlite({"poolclass": NullPool, "execution_options": {"sqlite_immediate": True}})
                self._own_writer = GroupWriter(engine, self._turns, self._writers, self.wait_seconds)
            return self._own_writer

    def _check_process(self) -> None:
        """After a fork the child begins anew: neither connections nor locks nor threads of its parent are its own."""
        if os.getpid() != self._process:
            self._of_the_parent = self.engine.pool, self._own_writer  # kept, since closing them harms the parent
            self.engine.dispose(close=False)
            self._begin_process()


def _leave_it_to_the_server(connection: Any, _: Any) -> None:
    """After reading SQLAlchemy asks for READ WRITE, which would pass by a default_transaction_read_only."""
    if connection is not None and not connection.closed:
        connection.read_only = None


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # Python's sqlite3 must not begin transactions by itself
    for pragma in (f"journal_mode={'WAL' if WAL_IS_SAFE else 'PERSIST'}", f"journal_size_limit={JOURNAL_BYTES}",
                   "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{CACHE_KIB}", "temp_store=MEMORY",
                   "mmap_size=0", "recursive_triggers=ON"):  # without it REPLACE passes by guards
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("sqlite_immediate"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif not options.get("sqlite_unbegun"):
        # Past SQLAlchemy, which takes longer for it than for a lookup. It locks nothing yet, so that nobody waits.
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN")
