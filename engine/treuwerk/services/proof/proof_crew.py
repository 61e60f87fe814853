"""Several processes that look at one and the same state of the database, each doing pieces of a proof.

Python uses one core for one process, and so does one connection of either database. On PostgreSQL all connections
share an exported snapshot. On SQLite each begins its own; whether nobody committed meanwhile, the file itself tells.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from treuwerk.services.proof.proof_tasks import Found, Task, run
from treuwerk.store.database import Database

MOST = 4  # processes
_CACHE_KIB = 131_072  # of SQLite, for each process
_MAPPED = 2**31 - 2**16  # bytes of SQLite's file, the most that it maps: pages then need not be copied
ATTEMPTS = 50  # to begin between two commits of others
Done = Callable[[], None]
Work = Callable[[Sequence[Task], Done], list[Found]]
"""Does tasks, tells of each that is done, and returns what was found in the order of the tasks."""


class CrewFailed(RuntimeError):
    """A process of the crew ended before its work did."""


def crew_size() -> int:
    """How many processes pay on this machine."""
    return min(os.cpu_count() or 1, MOST)


@contextmanager
def crew(database: Database, connection: Connection, size: int) -> Iterator[Work]:
    """A function that does tasks, side by side where `size` is above one, all in the state that `connection` sees."""
    if size < 2 or (database.is_sqlite and database.file is None):
        yield lambda tasks, done: _done_here(connection, tasks, done)
        return
    with ExitStack() as stack:
        members = [stack.enter_context(_member(database)) for _ in range(size)]
        if _begun(database, connection, members):
            yield lambda tasks, done: _shared_out(members, tasks, done)
        else:  # writers leave no gap: one connection needs none
            yield lambda tasks, done: _done_here(connection, tasks, done)


def _done_here(connection: Connection, tasks: Sequence[Task], done: Done) -> list[Found]:
    found = []
    for task in tasks:
        found.append(run(connection, task))
        done()
    return found


class _Member:
    """A process at the other end of two pipes."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def ask(self, message: Any) -> Any:
        """Send a message and wait for the answer."""
        into, out = self._process.stdin, self._process.stdout
        assert into is not None  # both are pipes
        assert out is not None
        try:
            pickle.dump(message, into)
            into.flush()
            return pickle.load(out)  # noqa: S301 (from the process started here)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise CrewFailed("a process of the proof ended before its work did") from error


@contextmanager
def _member(database: Database) -> Iterator[_Member]:
    """The address travels over the pipe, so that no password shows in arguments."""
    command = [sys.executable, "-m", "treuwerk.services.proof.proof_crew"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 (our own)
        assert process.stdin is not None  # a pipe
        try:
            pickle.dump(database.url.render_as_string(hide_password=False), process.stdin)
            process.stdin.flush()
            yield _Member(process)
        finally:
            process.kill()
            with suppress(BrokenPipeError):  # where it is gone already, the last message never left
                process.stdin.close()


def _begun(database: Database, connection: Connection, members: Sequence[_Member]) -> bool:
    """Whether all members see the same state as the connection."""
    if not database.is_sqlite:
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        _asked(members, snapshot)
        return True
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
        for _ in range(ATTEMPTS):
            before = _version(watch)
            connection.rollback()
            connection.exec_driver_sql("SELECT COUNT(*) FROM sqlite_master")
            _asked(members, None)
            if _version(watch) == before:
                return True
    return False


def _version(watch: Connection) -> int:
    """A number that changes whenever another connection commits."""
    driver: Any = watch.connection.driver_connection
    return int(driver.execute("PRAGMA data_version").fetchone()[0])


def _asked(members: Sequence[_Member], message: Any) -> None:
    with ThreadPoolExecutor(len(members)) as pool:
        list(pool.map(lambda member: member.ask(("begin", message)), members))


def _shared_out(members: Sequence[_Member], tasks: Sequence[Task], done: Done) -> list[Found]:
    """Each member takes the next piece as soon as it is free."""
    waiting, lock, found = iter(enumerate(tasks)), Lock(), [Found() for _ in tasks]

    def work(member: _Member) -> None:
        while True:
            with lock:
                at, task = next(waiting, (0, None))
            if task is None:
                return
            found[at] = member.ask(("run", task))
            with lock:
                done()

    with ThreadPoolExecutor(len(members)) as pool:
        list(pool.map(work, members))
    return found


def main() -> None:
    """A process of the crew: an address comes in, then what to do, until the pipe is closed."""
    into, out = sys.stdin.buffer, sys.stdout.buffer
    database = Database(pickle.load(into))  # noqa: S301 (from the process that started this one)
    with ExitStack() as stack:
        connection = stack.enter_context(database.reading())
        while True:
            try:
                what, content = pickle.load(into)  # noqa: S301 (as above)
            except EOFError:
                return
            pickle.dump(_begin(connection, content) if what == "begin" else run(connection, content), out)
            out.flush()


def _begin(connection: Connection, snapshot: str | None) -> bool:
    connection.rollback()
    if snapshot is not None:
        connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        connection.exec_driver_sql("SET LOCAL max_parallel_workers_per_gather = 0")  # the crew has the processors
    else:  # only here: where a disk fails, who reads mapped pages is ended by the system, and the proof tells of it
        connection.exec_driver_sql(f"PRAGMA mmap_size = {_MAPPED}")
    prepare(connection)
    return True


def prepare(connection: Connection) -> None:
    """Fix the state that is seen, and have the planner of PostgreSQL plan for large scans."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL jit = off; SET LOCAL work_mem = '128MB'; "
                                   "SET LOCAL cursor_tuple_fraction = 1.0")
    else:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.exec_driver_sql("SELECT COUNT(*) FROM sqlite_master")


if __name__ == "__main__":
    main()
