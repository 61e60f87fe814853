"""Orders as files: whole or not at all, and once for each key."""

import csv
from pathlib import Path

import attrs
import pytest

from treuwerk.domain.handover_tables import COLUMNS
from treuwerk.domain.handovers import Answer, ChannelUnavailable, HandedLine, Handover
from treuwerk.domain.reward_orders import Destination
from treuwerk_order_file import build, supplier_channels
from treuwerk_order_file.channel import OrderFile, OrderFileSettings

HOME = Destination("Ada Lovelace", "Dachweg 1", "10115", "Berlin", "DE", "Sonnendach")
LINES = (HandedLine("ord_1", 1, "DRILL-12", "DRILL", "Akkuschrauber", 2, {"engraving": "=1+1"}, HOME,
                    "Bitte; klingeln"),
         HandedLine("ord_1", 2, "TICKET", "T", "Karte", 1))
HANDOVER = Handover("hov_1", "house", 1, LINES)


@pytest.fixture
def channel(tmp_path: Path) -> OrderFile:
    return build(tmp_path, OrderFileSettings("out"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def crash(*_: object) -> None:
    raise KeyboardInterrupt


def test_it_is_offered_by_name() -> None:
    assert [kind.name for kind in supplier_channels()] == ["order_file"]


def test_a_file_has_a_row_for_each_line(channel: OrderFile) -> None:
    reply = channel.hand_over(HANDOVER)

    assert (reply.answer, reply.said) == (Answer.ACCEPTED, "hov_1.csv")
    first, second = rows(channel.folder / "hov_1.csv")
    assert tuple(first) == COLUMNS
    assert (first["quantity"], first["recipient"], first["postcode"], first["details"], first["note"]) == (
        "2", "Ada Lovelace", "10115", "engraving: =1+1", "Bitte; klingeln")
    assert (second["variant"], second["street"]) == ("TICKET", "")
    assert [path.name for path in channel.folder.glob("*.part")] == []


@pytest.mark.parametrize(("name", "written"), [
    ("=cmd", "'=cmd"), (" =cmd", " '=cmd"), ("\N{FULLWIDTH EQUALS SIGN}cmd", "'\N{FULLWIDTH EQUALS SIGN}cmd"),
    ("Drill,=cmd", "Drill,'=cmd")])
def test_a_cell_that_would_be_a_formula_is_none(channel: OrderFile, name: str, written: str) -> None:
    channel.hand_over(Handover("hov_2", "house", 1, (HandedLine("ord_1", 1, "V", "R", name, 1),)))

    assert rows(channel.folder / "hov_2.csv")[0]["name"] == written


def test_what_the_supplier_took_away_is_not_written_again(channel: OrderFile) -> None:
    before = channel.reconcile(HANDOVER).answer
    channel.hand_over(HANDOVER)
    (channel.folder / "hov_1.csv").unlink()

    again, known = channel.hand_over(HANDOVER), channel.reconcile(HANDOVER)

    assert (before, again.answer, known.answer) == (Answer.NOT_THERE, Answer.ACCEPTED, Answer.ACCEPTED)
    assert not (channel.folder / "hov_1.csv").exists()


@pytest.mark.parametrize("cut", ["os.link", "pathlib.Path.replace"])
def test_a_crash_before_the_file_appears_is_no_handover(channel: OrderFile, cut: str,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as crashing:
        crashing.setattr(cut, crash)
        with pytest.raises(KeyboardInterrupt):
            channel.hand_over(HANDOVER)
    there, known = list(channel.folder.glob("*.csv")), channel.reconcile(HANDOVER).answer
    fewer = attrs.evolve(HANDOVER, lines=LINES[:1])

    again = channel.hand_over(fewer)

    assert (there, known, again.said) == ([], Answer.NOT_THERE, "hov_1.csv")
    assert len(rows(channel.folder / "hov_1.csv")) == len(fewer.lines)


def test_a_crash_after_the_file_appeared_never_writes_a_second_one(channel: OrderFile,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    moved = Path.replace

    def crash_behind(part: Path, file: Path) -> None:
        moved(part, file)
        raise KeyboardInterrupt

    with monkeypatch.context() as crashing:
        crashing.setattr(Path, "replace", crash_behind)
        with pytest.raises(KeyboardInterrupt):
            channel.hand_over(HANDOVER)
    (channel.folder / "hov_1.csv").unlink()  # the supplier took it

    known, again = channel.reconcile(HANDOVER), channel.hand_over(HANDOVER)

    assert (known.answer, again.said) == (Answer.ACCEPTED, "written before")
    assert not (channel.folder / "hov_1.csv").exists()


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file, no folder", "utf-8")

    with pytest.raises(ChannelUnavailable, match="let this user write there"):
        build(tmp_path, OrderFileSettings("out")).hand_over(HANDOVER)
