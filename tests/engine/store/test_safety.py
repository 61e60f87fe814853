"""Looking into the file of a database gives away nothing that keeps other processes out of it."""

import subprocess
import sys
from pathlib import Path

import pytest

from treuwerk.store.database import Database
from treuwerk.store.safety import is_wal

SECOND = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    other.execute("BEGIN IMMEDIATE")
    print("writes")
except sqlite3.OperationalError as error:
    print(error)
"""


@pytest.fixture
def database(sqlite_url: str) -> Database:
    """An empty file."""
    found = Database(sqlite_url)
    with found.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE thing (x)")
    return found


def second_process(file: Path) -> str:
    """What another process is told that wants to write."""
    return subprocess.run([sys.executable, "-I", "-c", SECOND, str(file)], capture_output=True, text=True, check=True
                          ).stdout.strip()


def test_a_connection_that_is_opened_while_another_one_writes_lets_no_process_in(database: Database) -> None:
    assert database.file
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO thing VALUES (1)")
        with Database(database.url.render_as_string()).reading() as reader:
            seen = reader.exec_driver_sql("SELECT count(*) FROM thing").scalar_one()

        told = second_process(database.file)

    assert (seen, told) == (0, "database is locked")
    assert second_process(database.file) == "writes"


def test_a_look_at_the_header_lets_no_process_in(database: Database) -> None:
    assert database.file
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO thing VALUES (1)")

        found = is_wal(database.file)

        assert (found, second_process(database.file)) == (False, "database is locked")


def test_a_file_that_took_the_place_of_another_one_is_looked_into_anew(tmp_path: Path) -> None:
    file, other = tmp_path / "one.db", tmp_path / "other.db"
    file.write_bytes(bytes(20))
    other.write_bytes(bytes(19) + b"\x02")
    before = is_wal(file)

    other.replace(file)

    assert (before, is_wal(file), is_wal(tmp_path / "none.db")) == (False, True, False)
