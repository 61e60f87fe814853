"""Interchanges as systems write them: service characters, wrapped lines, envelopes, packages, broken ends."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.edifact import DELIVERY, UNB, codes, interchange, message, read
from treuwerk.domain.documents import Document
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_edifact.reader import EdifactReader
from treuwerk_edifact.settings import EdifactSettings
from treuwerk_edifact.stream import LONGEST_SEGMENT, SegmentStream
from treuwerk_edifact.syntax import DEFAULT, splitter

LINES = ("LIN+1++SW-M-400:SA", "IMD+F++:::Modul 400", "QTY+12:10:PCE", "LIN+2++SW-W-10H:SA", "QTY+12:1:PCE")
PLAIN = interchange(message("DESADV", *DELIVERY, *LINES))


def facts(data: bytes) -> list[tuple[object, ...]]:
    return [(document.number, line.id, line.article_seller, line.name, line.qty, line.at)
            for document in read(data) for line in document.lines]


@pytest.mark.parametrize("data", [
    PLAIN.replace(b"\n", b""), PLAIN.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + PLAIN, PLAIN.decode().encode("utf-16"),
    PLAIN.replace(b"'\n", b"' \n  "), b"\r\n" + PLAIN + b"\r\n\x1a", b"UNA:+.? '" + PLAIN,
    b"\r\n".join(PLAIN.replace(b"\n", b"")[at:at + 80] for at in range(0, len(PLAIN), 80)),
    b"\n".join(PLAIN.replace(b"\n", b"")[at:at + 7] for at in range(0, len(PLAIN), 7))],
    ids=["no line ends", "CR LF", "byte order mark", "UTF-16", "blanks", "padding", "UNA", "wrapped at 80",
         "wrapped at 7"])
def test_layout_changes_nothing(data: bytes) -> None:
    assert facts(data) == facts(PLAIN)
    assert [document.faults for document in read(data)] == [()]


def test_other_service_characters_are_those_of_una() -> None:
    data = PLAIN.decode().replace("\n", "")
    other = data.replace(":", "|").replace("+", "^").replace("'", "~")

    assert facts(f"UNA|^,! ~{other}".encode()) == facts(PLAIN)


def test_a_terminator_may_be_a_line_feed() -> None:
    assert facts(b"UNA:+.? \n" + PLAIN.replace(b"'\n", b"\n")) == facts(PLAIN)


def test_the_control_characters_of_unob_need_no_una() -> None:
    data = PLAIN.decode().replace("\n", "")
    other = data.replace(":", "\x1f").replace("+", "\x1d").replace("'", "\x1c")

    assert facts(other.encode()) == facts(PLAIN)


def test_released_characters_are_text() -> None:
    data = PLAIN.replace(b"Modul 400", "Modul ?+5?:?' ab?? ?ü".encode())

    assert read(data)[0].lines[0].name == "Modul +5:' ab? ü"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Co", "Zl", "Zp", "Cn"]), max_size=40))
def test_any_text_comes_back_once_its_service_characters_are_released(text: str) -> None:
    released = "".join(f"?{sign}" if sign in "?+:'" else sign for sign in text)
    stream = SegmentStream(BytesIO(f"UNB+x'FTX+{released}+9'UNZ'".encode()))

    segments = [stream.split(segment) for segment in stream.texts()]

    assert segments[1] == [["FTX"], [text], ["9"]]


def test_repetitions_of_syntax_4_are_more_elements() -> None:
    lines = ("LIN+1", "PIA+5+SW-M-400:SA*9524000041142:EN", "IMD+F++:::Kabel 3*1", "QTY+12:1")

    [new] = read(interchange(message("DESADV", *DELIVERY, *lines), unb=UNB.replace("UNOC:3", "UNOC:4")))
    [old] = read(interchange(message("DESADV", *DELIVERY, *lines)))

    assert [(line.article_seller, line.gtin, line.name) for line in new.lines] == [
        ("SW-M-400", "9524000041142", "Kabel 3*1")]
    assert [line.gtin for line in old.lines] == [""]


def test_a_message_without_an_envelope_is_read() -> None:
    bare = b"\n".join(PLAIN.splitlines()[1:-1])

    [document] = read(bare)

    assert ([line.id for line in document.lines], document.sender, document.faults) == (["1", "2"], "", ())


def test_several_interchanges_in_one_file_keep_their_senders_and_marks() -> None:
    other = interchange(message("DESADV", "BGM+351+L4712+9", *DELIVERY[1:], "LIN+1++A:SA", "QTY+12:1,5"),
                        unb="UNB+UNOC:3+OTHER+X+260504:0915+78", una="UNA:+,? '").replace(b"UNZ+1+77", b"UNZ+1+78")

    first, second = read(PLAIN + other)

    assert (first.sender, second.sender) == ("4012345000009", "OTHER")
    assert [str(line.qty) for line in second.lines] == ["1.5"]
    assert (first.faults, second.faults) == ((), ())


def test_groups_are_looked_through_and_counted() -> None:
    grouped = message("DESADV", *DELIVERY, *LINES)
    data = interchange(["UNG+DESADV+A+B+260504:0915+1+UN+D:96A", *grouped, "UNE+2+1"])

    [document] = read(data)

    assert len(document.lines) == 2
    assert codes(document) == [("warning", "group_count")]


@pytest.mark.parametrize("size", [104, 70_000, 3_000_000])
def test_a_package_is_passed_over_byte_by_byte(size: int) -> None:
    package = (b"'UNZ+0+0'LIN+9++X:SA'\r\n" * (size // 23 + 1))[:size]
    unz = b"UNZ+1+77'"
    data = PLAIN.replace(unz, f"UNO+P1+1:D+13:pdf+{size}'".encode() + package + f"UNP+{size}+P1'".encode() + unz)

    assert facts(data) == facts(PLAIN)
    assert [document.faults for document in read(data)] == [()]


def test_a_small_package_with_a_wrong_length_ends_at_its_trailer() -> None:
    data = PLAIN.replace(b"UNZ+1+77'", b"UNO+P1+1:D+13:pdf+9'abcdefgh'ijklUNP+9+P1'UNZ+1+77'")

    assert facts(data) == facts(PLAIN)


def test_a_package_without_an_end_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="package P1: found no UNP"):
        read(PLAIN.replace(b"UNZ+1+77'", b"UNO+P1+1:D+13:pdf+999'abc"))


def test_a_file_that_is_cut_off_loses_only_the_line_at_its_end() -> None:
    [document] = read(PLAIN[:PLAIN.index(b"1:PCE'\nUNT")])

    assert [line.id for line in document.lines] == ["1"]
    assert {("error", "cut_off"), ("warning", "no_trailer")} <= set(codes(document))


def test_a_message_without_a_trailer_is_read_with_a_warning() -> None:
    [document] = read(b"".join(line for line in PLAIN.splitlines(keepends=True) if line[:3] not in (b"UNT", b"UNZ")))

    assert [line.id for line in document.lines] == ["1", "2"]
    assert codes(document) == [("warning", "no_trailer"), ("warning", "no_trailer")]


@pytest.mark.parametrize(("data", "words"), [
    (b"", "the file is empty"), (b"%PDF-1.7", "expected UNA, UNB or UNH"), (b"<Order/>", "is this an EDIFACT file"),
    (b"UNA::::::UNB", "different service characters"), (UNB.encode() + b"'UNZ+0+77'", "found no message"),
    (PLAIN[:60] + b"A" * LONGEST_SEGMENT * 3, "more than 65,536 bytes"),
    (b"UNB+UNOC:3'HELLO'", "found no message")])
def test_what_is_no_edifact_is_refused_with_the_next_step(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read(data)


@pytest.mark.parametrize(("head", "ours"), [
    (b"UNA:+.? 'UNB+", True), (b"\xef\xbb\xbfUNB+UNOC:3", True), (b"\n UNH+1+DESADV", True), (b"UNBELIEVABLE", False),
    (b"UNIT;QTY", False), (b"<xml>UNB+", False), (b"", False), ("UNB+UNOC".encode("utf-16"), True)])
def test_a_file_is_known_by_its_begin(head: bytes, ours: bool) -> None:
    assert EdifactReader("edi", EdifactSettings()).recognises("a.edi", head) is ours


def documents_or_reason(data: bytes) -> list[Document] | str:
    try:
        return list(read(data))
    except UnreadableFile as error:
        return str(error)


@given(st.binary(max_size=300))
def test_nothing_that_comes_breaks_the_reader(noise: bytes) -> None:
    for data in (noise, b"UNB+UNOC:3+A+B'" + noise, PLAIN[:150] + noise + PLAIN[150:]):
        found = documents_or_reason(data)

        assert "expected" in found if isinstance(found, str) else all(isinstance(one, Document) for one in found)


def test_a_segment_may_stop_anywhere() -> None:
    assert splitter(DEFAULT)("LIN") == [["LIN"]]
    for tag in ("LIN", "PIA", "IMD", "QTY", "MOA", "PRI", "RFF", "GIN", "GIR", "NAD", "DTM", "CNT", "QVR", "LOC"):
        assert len(read(PLAIN.replace(b"QTY+12:10:PCE", f"{tag}'{tag}+'{tag}+:".encode()))) == 1
