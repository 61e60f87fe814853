"""Single bookings of many threads: each is stored whole or not at all, in the order of asking; none waits for ever."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, update
from sqlalchemy.exc import OperationalError

from tests.support.worlds import connections_in_use
from tests.support.writers import accounts, another_process, opening, standing, until_waiting
from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseBusy, NestedWriting, TransactionLost
from treuwerk.store.tables import account, balance, outbox

START = {"account_id": 1, "unit": "bonus", "posted": 1_400, "held": 0, "pending": 0, "deficit": 0, "version": 0}
class NotEnough(Exception):
    """A clean refusal."""


def redeeming(points: int) -> Callable[[Connection], int]:
    def work(connection: Connection) -> int:
        left = connection.execute(update(balance).where(balance.c.posted >= points).values(
            posted=balance.c.posted - points).returning(balance.c.posted)).scalar()
        if left is None:
            raise NotEnough
        return int(left)

    return work


def outcomes(database: Database, works: list[Callable[[Connection], Any]]) -> list[Any]:
    """What became of works that were let loose together: the result, or the error."""
    barrier = Barrier(len(works))

    def one(work: Callable[[Connection], Any]) -> Any:
        barrier.wait()
        try:
            return database.run(work)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def test_of_200_redemptions_at_once_exactly_the_affordable_ones_succeed(database: Database) -> None:
    database.run(lambda connection: connection.execute(insert(balance).values(START)))

    told = outcomes(database, [redeeming(100)] * 200)

    assert sorted(left for left in told if isinstance(left, int)) == list(range(0, 1_400, 100))
    assert Counter(type(left).__name__ for left in told) == {"int": 14, "NotEnough": 186}
    assert connections_in_use(database.engine) == 0


def test_a_work_that_raises_takes_no_other_with_it(database: Database) -> None:
    def failing(number: int) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            opening(number)(connection)
            raise ValueError(f"number {number}")

        return work

    told = outcomes(database, [opening(n) if n % 3 else failing(n) for n in range(1, 61)])

    assert [str(error) for error in told if isinstance(error, ValueError)] == [f"number {n}" for n in range(3, 61, 3)]
    assert accounts(database) == [n for n in range(1, 61) if n % 3]


def test_a_broken_constraint_reaches_its_caller_only(database: Database) -> None:
    told = outcomes(database, [opening(1 + n // 2) for n in range(20)])

    assert Counter(type(answer).__name__ for answer in told) == {"int": 10, "IntegrityError": 10}
    assert accounts(database) == list(range(1, 11))


def test_an_answer_comes_only_after_the_commit(sqlite_database: Database) -> None:
    with sqlite3.connect(str(sqlite_database.file)) as other:
        for number in range(1, 30):
            sqlite_database.run(opening(number))

            assert other.execute("SELECT COUNT(*) FROM account").fetchone() == (number,)
    other.close()


def test_many_share_one_commit_and_keep_their_order(sqlite_database: Database) -> None:
    commits: list[Connection] = []
    order: list[int] = []

    def noting(number: int) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            opening(number)(connection)
            order.append(number)

        return work

    sqlite_database.run(lambda connection: event.listen(connection.engine, "commit", commits.append))
    commits.clear()
    with standing(sqlite_database) as go:
        threads = []
        for number in range(1, 21):
            threads.append(Thread(target=sqlite_database.run, args=(noting(number),)))
            threads[-1].start()
            until_waiting(sqlite_database, number)
        go.set()
        for thread in threads:
            thread.join()

    assert order == list(range(1, 21))
    assert len(commits) <= 2


def test_bulk_writers_and_single_bookings_take_turns(sqlite_database: Database) -> None:
    turns: list[str] = []
    stop = Event()

    def book() -> None:
        while not stop.is_set():
            sqlite_database.run(lambda _: turns.append("single"))

    threads = [Thread(target=book) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 21):
        with sqlite_database.writing() as connection:
            opening(number)(connection)
            turns.append("bulk")
    stop.set()
    for thread in threads:
        thread.join()

    assert accounts(sqlite_database) == list(range(1, 21))
    first, last = turns.index("bulk"), len(turns) - turns[::-1].index("bulk")
    assert "single" in turns[first:last]


@pytest.mark.parametrize("inner", ["run", "writing"])
@pytest.mark.parametrize("outer", ["run", "writing"])
def test_writing_within_writing_is_refused_at_once(database: Database, outer: str, inner: str) -> None:
    def write(_: Any = None) -> None:
        if inner == "run":
            database.run(opening(1))
        else:
            with database.writing() as connection:
                opening(1)(connection)

    def nest() -> None:
        if outer == "run":
            database.run(write)
        else:
            with database.writing():
                write()

    with pytest.raises(NestedWriting, match="use the connection that the outer one gave"):
        nest()

    assert accounts(database) == []
    assert database.run(opening(2)) == 2


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_work_cannot_end_its_transaction(database: Database, end: str) -> None:
    def work(connection: Connection) -> None:
        opening(1)(connection)
        getattr(connection, end)()

    with pytest.raises(NestedWriting, match=rf"a work called {end}\(\)"):
        database.run(work)

    assert accounts(database) == []


def test_where_the_shared_transaction_breaks_everyone_of_the_group_hears_of_it(sqlite_database: Database) -> None:
    with standing(sqlite_database) as go, ThreadPoolExecutor(3) as pool:
        before = pool.submit(sqlite_database.run, opening(1))
        until_waiting(sqlite_database, 1)
        breaking = pool.submit(sqlite_database.run, lambda connection: connection.exec_driver_sql("ROLLBACK"))
        until_waiting(sqlite_database, 2)
        go.set()
        errors = [before.exception(30), breaking.exception(30)]

    assert isinstance(errors[0], TransactionLost | OperationalError)
    assert isinstance(errors[1], TransactionLost | OperationalError)
    assert errors[0] is not errors[1]
    assert sqlite_database.run(opening(3)) == 3
    assert accounts(sqlite_database) == [3]


def test_on_a_full_disk_exactly_those_are_stored_who_were_told_so(sqlite_database: Database) -> None:
    def sending(number: int) -> Callable[[Connection], int]:
        def work(connection: Connection) -> int:
            opening(number)(connection)
            connection.execute(insert(outbox).values(account_id=number, id=number, bucket=0, topic="t", created_at=1,
                                                     payload="x" * 40_000))
            return number

        return work

    pages = sqlite_database.run(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    sqlite_database.run(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 60}").scalar())

    told = outcomes(sqlite_database, [sending(number) for number in range(1, 21)])

    assert accounts(sqlite_database) == sorted(answer for answer in told if isinstance(answer, int))
    errors = [answer for answer in told if not isinstance(answer, int)]
    assert errors
    assert all(isinstance(error, OperationalError) and "full" in str(error) for error in errors), errors


def test_a_work_knows_the_context_of_its_caller(database: Database) -> None:
    variable = ContextVar("variable", default="of nobody")
    variable.set("of the caller")

    assert database.run(lambda _: variable.get()) == "of the caller"


def test_options_that_a_work_sets_are_gone_for_the_next(database: Database) -> None:
    database.run(lambda connection: connection.execution_options(yield_per=7))

    options = database.run(lambda connection: dict(connection.get_execution_options()))

    assert "yield_per" not in options


def test_a_lost_race_is_run_again_on_postgresql(postgres_database: Database) -> None:
    attempts = []

    def overtaken(connection: Connection) -> int:
        attempts.append(1)
        known = connection.execute(select(account.c.account_id).where(account.c.account_id == 1)).scalar()
        if not known and len(attempts) == 1:
            other = Thread(target=postgres_database.run, args=(opening(1),))
            other.start()
            other.join()
        return known or opening(1)(connection)

    assert postgres_database.run(overtaken) == 1
    assert len(attempts) == 2


def test_another_process_that_holds_the_file_makes_us_busy_in_time(hasty: Database) -> None:
    with another_process(hasty, "BEGIN IMMEDIATE"):
        with ThreadPoolExecutor(5) as pool:
            booked = [pool.submit(hasty.run, opening(number)) for number in range(1, 6)]
            errors = [future.exception(10) for future in booked]
        with pytest.raises(DatabaseBusy, match=r"waited 0\.2 seconds"), hasty.writing():
            pass

    assert [type(error) for error in errors] == [DatabaseBusy] * 5
    assert "try again when they have ended" in str(errors[0])
    assert hasty.run(opening(7)) == 7
    assert accounts(hasty) == [7]


@pytest.mark.skipif(sqlite3.sqlite_version_info >= (3, 51, 3), reason="in WAL mode readers stand in nobody's way")
def test_a_reader_who_never_ends_makes_the_commit_fail_for_all_of_the_group(hasty: Database) -> None:
    with another_process(hasty, "BEGIN"):
        told = outcomes(hasty, [opening(number) for number in range(1, 6)])

    assert [type(error) for error in told] == [DatabaseBusy] * 5
    assert hasty.run(opening(7)) == 7
    assert accounts(hasty) == [7]


def test_64_threads_all_get_an_answer(database: Database) -> None:
    def look_and_book(number: int) -> int:
        with database.reading() as connection:
            connection.execute(select(account)).all()
        return database.run(opening(number))

    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(look_and_book, range(1, 257)))

    assert answers == list(range(1, 257)) == accounts(database)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_where_no_connection_is_free_we_say_so(request: pytest.FixtureRequest, kind: str) -> None:
    given: Database = request.getfixturevalue("sqlite_database" if kind == "sqlite" else "postgres_database")
    database = Database(given.url.render_as_string(False), wait_seconds=0.1, connections=1)

    with database.reading(), pytest.raises(DatabaseBusy, match="all connections are in use"), database.reading():
        pass

    database.close()


def test_a_database_that_is_not_there_is_told_to_all_who_wait(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'nowhere' / 't.db'}")

    told = outcomes(database, [opening(number) for number in range(1, 6)])

    assert all(isinstance(error, OperationalError) and "unable to open" in str(error) for error in told), told
    database.close()
