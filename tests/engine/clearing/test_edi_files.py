"""Files of EDIFACT from the bytes to the points: what they say, what is odd about them, and what is refused."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.corrections import bonus
from tests.support.edifact import UNB, interchange, message, read, read_one
from tests.support.worlds import World, make_world
from treuwerk.domain.documents import DocumentKind, Purpose
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.store.database import Database

SOURCES = """
[[sources]]
name = "edi"
reader = "edifact"

[[sources]]
name = "edi_cp850"
reader = "edifact"
encoding = "cp850"
"""
HEAD = ("DTM+137:20260504:102", "DTM+11:20260504:102", "NAD+SU+4098765000001::9++SolarWorld", "NAD+BY+10017::91")
TEN = ("LIN+1++SW-M-400:SA", "QTY+12:10:PCE")  # 400 Wp each, a tenth of a point per Wp: 400 points
FIVE = ("LIN+2++SW-M-405:SA", "QTY+12:5:PCE")
LINES = ("LIN+1++SW-M-400:SA", "QTY+47:10:PCE", "MOA+203:1000", "LIN+2++SW-M-400:SA", "QTY+47:5:PCE", "MOA+203:500")


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with two sources of EDIFACT, in which what says nothing of its scope counts as modules."""
    return make_world(tmp_path / "league", database, other=[
        ('"csv_feed",', '"csv_feed", "edifact",'), ("MODULE = 1 }", 'MODULE = 1, "" = 1 }'),
        ("[measures]", f"{SOURCES}\n[measures]")])


def note(*lines: str, number: str = "L1", function: str = "9", head: tuple[str, ...] = HEAD) -> list[str]:
    return message("DESADV", f"BGM+351+{number}+{function}", *head, *lines)


def clear(world: World, *messages: list[str] | bytes, source: str = "edi", **options: str) -> Receipt:
    """Clear an interchange with these messages, or these bytes."""
    [first, *_] = messages
    data = first if isinstance(first, bytes) else interchange(*messages, **options)  # type: ignore[arg-type]
    return world.clear(data, name=f"{abs(hash(data))}.edi", source=source)


def problems(receipt: Receipt) -> list[tuple[object, object]]:
    return [(one["line"], one["code"]) for one in receipt.problems]


def test_case_05_a_change_replaces_only_the_lines_that_it_names(world: World) -> None:
    clear(world, note(*TEN, *FIVE))

    clear(world, note("LIN+1++SW-M-400:SA", "QTY+12:4:PCE", function="4", head=("DTM+137:20260505:102", *HEAD[1:])))

    assert bonus(world) == 160 + 202
    assert world.violated() == {}


def test_case_06_a_cancellation_takes_all_back(world: World) -> None:
    clear(world, note(*TEN, *FIVE))

    clear(world, note(function="1", head=("DTM+137:20260506:102", *HEAD[1:])))

    assert bonus(world) == 0
    assert world.violated() == {}


@pytest.mark.parametrize(("function", "purpose"), [
    ("9", Purpose.ORIGINAL), ("", Purpose.ORIGINAL), ("31", Purpose.COPY), ("7", Purpose.COPY), ("43", Purpose.COPY),
    ("5", Purpose.REPLACE), ("4", Purpose.CHANGE), ("1", Purpose.CANCEL), ("17", Purpose.CANCEL)])
def test_case_08_the_function_says_what_a_document_is_to_do(function: str, purpose: Purpose) -> None:
    document = read_one("DESADV", f"BGM+351+L1+{function}", *HEAD, *TEN)

    assert (document.function, document.purpose) == (function, purpose)


def test_case_08_a_copy_of_a_known_document_books_nothing(world: World) -> None:
    clear(world, note(*TEN))

    receipt = clear(world, note(*TEN, function="31"))

    assert receipt.tally.booked == 0
    assert bonus(world) == 400


def test_case_21_a_receipt_tells_what_was_accepted_and_what_was_refused() -> None:
    head = ("BGM+632+W1+9", *HEAD, "RFF+DQ:L1")

    accepted = read_one("RECADV", *head, "LIN+1++SW-M-400:SA", "QTY+12:10", "QTY+194:5", "QVR+-5:12+BP")
    received = read_one("RECADV", *head, "LIN+1++SW-M-400:SA", "QTY+48:8", "QTY+195:2", "QTY+196:1")

    assert [line.qty for line in accepted.lines] == [5]
    assert [(line.qty, line.features["rejected"]) for line in received.lines] == [
        (Decimal(8), "3")]


@pytest.mark.parametrize(("reference", "second", "purpose"), [
    ("RFF+OI:R1", "QTY+47:5", Purpose.REPLACE), ("RFF+OI:R1", "QTY+47:-5", Purpose.ORIGINAL),
    ("RFF+ON:B1", "QTY+47:5", Purpose.ORIGINAL)])
def test_case_28_a_corrected_invoice_says_all_anew_or_only_the_difference(reference: str, second: str,
                                                                         purpose: Purpose) -> None:
    document = read_one("INVOIC", "BGM+384+R2+9", HEAD[0], reference, *HEAD[2:], "LIN+1++SW-M-400:SA", second)

    assert document.purpose is purpose


def test_case_29_a_self_billed_invoice_is_an_invoice(world: World) -> None:
    clear(world, message("INVOIC", "BGM+389+R1+9", *HEAD, *LINES))

    assert bonus(world) == 600


GIVES_BACK = ("BGM+380+R2+9", "DTM+137:20260506:102", "DTM+11:20260506:102", "RFF+OI:R1", *HEAD[2:])


