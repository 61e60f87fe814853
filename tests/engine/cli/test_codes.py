"""Voucher codes from the command line."""

from pathlib import Path

import pytest

from tests.engine.cli.conftest import Outcome, Treuwerk, invoke
from tests.support.vouchers import Kiosk, make_kiosk
from treuwerk.store.database import Database


@pytest.fixture
def kiosk(tmp_path: Path, database: Database) -> Kiosk:
    return make_kiosk(tmp_path / "league", database)


@pytest.fixture
def treuwerk(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> Treuwerk:
    world = kiosk.counter.world
    monkeypatch.setenv("TREUWERK_SECRET_KEYS", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s")

    def run(*arguments: str | Path) -> Outcome:
        return invoke("--programme", world.folder, "--database", world.database.url.render_as_string(False), *arguments)

    return run


def test_codes_come_in_and_are_listed(treuwerk: Treuwerk, tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("variant;code;valid_until\nBOOK-20;AAA;2098-08-31\nBOOK-20;BBB;\nNOTHING;CCC;\n", "utf-8")

    brought = treuwerk("import", "codes", path)
    listed = treuwerk("codes", "list", "--json")

    assert (brought.code, brought.out) == (3, "codes.csv: 2 created, 0 changed, 0 unchanged, 1 rejected\n")
    assert "line 4: column variant: found 'NOTHING'" in brought.err
    assert listed.json == [{"variant": "BOOK-20", "free": 2, "taken": 0, "revealed": 0, "lapsed": 0,
                            "first_end": "2098-08-31"}]
    assert "BOOK-20" in treuwerk("codes", "list").out


def test_codes_are_made_into_a_file_that_nobody_else_reads(treuwerk: Treuwerk, tmp_path: Path) -> None:
    path = tmp_path / "cups.csv"

    made = treuwerk("codes", "make", "BOOK-20", "20", path, "--until", "2098-12-31")
    again = treuwerk("import", "codes", path)

    assert (made.code, made.out) == (0, f"20 codes of BOOK-20 in {path}\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert again.out == "cups.csv: 0 created, 0 changed, 20 unchanged, 0 rejected\n"


def test_a_file_that_is_there_is_not_written_over_and_a_refusal_leaves_none(treuwerk: Treuwerk, tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    kept.write_text("mine", "utf-8")

    there = treuwerk("codes", "make", "BOOK-20", "5", kept)
    refused = treuwerk("codes", "make", "DRILL-12", "5", tmp_path / "new.csv")

    assert (there.code, kept.read_text("utf-8")) == (2, "mine")
    assert (refused.code, (tmp_path / "new.csv").exists()) == (1, False)
    assert "none of a kind with codes" in refused.err
    assert treuwerk("codes", "list", "--json").json == []


def test_the_key_of_codes_is_sealed_anew_and_the_doctor_tells(treuwerk: Treuwerk, tmp_path: Path,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    treuwerk("codes", "make", "BOOK-20", "1", tmp_path / "one.csv")
    old, new = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s", "bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm4"

    monkeypatch.setenv("TREUWERK_SECRET_KEYS", new)
    lost = treuwerk("doctor").out
    monkeypatch.setenv("TREUWERK_SECRET_KEYS", f"{new},{old}")
    sealed = treuwerk("user", "seal", "--json").json
    monkeypatch.setenv("TREUWERK_SECRET_KEYS", new)
    found = treuwerk("doctor").out

    assert "voucher codes under a key that is not there" in lost
    assert sealed["codes"] is True
    assert "the key of voucher codes can be opened" in found


@pytest.mark.parametrize("pieces", ["1_000", "\uff11\uff10", "\u0661\u0662", "+5", " 5", "0", "1000001", "1.0",
                                    "9" * 5_000])
def test_pieces_are_a_whole_number_in_plain_digits(treuwerk: Treuwerk, tmp_path: Path, pieces: str) -> None:
    made = treuwerk("codes", "make", "BOOK-20", pieces, tmp_path / "new.csv")

    assert made.code == 2
    assert "expected a whole number from 1 to 1000000 in plain digits" in made.err
    assert not (tmp_path / "new.csv").exists()


@pytest.mark.parametrize("command", [("jobs", "list", "--limit"), ("orders", "list", "--limit"),
                                     ("handovers", "list", "--limit"), ("verify", "--processes"),
                                     ("serve", "--port"), ("worker", "--grace")])
def test_no_command_takes_numbers_as_python_does(treuwerk: Treuwerk, command: tuple[str, ...]) -> None:
    outcome = treuwerk(*command, "1_0")

    assert (outcome.code, "found '1_0', expected a whole number" in outcome.err) == (2, True)


def test_codes_whose_key_is_missing_say_which_setting_has_it(
        treuwerk: Treuwerk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert treuwerk("codes", "make", "BOOK-20", "1", tmp_path / "first.csv").code == 0
    monkeypatch.setenv("TREUWERK_SECRET_KEYS", "YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI")

    made = treuwerk("codes", "make", "BOOK-20", "1", tmp_path / "second.csv")
    brought = treuwerk("import", "codes", tmp_path / "first.csv")

    assert (made.code, brought.code) == (2, 2)
    assert "TREUWERK_SECRET_KEYS" in made.err
    assert "TREUWERK_SECRET_KEYS" in brought.err
    assert not (tmp_path / "second.csv").exists()
