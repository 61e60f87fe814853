"""What a partner does to a folder of his own harms neither other partners nor the machine."""

import os
import sys
from pathlib import Path

import pytest

from tests.support.inboxes import Box, make_box
from tests.support.worlds import lines, table
from treuwerk.store.database import Database

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names of bytes and links as Linux knows them")


@pytest.fixture
def box(tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Box:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    return make_box(tmp_path / "league", sqlite_database)


def test_a_name_that_is_no_utf_8_is_refused_and_holds_up_nobody(box: Box) -> None:
    box.put("strange", table(lines(3))).rename(box.place / os.fsdecode(b"M\xe4rz.csv"))
    box.put("may.csv", table(lines(3)))

    look = box.look()

    assert look.taken == ["may.csv"]
    assert "expected a name in UTF-8" in look.refused["M_rz.csv"]
    assert "failed/M_rz.csv" in box.files()
    assert box.receipt("out/M_rz.csv.receipt.json")["file"] == "M_rz.csv"
    assert box.look().refused == {}


def test_a_name_that_leaves_no_room_for_ours_is_refused_and_holds_up_nobody(box: Box) -> None:
    box.put("a" * 250 + ".csv", table(lines(3)))
    box.put("may.csv", table(lines(3)))

    look = box.look()

    assert look.taken == ["may.csv"]
    [reason] = look.refused.values()
    assert "found a name of 254 bytes, expected at most 200" in reason
    assert len([name for name in box.files() if name.startswith("failed/aaa")]) == 2
    assert box.look().refused == {}


@pytest.mark.parametrize("name", ["taken", "done", "out", "failed"])
def test_a_file_in_place_of_our_folder_is_told_and_holds_up_no_other_source(box: Box, name: str) -> None:
    box.put(name, table(lines(3)))

    look = box.look()

    assert look.refused[name]
    assert look.taken == []
    assert box.told()[f"inbox:deliveries:{name}"] == look.refused[name]


def test_a_link_among_the_receipts_is_never_written_through(box: Box, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("ledger")
    (box.place / "out").mkdir()
    (box.place / "out" / ".may.csv.receipt.json.part").symlink_to(precious)
    box.put("may.csv", table(lines(3)))

    box.look()
    box.work()

    assert precious.read_text() == "ledger"
    assert box.receipt("out/may.csv.receipt.json")["booked"] == 3


def test_a_folder_that_is_a_link_leads_nowhere(box: Box, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (box.place / "taken").symlink_to(elsewhere)
    (box.place / "out").symlink_to(elsewhere)
    box.put("may.csv", table(lines(3)))

    look = box.look()

    assert "found a link" in look.refused["may.csv"]
    assert not list(elsewhere.iterdir())
