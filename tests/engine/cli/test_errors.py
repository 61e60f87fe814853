"""What can go wrong around a command ends with a message that says what to do, never with a traceback."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Treuwerk, invoke
from tests.support.worlds import World, line, lines, programme_folder, table

ON_PATH = str(Path(sys.executable).parent / "treuwerk")


@pytest.fixture
def programme(tmp_path: Path) -> Path:
    return programme_folder(tmp_path / "league")


def test_a_folder_without_programme_is_named_with_the_next_step(tmp_path: Path) -> None:
    outcome = invoke("--programme", tmp_path, "--database", f"sqlite:///{tmp_path}/t.db", "balance", "1")

    assert outcome.code == 2
    assert "programme.toml" in outcome.err
    assert "treuwerk new programme" in outcome.err


def test_a_folder_that_is_not_there_is_named_with_the_bundles_that_are(tmp_path: Path) -> None:
    outcome = invoke("--programme", tmp_path / "nowhere", "check")

    assert outcome.code == 2
    assert "found no such folder or bundle" in outcome.err


def test_an_empty_database_asks_for_migrate(programme: Path, sqlite_url: str) -> None:
    outcome = invoke("--programme", programme, "--database", sqlite_url, "verify")

    assert outcome.code == 2
    assert "run treuwerk migrate" in outcome.err


def test_a_command_that_only_reads_makes_no_database(programme: Path, tmp_path: Path) -> None:
    place = tmp_path / "var" / "treuwerk.db"

    outcome = invoke("--programme", programme, "--database", f"sqlite:///{place}", "verify")

    assert outcome.code == 2
    assert "run treuwerk migrate" in outcome.err
    assert not place.parent.exists()


def test_a_database_of_another_programme_is_refused_and_left_alone(world: World, treuwerk: Treuwerk) -> None:
    text = (world.folder / "programme.toml").read_text("utf-8").replace('code = "league"', 'code = "other"')
    (world.folder / "programme.toml").write_text(text, "utf-8")

    for arguments in (["migrate"], ["balance", "10017"]):
        outcome = treuwerk(*arguments)
        assert outcome.code == 2
        assert "belongs to programme 'league', expected 'other'" in outcome.err


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:sesame@h/d", "postgres://u:sesame@h/d", "sqlite:/t.db",
                                 "postgresql+psycopg://u:sesame@h:port/d"])
def test_a_wrong_address_is_a_usage_error_that_tells_no_password(programme: Path, url: str) -> None:
    outcome = invoke("--programme", programme, "--database", url, "verify")

    assert outcome.code == 2
    assert "--database" in outcome.err
    assert "postgresql+psycopg://user@host/name" in outcome.err
    assert "sesame" not in outcome.err


def test_a_server_that_does_not_answer_is_named(programme: Path) -> None:
    outcome = invoke("--programme", programme, "--database", "postgresql+psycopg://u:sesame@127.0.0.1:1/d", "verify",
                     "--json")

    assert outcome.code == 1
    assert "the database does not answer" in outcome.json["error"]
    assert "sesame" not in outcome.out


def test_a_file_that_is_no_database_is_named(programme: Path, tmp_path: Path) -> None:
    (tmp_path / "t.db").write_bytes(b"this is no database" * 100)

    outcome = invoke("--programme", programme, "--database", f"sqlite:///{tmp_path}/t.db", "verify")

    assert outcome.code == 1
    assert "file is not a database" in outcome.err


def test_a_file_that_is_not_there_is_a_usage_error(treuwerk: Treuwerk) -> None:
    outcome = treuwerk("clear", "nowhere.csv")

    assert outcome.code == 2
    assert "nowhere.csv" in outcome.err


def test_a_source_that_is_not_there_is_named_with_those_that_are(world: World, treuwerk: Treuwerk) -> None:
    outcome = treuwerk("clear", world.file("a.csv", table([line()])), "--source", "fax")

    assert outcome.code == 1
    assert "no source is called 'fax'; there are deliveries" in outcome.err


def test_a_mistyped_command_is_answered_with_the_one_that_was_meant() -> None:
    outcome = invoke("verfy")

    assert outcome.code == 2
    assert "Did you mean 'verify'?" in outcome.err


def test_a_fault_of_our_own_keeps_its_traceback(treuwerk: Treuwerk, monkeypatch: pytest.MonkeyPatch) -> None:
    from treuwerk.cli import balance_

    def broken(*_: object) -> None:
        raise KeyError("a fault inside")

    monkeypatch.setattr(balance_, "balances", broken)

    with pytest.raises(KeyError, match="a fault inside"):
        treuwerk("balance", "10017")


@pytest.mark.skipif(os.name != "posix", reason="pipes as shells make them")
def test_a_reader_that_has_seen_enough_is_no_error(world: World) -> None:
    world.clear(lines(600))
    command = [ON_PATH, "--database", world.database.url.render_as_string(False), "export", "journal"]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith('{"sequence":1,')
        process.stdout.close()
        said = process.stderr.read()

    assert said == ""


def test_help_imports_nothing_heavy() -> None:
    code = ("import sys\nfrom click.testing import CliRunner\nfrom treuwerk.cli import main\n"
            "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
            "print([name for name in ('sqlalchemy', 'alembic', 'starlette', 'cattrs', 'rich') if name in sys.modules])")

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said.strip() == "[]"


@pytest.mark.benchmark
def test_help_comes_in_less_than_three_times_the_import_of_click() -> None:
    def best(command: list[str]) -> float:
        times = []
        for _ in range(7):
            start = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            times.append(time.perf_counter() - start)
        return min(times)

    assert best([ON_PATH, "--help"]) < 3 * best([sys.executable, "-c", "import click"])