@pytest.mark.parametrize("lines", [
    (*LINES[:2], "MOA+203:-1000"), (LINES[0], "QTY+47:-10:PCE", "MOA+203:-1000"),
    (*LINES[:3], "UNS+S", "MOA+79:-1000", "MOA+77:-1190")], ids=["amount", "quantity", "total"])
def test_case_30_an_invoice_that_gives_back_takes_points_back(world: World, lines: tuple[str, ...]) -> None:
    clear(world, message("INVOIC", "BGM+380+R1+9", *HEAD, *LINES))

    clear(world, message("INVOIC", *GIVES_BACK, *lines))

    assert bonus(world) == 200
    assert world.violated() == {}


def test_case_30_but_not_one_that_was_paid_before() -> None:
    document = read_one("INVOIC", "BGM+380+R1+9", *HEAD, *LINES, "UNS+S", "MOA+79:1500", "MOA+113:2000", "MOA+9:-215")

    assert document.kind is DocumentKind.INVOICE


@pytest.mark.parametrize(("date", "codes"), [
    ("DTM+11:20261304:102", {"unreadable", "no_date"}), ("DTM+11:8-9-2022", {"unreadable", "no_date"}),
    ("DTM+11:03/04/2025:102", {"unreadable", "no_date"}), ("DTM+11:260504:102", {"unreadable", "no_date"}),
    ("DTM+11:20260701:102", {"future_date"})])
def test_case_50_a_day_that_cannot_be_or_has_not_come_books_nothing(world: World, date: str, codes: set[str]) -> None:
    receipt = clear(world, note(*TEN, head=(HEAD[0], date, *HEAD[2:])))

    assert {one["code"] for one in receipt.problems} == codes
    assert bonus(world) == 0


@pytest.mark.parametrize("date", [
    "DTM+11:202605040000:102", "DTM+11:202605042359:203", "DTM+11:260504:101", "DTM+11:2026-05-04", "DTM+11:040526:2",
    "DTM+11:050426:3", "DTM+11:20260504", "DTM+11:20260501-20260504:718", "DTM+11:20260504120000:204"])
def test_case_50_a_day_is_read_as_its_format_says(date: str) -> None:
    document = read_one("DESADV", "BGM+351+L1+9", HEAD[0], date, *HEAD[2:], *TEN)

    assert str(document.delivery_date) == "2026-05-04"


@pytest.mark.parametrize(("syntax", "encoding", "source"), [
    ("UNOC", "utf-8", "edi"), ("UNOC", "iso8859-1", "edi"), ("UNOA", "utf-8", "edi"), ("UNOL", "iso8859-15", "edi"),
    ("UNOC", "cp850", "edi_cp850"), ("UNOY", "utf-8-sig", "edi"), ("UNOC", "utf-16", "edi")])
def test_case_56_a_text_is_read_in_its_encoding(syntax: str, encoding: str, source: str) -> None:
    unb = UNB.replace("UNOC", syntax)
    data = interchange(note("LIN+1++SW-M-400:SA", "IMD+F++:::Größe 1,70 m", "QTY+12:1"), unb=unb)
    agreed = {"encoding": "cp850"} if source == "edi_cp850" else {}

    [document] = read(data.decode().encode(encoding), **agreed)

    assert [line.name for line in document.lines] == ["Größe 1,70 m"]
    assert document.faults == ()


def test_case_56_a_byte_that_nobody_agreed_on_costs_its_line_and_no_other(world: World) -> None:
    lines = ("LIN+1++SW-M-400:SA", "IMD+F++:::Größe", "QTY+12:1", *FIVE)
    data = interchange(note(*lines), unb=UNB.replace("UNOC", "UNOA"))

    receipt = clear(world, data.replace("ö".encode(), "ö".encode("iso8859-1")))

    assert problems(receipt) == [(8, "bad_encoding")]
    assert receipt.tally.booked == 1


@pytest.mark.parametrize(("una", "text", "quantity"), [
    ("", "27", "27"), ("", "27.000", "27"), ("UNA:+,? '", "27,000", "27"), ("UNA:+,? '", "1234,5", "1234.5"),
    ("UNA:+.? '", ".5", "0.5"), ("", "-3", "-3")])
def test_case_57_the_decimal_mark_is_that_of_the_file(una: str, text: str, quantity: str) -> None:
    [document] = read(interchange(note("LIN+1++SW-M-400:SA", f"QTY+12:{text}"), una=una))

    assert [str(line.qty.normalize()) for line in document.lines] == [quantity]


@pytest.mark.parametrize("text", ["27,000", "1.234,56", "1,234.56", "5-", "(5)", "1 000", "+5", "٣", "1e3", ""])
def test_case_57_what_is_ambiguous_is_not_booked(world: World, text: str) -> None:
    receipt = clear(world, note("LIN+1++SW-M-400:SA", f"QTY+12:{text}", *FIVE))

    assert problems(receipt) == [(8, "unreadable")]
    assert receipt.tally.booked == 1


@pytest.mark.parametrize(("kind", "found", "code"), [
    ("ORDERS", DocumentKind.ORDER, "wrong_kind"), ("ORDRSP", DocumentKind.ORDER_RESPONSE, "wrong_kind"),
    ("PRICAT", DocumentKind.ARTICLES, "wrong_message"), ("INVRPT", DocumentKind.OTHER, "wrong_message")])
def test_case_61_a_message_that_cannot_earn_is_refused_by_its_kind(world: World, kind: str, found: DocumentKind,
                                                                   code: str) -> None:
    segments = ("BGM+220+B1+9", *HEAD, "LIN+1++SW-M-400:SA", "QTY+21:10")

    receipt = clear(world, message(kind, *segments))

    assert read_one(kind, *segments).kind is found
    assert {one["code"] for one in receipt.problems} == {code}
    assert (receipt.tally.booked, bonus(world)) == (0, 0)
