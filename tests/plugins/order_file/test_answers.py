"""Parcels in `answers/*.csv`: as many hands write them, and what nobody can read is told with its place."""

import os
from pathlib import Path

import pytest

from treuwerk.domain.handovers import ChannelUnavailable, Handover, SentParcel, SentPieces
from treuwerk.domain.parcel_reports import MOST_BYTES
from treuwerk_order_file import build
from treuwerk_order_file.channel import OrderFile, OrderFileSettings

HANDOVER = Handover("hov_1", "house", 1, ())
HEAD = "order;line;quantity;carrier;tracking"
LONG_AGO = 1_000_000_000


@pytest.fixture
def channel(tmp_path: Path) -> OrderFile:
    """A folder in which the supplier has one for its answers."""
    (tmp_path / "out" / "answers").mkdir(parents=True)
    return build(tmp_path, OrderFileSettings("out"))


def answered(channel: OrderFile, content: str | bytes, name: str = "hov_1.csv") -> Path:
    """A file that was written long ago."""
    path = channel.folder / "answers" / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_rows_of_one_parcel_come_together_whatever_stands_beside_them(channel: OrderFile) -> None:
    answered(channel, f"\ufeffweight;{HEAD};parcel\r\n"
                      '3;ord_1;1;2;DHL;"0034 1";P-1\r\n'
                      "\r\n"
                      "1; ord_1 ;2; 1 ; DHL ;0034 1;P-1;more\r\n"
                      "9;ord_2;1;1;;;P-2\r\n")

    assert channel.sent(HANDOVER) == [
        SentParcel("DHL", "0034 1", (SentPieces("ord_1", 1, 2), SentPieces("ord_1", 2, 1)), "P-1"),
        SentParcel("", "", (SentPieces("ord_2", 1, 1),), "P-2")]


def test_all_files_of_a_handover_are_read_in_their_order_and_no_other(channel: OrderFile) -> None:
    for name in ("hov_1-2.csv", "hov_1.csv", "hov_2.csv", "hov_1.csv.part", "notes.txt"):
        answered(channel, f"{HEAD}\nord_1;1;1;DHL;{name}\n", name)
    (channel.folder / "answers" / "hov_1-9.csv").write_text(HEAD, "utf-8")  # somebody is writing it

    assert [one.tracking for one in channel.sent(HANDOVER)] == ["hov_1-2.csv", "hov_1.csv"]


def test_no_answer_and_one_without_parcels_are_no_parcels(channel: OrderFile, tmp_path: Path) -> None:
    answered(channel, f"{HEAD}\n")

    assert channel.sent(HANDOVER) == []
    assert build(tmp_path, OrderFileSettings("nowhere")).sent(HANDOVER) == []


@pytest.mark.parametrize(("content", "words"), [
    (f"{HEAD}\nord_1;1;1;DHL;0034", "found no end of the last row"), ("", "found no end of the last row"),
    (f"{HEAD}\nord_1;1;1.5;DHL;1\n", "line 2, quantity: found '1.5', expected a whole number"),
    (f"{HEAD}\n\nord_1;1;-1;DHL;1\n", "line 3, quantity: found '-1', expected a whole number"),
    (f"{HEAD}\nord_1;\u0661;1;DHL;1\n", "line 2, line: found '\u0661', expected a whole number"),
    (f"{HEAD}\nord_1;1;9999999999;DHL;1\n", "line 2, quantity: found '9999999999'"),
    (f"{HEAD}\nord_1;1\n", "line 2, quantity: found '', expected a whole number"),
    (HEAD.replace(";", ",") + "\nord_1,1,1,DHL,1\n", "found no column order, line, quantity, carrier, tracking"),
    ("order;line;carrier\nord_1;1;DHL\n", "found no column quantity, tracking, expected order;line;quantity"),
    (f'{HEAD}\nord_1;1;1;DHL;"0034\n', "unexpected end of data; expected cells between semicolons"),
    (f'{HEAD}\nord_1;1;1;"DHL" 1;0034\n', "';' expected after '\"'; expected cells between semicolons"),
    (f"{HEAD}\nord_1;1;1;{'D' * 200_000};0034\n", "after line 1: field larger than field limit"),
    (f"{HEAD}\nord_1;1;1;Spedition Müller;1\n".encode("cp1252"), "can't decode byte 0xfc"),
    (f"{HEAD}\nord_1;1;1;DHL;1\n".encode("utf-16"), "can't decode byte 0xff")])
def test_what_nobody_can_read_names_its_file_and_place(channel: OrderFile, content: str | bytes, words: str) -> None:
    path = answered(channel, content)

    with pytest.raises(ChannelUnavailable) as told:
        channel.sent(HANDOVER)

    assert str(told.value).startswith(f"{path}: ")
    assert words in str(told.value)

    answered(channel, f"{HEAD}\nord_1;1;1;DHL;0034\n")
    assert [one.tracking for one in channel.sent(HANDOVER)] == ["0034"]


def test_what_is_no_file_or_far_too_large_is_never_opened(channel: OrderFile) -> None:
    large = answered(channel, "")
    with large.open("ab") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ChannelUnavailable, match="found 4,194,305 bytes, expected at most 4,194,304"):
        channel.sent(HANDOVER)

    large.unlink()
    os.mkfifo(large)  # whoever opens it waits for a writer that never comes
    with pytest.raises(ChannelUnavailable, match="found no file, expected a table of parcels"):
        channel.sent(HANDOVER)

    large.unlink()
    large.symlink_to("nowhere.csv")
    assert channel.sent(HANDOVER) == []
