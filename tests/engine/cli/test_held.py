"""Held files on the command line."""

import os
import time
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Treuwerk
from tests.support.worlds import World, line, table
from treuwerk.services.submissions.sweeping import sweep


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))


@pytest.fixture
def broken(world: World) -> Path:
    """Five good lines and thirty that cannot be read."""
    rows = [*(line(f"LS-{at}") for at in range(5)), *(line(f"LS-x{at}", quantity="ten") for at in range(30))]
    return world.file("may.csv", table(rows))


def test_case_55_clear_says_that_a_file_is_held_and_what_to_do(treuwerk: Treuwerk, broken: Path) -> None:
    shown = treuwerk("clear", broken)
    told = treuwerk("clear", broken, "--json")

    assert shown.code == told.code == 4
    assert shown.out == "may.csv (deliveries): held as a whole, nothing is booked\n"
    assert "found 30 of 35 lines that cannot be read, expected at most 20 %" in shown.err
    assert "line 7: column quantity: found 'ten'" in shown.err
    assert f"treuwerk held release {told.json['held']['id']}" in shown.err
    assert told.json["lines"] == told.json["booked"] == 0


def test_case_55_an_operator_releases_it_and_a_worker_clears_it(treuwerk: Treuwerk, broken: Path) -> None:
    treuwerk("clear", broken)
    [one] = treuwerk("held", "list", "--json").json

    released = treuwerk("held", "release", one["id"], "--actor", "Ada", "--reason", "They confirmed it", "--json")
    done = treuwerk("jobs", "run", released.json["order"], "--json")

    assert (released.code, released.json["state"]) == (0, "released")
    assert done.json["said"].startswith("35 lines: 5 booked")
    assert treuwerk("held", "list").out.count("\n") == 1
    assert "cleared" in treuwerk("held", "list", "--state", "all").out
    assert treuwerk("clear", broken, "--json").json["duplicate"] == 5


def test_case_55_a_rejected_file_says_why_and_can_be_held_again(treuwerk: Treuwerk, broken: Path) -> None:
    treuwerk("clear", broken)
    [one] = treuwerk("held", "list", "--json").json

    treuwerk("held", "reject", one["id"], "--actor", "Ada", "--reason", "Wrong export of May")
    again = treuwerk("clear", broken)
    reopened = treuwerk("held", "reopen", one["id"], "--actor", "Ada", "--json")

    assert (again.code, "rejected as a whole" in again.out) == (4, True)
    assert "rejected by Ada: Wrong export of May" in again.err
    assert reopened.json["state"] == "held"


def test_all_faults_are_printed_as_a_table(treuwerk: Treuwerk, broken: Path) -> None:
    treuwerk("clear", broken)
    [one] = treuwerk("held", "list", "--json").json

    found = treuwerk("held", "faults", one["id"]).out.splitlines()

    assert found[0] == "line;document;severity;code;reason;as_it_came"
    assert len(found) == 31
    assert found[1].startswith("7;LS-x0;error;unreadable;")


def test_a_held_file_is_not_swept_away(treuwerk: Treuwerk, broken: Path, world: World, tmp_path: Path) -> None:
    treuwerk("clear", broken)
    [kept] = [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]
    os.utime(kept, (0, 0))

    sweep(world.installation, time.time_ns() // 1000)

    assert kept.is_file()


def test_an_id_that_is_none_and_a_file_that_is_another_are_refused(treuwerk: Treuwerk, broken: Path,
                                                                  world: World) -> None:
    treuwerk("clear", broken)
    [one] = treuwerk("held", "list", "--json").json
    other = world.file("other.csv", table([line()]))

    unknown = treuwerk("held", "release", "hld_0", "--actor", "Ada", "--reason", "They confirmed it", "--json")
    foreign = treuwerk("held", "faults", one["id"], "--file", other, "--json")

    assert (unknown.code, unknown.json["code"]) == (1, "unknown_file")
    assert (foreign.code, foreign.json["code"]) == (1, "other_file")
