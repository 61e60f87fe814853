"""Spreadsheets: typed cells, texts where Excel would have destroyed something, and limits against hostile files."""

import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from tests.support.spreadsheets import spreadsheet
from treuwerk.domain.documents import Document
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_csv_feed.settings import Columns, XlsxFeedSettings
from treuwerk_csv_feed.spreadsheet import XlsxFeed

HEADER = ["nr", "day", "buyer", "art", "qty", "net", "serials"]
SETTINGS = XlsxFeedSettings(
    columns=Columns(number="nr", date="day", buyer="buyer", article="art", quantity="qty", amount="net",
                    serials="serials"),
    seller="Maker", unit="PCE", date_patterns=["DD.MM.YYYY"])
FOURTH_OF_MAY = (46146,)
LINE = ["L1", FOURTH_OF_MAY, "K1", "M220", 27, 1234.5, "S1|S2"]


def read(rows: Sequence[Sequence[object]], settings: XlsxFeedSettings = SETTINGS, first_row: int = 1) -> list[Document]:
    """The documents of a sheet with these rows below the header."""
    return list(XlsxFeed("sheets", settings).read(BytesIO(spreadsheet([HEADER, *rows], first_row))))


def changed(**cells: object) -> list[object]:
    """The good line with some cells changed."""
    return list({**dict(zip(HEADER, LINE, strict=True)), **cells}.values())


def test_cells_of_numbers_and_days_are_taken_as_they_are() -> None:
    [document] = read([LINE])

    assert (document.number, document.delivery_date) == ("L1", date(2026, 5, 4))
    [line] = document.lines
    assert (line.at, line.qty, line.amount, line.serials) == (2, Decimal(27), Decimal("1234.5"), ("S1", "S2"))


def test_cells_of_text_are_read_in_the_notation_of_the_profile() -> None:
    [document] = read([changed(day="04.05.2026", qty="27", net="1234,50")])

    assert (document.delivery_date, document.lines[0].amount) == (date(2026, 5, 4), Decimal("1234.50"))


def test_rows_are_counted_as_the_program_shows_them() -> None:
    [document] = read([changed(qty="x")], first_row=4)

    assert [fault.line for fault in document.faults] == [5]


@pytest.mark.parametrize(("value", "read_as"), [(0.1 + 0.2, "0.3"), (1 / 3, "0.333333"), (1e11, "100000000000")])
def test_a_number_is_what_the_spreadsheet_shows(value: float, read_as: str) -> None:
    [document] = read([changed(net=value)])

    assert document.lines[0].amount == Decimal(read_as)


@pytest.mark.parametrize("value", [4711, 4711.0])
def test_short_identifiers_may_stand_in_number_cells(value: float) -> None:
    [document] = read([changed(nr=value, buyer=value, art=value)])

    assert (document.number, document.buyer.ids[0][1], document.lines[0].article_seller) == ("4711", "4711", "4711")


@pytest.mark.parametrize(("cells", "says"), [
    ({"serials": 815}, "expected a text cell: a spreadsheet drops leading zeros"),
    ({"serials": 123456789012345678}, "found a number cell (1.23456789012346e+17) with a serial number"),
    ({"art": 123456789012345678}, "with more than 15 digits, expected a text cell"),
    ({"nr": "#REF!"}, "found the error #REF! of a formula, expected a value"),
])
def test_what_a_spreadsheet_destroyed_is_asked_for_as_text(cells: dict[str, Any], says: str) -> None:
    documents = read([LINE, changed(**cells), LINE])

    assert [line.at for d in documents for line in d.lines] == [2, 4]
    [fault] = [fault for d in documents for fault in d.faults]
    assert (fault.line, fault.code) == (3, "number_cell")
    assert says in fault.text


def test_a_file_is_recognised_by_what_it_is_and_by_its_name() -> None:
    feed = XlsxFeed("sheets", XlsxFeedSettings(columns=SETTINGS.columns, seller="M", unit="PCE", files="DELV_*.xlsx"))

    assert [feed.recognises(name, head) for name, head in (
        ("DELV_1.xlsx", b"PK\3\4rest"), ("OTHER.xlsx", b"PK\3\4rest"), ("DELV_1.xlsx", b"a;b"),
    )] == [True, False, False]


def test_a_sheet_that_is_missing_is_named_with_those_that_are_there() -> None:
    with pytest.raises(UnreadableFile, match="found no sheet 'Mai', only A; name it under 'sheet' of the source"):
        read([LINE], XlsxFeedSettings(columns=SETTINGS.columns, seller="M", unit="PCE", sheet="Mai"))


@pytest.mark.parametrize(("data", "says"), [
    (b"PK\3\4 torn", "not a readable archive"), (b"", "not a readable archive"),
], ids=["torn", "empty"])
def test_what_only_looks_like_a_spreadsheet_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        list(XlsxFeed("sheets", SETTINGS).read(BytesIO(data)))


def test_one_cell_far_away_does_not_fill_the_memory() -> None:
    far = spreadsheet([HEADER, LINE])
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(far)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
                                             b"</sheetData>")
            new.writestr(name, content)

    with pytest.raises(UnreadableFile, match="found a cell in row 1,048,576, expected at most 200,000 rows"):
        list(XlsxFeed("sheets", SETTINGS).read(packed))


def test_a_spreadsheet_that_unpacks_to_far_more_is_refused() -> None:
    packed = BytesIO(spreadsheet([HEADER, LINE]))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 50_000_000)

    with pytest.raises(UnreadableFile, match="unpacks to more than 250 times its size"):
        list(XlsxFeed("sheets", SETTINGS).read(packed))
