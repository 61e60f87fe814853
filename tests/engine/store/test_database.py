"""Connections: what is written is committed as a whole, readers see one state, and nobody keeps a connection."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Connection, bindparam, delete, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from tests.support.worlds import connections_in_use
from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseReadOnly
from treuwerk.store.prepared import Prepared
from treuwerk.store.retrying import ATTEMPTS, retrying
from treuwerk.store.tables import account

ROW = {"account_id": 1, "bucket": 1, "opened_at": 1}
NUMBERS = Prepared(select(account.c.account_id).where(account.c.bucket == bindparam("bucket")))


def count(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(account)).scalar_one()


def break_off(_: object) -> None:
    raise RuntimeError("in the middle")


def test_what_fails_in_the_middle_leaves_nothing(database: Database) -> None:
    def fail_in_the_middle() -> None:
        with database.writing() as connection:
            connection.execute(insert(account).values(ROW))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail_in_the_middle()

    assert count(database) == 0
    assert connections_in_use(database.engine) == 0


def test_a_reader_sees_one_state_from_its_first_look_on(postgres_database: Database) -> None:
    with postgres_database.reading() as reader:
        before = reader.execute(select(func.count()).select_from(account)).scalar_one()
        with postgres_database.writing() as connection:
            connection.execute(insert(account).values(ROW))
        after = reader.execute(select(func.count()).select_from(account)).scalar_one()

    assert (before, after, count(postgres_database)) == (0, 0, 1)


def test_a_reader_cannot_write_on_postgresql(postgres_database: Database) -> None:
    with pytest.raises(DatabaseReadOnly), postgres_database.reading() as connection:
        connection.execute(insert(account).values(ROW))


@pytest.mark.parametrize("way", [Database.looking_up, Database.asking])
def test_lookups_leave_nothing_behind_and_see_what_is_stored_next(
        database: Database, way: Callable[[Database], AbstractContextManager[Connection]]) -> None:
    with way(database) as connection:
        before = len(NUMBERS.rows(connection, bucket=1))
        assert len(NUMBERS.rows(connection, bucket=1)) == before == 0
    with pytest.raises(RuntimeError, match="in the middle"), way(database) as connection:
        break_off(NUMBERS.rows(connection, bucket=1))
    with database.writing() as connection:
        connection.execute(insert(account).values(ROW))

    with way(database) as connection:
        assert [row.account_id for row in NUMBERS.rows(connection, bucket=1)] == [1]
    assert connections_in_use(database.engine) == 0
    assert count(database) == 1


def test_what_is_looked_up_is_one_state_and_cannot_be_written(database: Database) -> None:
    with database.looking_up() as connection:
        before = NUMBERS.rows(connection, bucket=1)
        if not database.is_sqlite:  # where a reader holds no writer up
            with database.writing() as other:
                other.execute(insert(account).values(ROW))
        assert NUMBERS.rows(connection, bucket=1) == before == []
    with pytest.raises(DatabaseReadOnly), database.looking_up() as connection:
        connection.execute(insert(account).values(ROW | {"account_id": 2}))


def test_lookups_are_planned_once_and_other_questions_as_ever(postgres_database: Database) -> None:
    modes = []
    for _ in range(12):  # psycopg prepares what it is given often
        with postgres_database.looking_up() as connection:
            modes.append(connection.exec_driver_sql("SHOW plan_cache_mode").scalar_one())
        with postgres_database.reading() as connection:
            modes.append(connection.exec_driver_sql("SHOW plan_cache_mode").scalar_one())

    assert modes == ["force_generic_plan", "auto"] * 12


def test_a_reader_that_is_done_stands_in_nobodys_way(database: Database) -> None:
    with database.reading() as reader:
        reader.execute(select(account)).fetchone()
    with database.writing() as connection:
        connection.execute(insert(account).values(ROW))

    assert count(database) == 1


def test_writers_of_one_process_queue_and_all_get_their_turn(database: Database) -> None:
    def write(number: int) -> None:
        with database.writing() as connection:
            connection.execute(insert(account).values(ROW | {"account_id": number}))

    threads = [Thread(target=write, args=(number,)) for number in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(database) == 20
    assert connections_in_use(database.engine) == 0


def test_sqlite_is_set_so_that_what_is_acknowledged_is_on_disk(sqlite_database: Database) -> None:
    with sqlite_database.reading() as connection:
        settings = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                    for name in ("synchronous", "foreign_keys", "journal_mode")}

    assert (settings["synchronous"], settings["foreign_keys"]) == (2, 1)
    assert settings["journal_mode"] in ("persist", "wal")


def test_a_number_column_of_sqlite_takes_no_text(sqlite_database: Database) -> None:
    with pytest.raises(IntegrityError, match="cannot store TEXT value"), sqlite_database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO account VALUES (1, 'many', 1)")


def test_a_lost_race_is_run_again_and_a_lasting_fault_is_told(database: Database) -> None:
    attempts = []

    def work() -> None:
        attempts.append(1)
        with database.writing() as connection:
            connection.execute(insert(account).values(ROW))
            if len(attempts) < 3:
                connection.execute(insert(account).values(ROW))

    retrying(work)
    assert len(attempts) == 3

    with pytest.raises(IntegrityError):
        retrying(work)
    assert len(attempts) == 3 + ATTEMPTS


def test_a_fault_that_is_no_race_is_told_at_once(database: Database) -> None:
    attempts = []

    def work() -> None:
        attempts.append(1)
        with database.writing() as connection:
            connection.exec_driver_sql("SELECT * FROM no_such_table")

    with pytest.raises(DBAPIError):
        retrying(work)
    assert len(attempts) == 1


def test_another_process_that_holds_the_file_is_waited_for(sqlite_database: Database) -> None:
    other, held, go = Database(sqlite_database.url.render_as_string()), Event(), Event()

    def hold() -> None:
        with other.writing() as connection:
            connection.execute(insert(account).values(ROW))
            held.set()
            go.wait(10)

    thread = Thread(target=hold)
    thread.start()
    held.wait(10)
    release = Thread(target=go.set)
    release.start()
    with sqlite_database.writing() as connection:
        connection.execute(delete(account))
    thread.join()
    release.join()
    other.close()

    assert count(sqlite_database) == 0


def test_a_folder_that_is_not_there_is_no_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'nowhere' / 't.db'}")

    with pytest.raises(OperationalError, match="unable to open database file"), database.reading() as connection:
        connection.execute(select(account))

    database.close()
    assert not (tmp_path / "nowhere").exists()
