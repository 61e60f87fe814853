"""Closing a database while somebody writes, or might: what was handed in is finished, and no thread is left."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from tests.support.writers import accounts, another_process, opening, standing, until_waiting, writer_threads
from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseBusy, DatabaseClosed, NestedWriting


def test_closing_an_idle_writer_ends_its_thread_and_the_next_work_begins_one(sqlite_database: Database) -> None:
    before = writer_threads()
    sqlite_database.run(opening(1))
    during = writer_threads()

    sqlite_database.close()

    assert (during, writer_threads()) == (before + 1, before)
    assert sqlite_database.run(opening(2)) == 2
    sqlite_database.close()
    assert writer_threads() == before


def test_a_database_that_only_reads_has_no_writer(sqlite_database: Database) -> None:
    before = writer_threads()

    assert accounts(sqlite_database) == []
    assert writer_threads() == before


def test_closing_a_busy_writer_finishes_what_was_handed_in_and_takes_no_more(sqlite_database: Database) -> None:
    writer: Any = sqlite_database._group_writer
    with standing(sqlite_database) as go, ThreadPoolExecutor(6) as pool:
        booked = [pool.submit(sqlite_database.run, opening(number)) for number in range(1, 6)]
        until_waiting(sqlite_database, 5)
        closing = pool.submit(sqlite_database.close)
        tick = Event()
        while not writer._closing:
            tick.wait(0.001)
        with pytest.raises(DatabaseClosed, match="is being closed"):
            sqlite_database.run(opening(9))
        go.set()
        answers = [future.result(30) for future in booked]
        closing.result(30)

    assert answers == [1, 2, 3, 4, 5] == accounts(sqlite_database)


def test_closing_while_another_process_holds_the_file_ends_when_nobody_waits_any_more(hasty: Database) -> None:
    before = writer_threads()
    with another_process(hasty, "BEGIN IMMEDIATE"), ThreadPoolExecutor(2) as pool:
        booked = pool.submit(hasty.run, opening(1))
        until_waiting(hasty, 1)
        hasty.close()

        assert isinstance(booked.exception(10), DatabaseBusy)

    assert writer_threads() == before
    assert accounts(hasty) == []


def test_many_at_once_may_close_and_book_again(sqlite_database: Database) -> None:
    before = writer_threads()
    for number in range(1, 51):
        with ThreadPoolExecutor(4) as pool:
            booked = pool.submit(sqlite_database.run, opening(number))
            closings = [pool.submit(sqlite_database.close) for _ in range(3)]
            assert [closing.result(30) for closing in closings] == [None] * 3
            if isinstance(booked.exception(30), DatabaseClosed):
                sqlite_database.run(opening(number))

    sqlite_database.close()
    assert accounts(sqlite_database) == list(range(1, 51))
    assert writer_threads() == before


def test_a_work_cannot_close_its_database(sqlite_database: Database) -> None:
    with pytest.raises(NestedWriting, match="cannot close"):
        sqlite_database.run(lambda _: sqlite_database.close())

    assert sqlite_database.run(opening(1)) == 1


INTERRUPT = """
import os, signal, sys, threading
from sqlalchemy import text
from treuwerk.store.database import Database

database = Database(sys.argv[1])
begun, go = threading.Event(), threading.Event()
other = threading.Thread(target=database.run, args=(lambda connection: (begun.set(), go.wait(30)),))
other.start()
begun.wait(30)

def interrupt():
    while not database._group_writer._waiting:
        go.wait(0.001)
    os.kill(os.getpid(), signal.SIGINT)

try:
    threading.Thread(target=interrupt).start()
    database.run(lambda connection: connection.execute(text("INSERT INTO account VALUES (1, 1, 1)")))
except KeyboardInterrupt:
    print("interrupted")
go.set()
other.join()
print(database.run(lambda connection: connection.execute(text("SELECT COUNT(*) FROM account")).scalar()))
database.close()
"""
FORK = """
import os, sys
from sqlalchemy import text
from treuwerk.store.database import Database

database = Database(sys.argv[1])
def row(number):
    statement = text(f"INSERT INTO account VALUES ({number}, 1, 1)")
    return lambda connection: connection.execute(statement).rowcount

database.run(row(1))
child = os.fork()
if not child:
    done = database.run(row(2))
    database.close()
    os._exit(done)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), database.run(row(3)))
database.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals and forks of POSIX")
@pytest.mark.parametrize(("script", "says"), [(INTERRUPT, "interrupted\n0\n"), (FORK, "1 1\n")],
                         ids=["ctrl c while waiting", "a fork"])
def test_the_writer_survives(sqlite_database: Database, script: str, says: str) -> None:
    url = sqlite_database.url.render_as_string()

    done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=False, timeout=60)

    assert (done.stdout, done.stderr, done.returncode) == (says, "", 0)
