"""``treuwerk doctor``, and what other commands say of an unsafe database."""

import sqlite3

import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.worlds import World, line, table
from treuwerk.cli.context import ALLOW_UNSAFE
from treuwerk.store.database import Database

KEYS = {"name", "state", "found", "expected", "hint"}


def test_the_doctor_speaks_json_and_ends_with_1_where_something_is_unsafe(world: World, treuwerk: Treuwerk) -> None:
    outcome = treuwerk("doctor", "--json")

    states = {finding["name"]: finding["state"] for finding in outcome.json}
    assert all(set(finding) == KEYS for finding in outcome.json)
    assert outcome.code == (0 if world.database.is_sqlite else 1)
    assert ("unsafe" in states.values()) == (outcome.code == 1)
    assert {name for name in states if name.startswith("plugin:")} == {
        "plugin:activity_points", "plugin:csv_feed", "plugin:product_factor"}


def test_the_doctor_tells_people_what_to_do(world: World, treuwerk: Treuwerk) -> None:
    out = treuwerk("doctor").out

    if world.database.is_sqlite:
        assert "ok             sqlite_synchronous: FULL" in out
    else:
        assert "unsafe         postgresql_fsync: off\n" in out
        assert "expected on: otherwise a crash of the machine corrupts the whole server; ALTER SYSTEM" in out


def test_a_programme_with_mistakes_does_not_stop_the_doctor(world: World, treuwerk: Treuwerk) -> None:
    (world.folder / "programme.toml").write_text("plugins = 1")

    findings = {finding["name"]: finding for finding in treuwerk("doctor", "--json").json}

    assert findings["programme"]["state"] == "could_not_run"
    assert findings["programme"]["hint"] == "run treuwerk check"
    assert findings["schema"]["state"] == "ok"


def test_a_clearing_on_a_server_that_does_not_sync_says_so_loudly(world: World, treuwerk: Treuwerk,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    file = world.file("a.csv", table([line()]))
    quiet = treuwerk("clear", file)
    monkeypatch.delenv(ALLOW_UNSAFE)

    loud = treuwerk("clear", file)

    assert (quiet.err, loud.code) == ("", 0)
    assert ("UNSAFE: fsync: found off, expected on" in loud.err) == (not world.database.is_sqlite)


def test_a_busy_database_ends_a_command_with_1_and_says_so(world: World, treuwerk: Treuwerk,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    if world.database.file is None:
        pytest.skip("PostgreSQL has no lock for the whole database")
    real = Database.__init__
    monkeypatch.setattr(Database, "__init__", lambda self, url: real(self, url, wait_seconds=0.1))

    with world.database.writing():
        outcome = treuwerk("migrate")

    assert (outcome.code, outcome.out) == (1, "")
    assert "the database is busy: database is locked; waited 0.1 seconds" in outcome.err


@pytest.mark.skipif(sqlite3.sqlite_version_info >= (3, 51, 3), reason="WAL is safe here")
@pytest.mark.parametrize("command", [["serve", "--port", "1"], ["clear"], ["verify"], ["migrate"]])
def test_a_wal_file_is_refused_where_sqlite_is_too_old(world: World, treuwerk: Treuwerk, command: list[str]) -> None:
    if world.database.file is None:
        pytest.skip("there is no such thing on PostgreSQL")
    world.database.close()
    connection = sqlite3.connect(world.database.file)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    arguments = [world.file("a.csv", table([line()]))] if command == ["clear"] else []

    outcome = treuwerk(*command, *arguments)

    assert outcome.code == 2
    assert "found a database in WAL mode" in outcome.err
    assert "PRAGMA journal_mode=DELETE" in outcome.err
