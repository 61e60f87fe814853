"""Works for the writer of a database, and what stands in its way."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from threading import enumerate as running_threads
from typing import Any

from sqlalchemy import Connection, insert, select

from treuwerk.store.database import Database
from treuwerk.store.faults import TransactionLost
from treuwerk.store.tables import account

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
connection.execute("SELECT * FROM account").fetchone()
print("held", flush=True)
sys.stdin.readline()
connection.rollback()
"""


def opening(number: int) -> Callable[[Connection], int]:
    def work(connection: Connection) -> int:
        connection.execute(insert(account).values(account_id=number, bucket=number, opened_at=1))
        return number

    return work


def accounts(database: Database) -> list[int]:
    with database.reading() as connection:
        return list(connection.execute(select(account.c.account_id).order_by(account.c.account_id)).scalars())


def writer_threads() -> int:
    return sum(thread.name == "treuwerk-writer" for thread in running_threads())


@contextmanager
def standing(database: Database) -> Iterator[Event]:
    """The writer is in the middle of a work until the event is set, so that others gather behind it."""
    begun, go = Event(), Event()

    def work(_: Connection) -> None:
        begun.set()
        assert go.wait(30)

    def stand() -> None:
        with suppress(TransactionLost):  # where a test breaks the group, this one is a part of it
            database.run(work)

    thread = Thread(target=stand)
    thread.start()
    assert begun.wait(30)
    try:
        yield go
    finally:
        go.set()
        thread.join()


@contextmanager
def another_process(database: Database, statement: str) -> Iterator[None]:
    """A process of its own that holds the file."""
    assert database.file is not None
    with subprocess.Popen([sys.executable, "-c", HOLD, str(database.file), statement], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.communicate("\n")


def until_waiting(database: Database, many: int) -> None:
    writer: Any = database._group_writer
    tick = Event()
    while len(writer._waiting) < many:
        tick.wait(0.001)
