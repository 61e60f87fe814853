"""The doctor: real settings that are unsafe are found, and a sound installation is let off."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event, insert

from tests.conftest import create_schema
from tests.support import postgres
from treuwerk.services.findings import Finding, State, worst
from treuwerk.services.operation import database_findings, host_findings
from treuwerk.services.operation.doctoring import doctor
from treuwerk.store.database import Database
from treuwerk.store.faults import UnsafeDatabase
from treuwerk.store.guards import guards
from treuwerk.store.tables import journal

NOW = 1_780_000_000_000_000  # 28 May 2026
needs_old_sqlite = pytest.mark.skipif(sqlite3.sqlite_version_info >= (3, 51, 3), reason="WAL is safe here")


def findings(database: Database, now: int = NOW) -> dict[str, Finding]:
    found = doctor(database, now)
    assert len({each.name for each in found}) == len(found)
    assert all(each.hint for each in found if each.state is not State.OK)
    return {each.name: each for each in found}


def states(database: Database, now: int = NOW) -> dict[str, str]:
    return {name: each.state.value for name, each in findings(database, now).items()}


def with_pragma(database: Database, pragma: str) -> None:
    """Change every connection, as a listener of an application might."""
    def change(connection: sqlite3.Connection, _: Any) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(database.engine, "connect", change)


def book(database: Database, booked_at: int) -> None:
    values = {column.name: 0 if column.type.python_type is int else "" for column in journal.columns
              if not column.nullable}
    with database.writing() as connection:
        connection.execute(insert(journal).values(values | {"id": booked_at, "booked_at": booked_at}))


@pytest.fixture
def private(sqlite_database: Database) -> Database:
    """A SQLite database that only its owner may read."""
    assert sqlite_database.file is not None
    sqlite_database.file.chmod(0o600)
    return sqlite_database


@pytest.fixture
def durable(durable_postgres_server: postgres.Server) -> Iterator[Database]:
    """A database on a server that writes to disk."""
    with durable_postgres_server.database() as url:
        create_schema(url)
        database = Database(url)
        yield database
        database.close()


def test_a_sound_sqlite_file_has_nothing_unsafe(private: Database) -> None:
    found = states(private)

    assert {name: found[name] for name in ("sqlite_wal", "sqlite_journal_mode", "sqlite_synchronous", "sqlite_mmap",
                                           "sqlite_integrity", "file_permissions", "schema", "clock", "dependencies",
                                           "plugin:csv_feed")} == dict.fromkeys((
        "sqlite_wal", "sqlite_journal_mode", "sqlite_synchronous", "sqlite_mmap", "sqlite_integrity",
        "file_permissions", "schema", "clock", "dependencies", "plugin:csv_feed"), "ok")
    assert not {"unsafe", "could_not_run"} & set(found.values())


def test_a_sound_server_has_nothing_unsafe(durable: Database) -> None:
    found = states(durable)

    assert {found[f"postgresql_{name}"] for name in ("version", "fsync", "full_page_writes",
                                                     "synchronous_commit")} == {"ok"}
    assert not {"unsafe", "could_not_run"} & set(found.values())


def test_a_server_that_does_not_sync_is_unsafe(postgres_database: Database) -> None:
    found = findings(postgres_database)

    unsafe = {name: (each.found, each.state) for name, each in found.items() if each.state is State.UNSAFE}
    assert unsafe == {f"postgresql_{name}": ("off", State.UNSAFE)
                      for name in ("fsync", "full_page_writes", "synchronous_commit")}
    assert "ALTER SYSTEM SET fsync = on" in found["postgresql_fsync"].hint


@pytest.mark.parametrize(("value", "state"), [("off", "unsafe"), ("local", "ok"), ("on", "ok")])
def test_commits_that_do_not_wait_for_the_disk_are_unsafe(durable: Database, value: str, state: str) -> None:
    durable.close()
    with psycopg.connect(postgres.driver_url(durable.url), autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = {}").format(
            sql.Identifier(str(durable.url.database)), value))

    assert states(durable)["postgresql_synchronous_commit"] == state


def test_a_superuser_and_missing_checksums_are_warned_of(durable: Database) -> None:
    found = findings(durable)

    assert found["postgresql_role"].state is State.WARNING
    assert found["postgresql_role"].found == "postgres, a superuser"
    assert "treuwerk protect" in found["postgresql_role"].hint
    assert found["postgresql_data_checksums"].state is State.WARNING


@pytest.mark.parametrize(("owner", "state"), [(True, "warning"), (False, "ok")])
def test_the_owner_of_the_journal_is_warned_of(durable: Database, owner: bool, state: str) -> None:
    name = f"clerk_{durable.url.database}"
    with psycopg.connect(postgres.driver_url(durable.url), autocommit=True) as connection:
        clerk_role = sql.Identifier(name)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(clerk_role))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}").format(clerk_role))
        if owner:
            connection.execute(sql.SQL("ALTER TABLE journal OWNER TO {}").format(clerk_role))
    clerk = Database(durable.url.set(username=name).render_as_string(False))

    found = states(clerk)

    clerk.close()
    assert (found["postgresql_role"], found["schema"]) == (state, "ok")


@needs_old_sqlite
def test_a_wal_file_is_unsafe_for_an_old_sqlite_and_stays_as_it_is(private: Database) -> None:
    file = private.file
    assert file is not None
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    before = file.read_bytes()

    found = findings(private)

    assert found["sqlite_wal"].state is State.UNSAFE
    assert "PRAGMA journal_mode=DELETE" in found["sqlite_wal"].hint
    assert found["sqlite_integrity"].state is State.COULD_NOT_RUN
    assert file.read_bytes() == before


@needs_old_sqlite
@pytest.mark.parametrize("way", ["reading", "writing", "run"])
def test_nobody_works_on_a_wal_file_with_an_old_sqlite(private: Database, way: str) -> None:
    assert private.file is not None
    connection = sqlite3.connect(private.file)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()

    def work() -> None:
        if way == "run":
            private.run(lambda _: None)
        else:
            with getattr(private, way)():
                pass

    with pytest.raises(UnsafeDatabase, match="found a database in WAL mode and SQLite"):
        work()

    mended = sqlite3.connect(private.file)
    mended.execute("PRAGMA journal_mode=DELETE")
    mended.close()
    work()


@pytest.mark.parametrize(("pragma", "name"), [
    ("synchronous=OFF", "sqlite_synchronous"), ("synchronous=NORMAL", "sqlite_synchronous"),
    ("journal_mode=MEMORY", "sqlite_journal_mode"), ("mmap_size=1000000", "sqlite_mmap")])
def test_a_changed_pragma_is_unsafe(private: Database, pragma: str, name: str) -> None:
    with_pragma(private, pragma)

    found = findings(private)

    assert [each.name for each in found.values() if each.state is State.UNSAFE] == [name]


def test_a_damaged_file_is_unsafe(private: Database) -> None:
    assert private.file is not None
    content = bytearray(private.file.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    private.file.write_bytes(content)

    found = findings(private)

    assert found["sqlite_integrity"].state is State.UNSAFE
    assert worst(list(found.values())) is State.UNSAFE


def test_what_is_no_database_is_unsafe(tmp_path: Path) -> None:
    (tmp_path / "t.db").write_text("certainly no database, but long enough to be taken for one" * 50)
    database = Database(f"sqlite:///{tmp_path / 't.db'}")

    assert states(database)["sqlite_integrity"] == "unsafe"
    database.close()


@pytest.mark.parametrize(("mode", "state"), [(0o600, "ok"), (0o640, "ok"), (0o644, "warning"), (0o666, "warning")])
def test_a_file_that_everyone_may_read_is_warned_of(private: Database, mode: int, state: str) -> None:
    assert private.file is not None
    private.file.chmod(mode)

    found = findings(private)["file_permissions"]

    assert found.state == state
    assert (str(private.file) in found.found) == (state == "warning")


def test_a_network_share_is_told_by_the_longest_mount(tmp_path: Path, private: Database,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    mounts, file = tmp_path / "mountinfo", private.file
    assert file is not None
    where = str(file.parent.resolve())
    mounts.write_text(f"1 0 8:1 / / rw - ext4 /dev/vda rw\n2 1 0:5 / {where} rw,noatime shared:1 - nfs4 host:/x rw\n"
                      "3 1 0:6 / /elsewhere\\040here rw - cifs //x rw\n")
    monkeypatch.setattr(database_findings, "MOUNTS", mounts)

    found = findings(private)["network_file_system"]

    assert (found.state, found.found) == (State.WARNING, "nfs4")
    assert database_findings.file_system_of(Path("/elsewhere here/t.db"), mounts) == "cifs"
    assert database_findings.file_system_of(Path("/elsewhere"), mounts) == "ext4"
    assert database_findings.file_system_of(file, tmp_path / "nowhere") is None


@pytest.mark.parametrize(("ahead_seconds", "state"), [(0, "ok"), (-60, "ok"), (60, "warning"), (600, "unsafe")])
def test_bookings_of_tomorrow_show_a_wrong_clock(database: Database, ahead_seconds: int, state: str) -> None:
    book(database, NOW + ahead_seconds * 1_000_000)

    assert states(database)["clock"] == state


def test_a_database_without_tables_is_told(empty_database: Database) -> None:
    found = findings(empty_database)

    assert "treuwerk migrate" in found["schema"].hint
    assert found["schema"].state in (State.UNSAFE, State.COULD_NOT_RUN)
    assert empty_database.file is None or not empty_database.file.exists()


def test_a_server_that_does_not_answer_is_told_check_by_check() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")

    found = findings(database)

    assert {found[name].state for name in ("postgresql", "postgresql_role", "schema", "append_only_guards", "clock")
            } == {State.COULD_NOT_RUN}
    assert "refused" in found["postgresql"].found
    assert found["dependencies"].state is State.OK
    database.close()


def test_a_guard_that_somebody_took_down_is_unsafe(database: Database) -> None:
    before = findings(database)["append_only_guards"]
    with database.writing() as connection:
        guard = next(guard for guard in guards(connection) if guard.table == "posting")
        connection.exec_driver_sql(f"DROP TRIGGER {guard.name}" + ("" if database.is_sqlite else " ON posting"))

    found = findings(database)["append_only_guards"]

    assert (before.state, found.state) == (State.OK, State.UNSAFE)
    assert found.found == f"{guard.name} on posting is missing"


def test_old_zone_data_are_warned_of(private: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "Berlin").write_bytes(b"TZif")
    (tmp_path / "tzdata.zi").write_text("# version 2019c\nR d 1916\n")
    monkeypatch.setattr("zoneinfo.TZPATH", (str(tmp_path),))

    found = findings(private)["time_zone"]

    assert (found.state, found.expected) == (State.WARNING, "a release of 2025 or later")
    assert found.found.endswith("release 2019c")


def test_without_system_zones_the_package_has_them(private: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoneinfo.TZPATH", ())

    assert "the package tzdata, release 20" in findings(private)["time_zone"].found
    assert host_findings.zone_data("Europe/Atlantis") == ("", "")


@pytest.mark.parametrize(("requirement", "wrong"), [
    ("attrs>=1", ""), ("attrs>=9999", "attrs 2"), ("no-such-thing>=1", "no-such-thing is not installed"),
    ("no-such-thing>=1; extra == 'testing'", ""), ("attrs>=9999; extra == 'testing'", "expected >=9999"),
    ("attrs>=9999; python_version < '3'", "")])
def test_versions_below_the_floor_are_unsafe(private: Database, monkeypatch: pytest.MonkeyPatch, requirement: str,
                                             wrong: str) -> None:
    monkeypatch.setattr(host_findings, "requires", lambda _: [requirement])

    found = findings(private)["dependencies"]

    assert found.state is (State.UNSAFE if wrong else State.OK)
    assert wrong in found.found


def test_a_plugin_is_known_by_the_bytes_of_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import EntryPoint

    package = tmp_path / "shelf_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    entry = EntryPoint("shelf", "shelf_of_a_test", "treuwerk.plugins")

    first = host_findings.digest(entry)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "x.pyc").write_bytes(b"compiled")
    same = host_findings.digest(entry)
    (package / "rule.py").write_text("POINTS = 2")
    other = host_findings.digest(entry)

    assert first == same != other
    assert len(first) == 64
