"""Single bookings of many threads: on SQLite one thread writes them all, and a commit serves a group of them.

Callers hand in their work and wait. The writer takes them in the order in which they came, each within a savepoint of
its own, and commits once for all that it took; only then do they hear of it. A commit that waits for the disk is what
costs most, and other threads would only queue for the lock of the file, in no order at all.

**Fairness.** The unit is a group: at most `GROUP_WORKS` works, and none is begun later than `GROUP_SECONDS` after the
first. Between two groups everyone else who writes in this process (`Database.writing`) has a turn, in the order of
asking. Within a group works come in the order of asking, too.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from threading import Condition, Lock, Thread, current_thread
from time import monotonic
from typing import Any, NoReturn, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from treuwerk.store.faults import (
    DatabaseBusy,
    DatabaseClosed,
    NestedWriting,
    TransactionLost,
    UnsafeDatabase,
    busy,
    is_busy,
    is_read_only,
    read_only,
    told_as_busy,
)
from treuwerk.store.turns import Turns, Writers

T = TypeVar("T")
Work = Callable[[Connection], T]
GROUP_WORKS = 64
GROUP_SECONDS = 0.05


class WorkConnection(Connection):
    """The connection that a work is given. Its transaction is ended by who began it, never by the work."""

    def commit(self) -> NoReturn:
        """Refused: what other works did would be committed with it."""
        self._refuse("commit")

    def rollback(self) -> NoReturn:
        """Refused: what other works did would be lost with it. Raise an error to roll back your own."""
        self._refuse("rollback")

    def renew(self) -> None:
        """Forget the options that a work has set."""
        self._execution_options = self.engine.get_execution_options()

    def _refuse(self, name: str) -> NoReturn:
        raise NestedWriting(f"a work called {name}(), but its transaction is not its own: return to have it committed, "
                            "raise to have it rolled back")


class _Job:
    """A work that waits for its turn, then for its commit."""

    __slots__ = ("_context", "_work", "answered", "error", "value")

    def __init__(self, work: Work[Any]) -> None:
        self._work, self._context = work, copy_context()
        self.value: Any = None
        self.error: BaseException | None = None
        self.answered = Lock()
        self.answered.acquire()

    def run(self, connection: WorkConnection, driver: Any) -> None:
        """Do the work in a savepoint. What it raises is kept for its caller.

        Raises:
            Exception: the savepoint is gone, and with it the transaction of the group.
        """
        driver.execute("SAVEPOINT work")
        try:
            self.value = self._context.run(self._work, connection)
        except BaseException as error:
            self.error = error
            if not driver.in_transaction:  # SQLite itself gave up the transaction: disk full, or a read that failed
                raise
            driver.execute("ROLLBACK TO work")
        driver.execute("RELEASE work")

    def result(self) -> Any:
        """What the work returned, or what it raised."""
        if self.error is None:
            return self.value
        try:
            raise self.error
        finally:
            self.error = None  # the error knows this frame, which knows the job: that would be a circle


class GroupWriter:
    """The one writer of a SQLite file in this process; its thread is begun by the first work."""

    def __init__(self, engine: Engine, turns: Turns, writers: Writers, wait_seconds: float) -> None:
        self._engine, self._turns, self._writers, self._wait_seconds = engine, turns, writers, wait_seconds
        self._waiting: deque[_Job] = deque()
        self._guard = Condition(Lock())
        self._thread: Thread | None = None
        self._closing = False
        self._connection: WorkConnection | None = None

    def run(self, work: Work[T]) -> T:
        """Hand in a work and wait until it is committed; see `Database.run`."""
        self._writers.check()
        job = _Job(work)
        try:
            self._hand_in(job)
            if not job.answered.acquire(timeout=self._wait_seconds):
                if self._withdrawn(job):
                    raise busy(None, self._wait_seconds)
                job.answered.acquire()  # it is being worked on, and its answer is certain to come
        except BaseException:  # Ctrl+C: what nobody waits for is not begun
            self._withdrawn(job)
            raise
        with told_as_busy(self._wait_seconds):
            result: T = job.result()
        return result

    def close(self) -> None:
        """Finish what is handed in, then stop the thread. The next work begins a new one."""
        with self._guard:
            thread = self._thread
            if thread is None:
                return
            if thread is current_thread():
                raise NestedWriting("a work cannot close the database that it writes to")
            self._closing = True
            self._guard.notify()
        thread.join()

    def _hand_in(self, job: _Job) -> None:
        with self._guard:
            if self._closing:
                raise DatabaseClosed("the database is being closed and takes no more work; hand it in again later")
            if self._thread is None:
                thread = Thread(target=self._serve, name="treuwerk-writer", daemon=True)
                thread.start()
                self._thread = thread
            self._waiting.append(job)
            self._guard.notify()

    def _withdrawn(self, job: _Job) -> bool:
        with self._guard:
            if job in self._waiting:
                self._waiting.remove(job)
                return True
            return False

    def _serve(self) -> None:
        while self._somebody_waits():
            self._serve_group()  # a frame of its own, so that nothing of the last group stays while nobody waits

    def _serve_group(self) -> None:
        done: list[_Job] = []
        try:
            with self._turns.taken(), self._writers.joined():
                self._write(done)
        except BaseException as error:
            self._disconnect()
            _fail(self._concerned(done, error), error)
        for job in done:
            job.answered.release()

    def _somebody_waits(self) -> bool:
        with self._guard:
            while not self._waiting and not self._closing:
                self._guard.wait()
            if self._waiting:
                return True
            self._disconnect()
            self._thread, self._closing = None, False
            return False

    def _write(self, done: list[_Job]) -> None:
        """One group in one transaction. Works leave the line when the file is locked, so that waiting ends in time."""
        if self._connection is None:
            self._connection = WorkConnection(self._engine)
        connection = self._connection
        driver: Any = connection.connection.driver_connection
        with connection.begin() as transaction:
            until = monotonic() + GROUP_SECONDS
            while len(done) < GROUP_WORKS and (job := self._next()):
                done.append(job)
                job.run(connection, driver)
                connection.renew()
                if not (driver.in_transaction and transaction.is_active):
                    raise TransactionLost("a work has ended the transaction that it shared with others; hand yours in "
                                          "again")
                if monotonic() > until:
                    break

    def _next(self) -> _Job | None:
        with self._guard:
            return self._waiting.popleft() if self._waiting else None

    def _concerned(self, done: list[_Job], error: BaseException) -> list[_Job]:
        """Whom an error of the group concerns: those whose work is lost. Who waits for a lock gives up by himself."""
        if not done and not is_busy(error):
            while job := self._next():
                done.append(job)
        return done

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # it may be broken, which is why it goes
                connection.close()


def _fail(jobs: list[_Job], error: BaseException) -> None:
    for job in jobs:
        job.error = job.error or _own(error)


def _own(error: BaseException) -> BaseException:
    """An error of its own for each caller: raising one and the same in many threads mixes up their tracebacks."""
    if is_busy(error):
        mine: BaseException = DatabaseBusy("the database is busy: others read for long, so that nothing could be "
                                           "committed; try again when they have ended")
    elif is_read_only(error):
        mine = read_only()
    elif isinstance(error, UnsafeDatabase):
        mine = UnsafeDatabase(str(error))
    elif isinstance(error, DBAPIError):
        mine = type(error)(None, None, error.orig or error)  # the statement of another is none of theirs
    else:
        mine = TransactionLost(f"the transaction of this work was lost, and nothing of it is stored: {error}")
    mine.__cause__ = error
    return mine
