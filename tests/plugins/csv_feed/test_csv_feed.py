"""Purchases as delimited text: strict, line by line, each mistake named with line, column, found and expected."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Fault, Movement, Party
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_csv_feed.reader import CsvFeed
from treuwerk_csv_feed.settings import Columns, CsvFeedSettings, Feature

COLUMNS = Columns(number="delivery", line="pos", date="day", buyer="customer", article="article", quantity="qty",
                  unit="unit", order="order", amount="net", currency="cur", serials="serials", movement="move")
SETTINGS = CsvFeedSettings(columns=COLUMNS, seller="Maker", features={"scope": Feature("scope", ["SYSTEM", "MODULE"])},
                           date_patterns=["YYYY-MM-DD", "DD.MM.YYYY"])
HEADER = "delivery;pos;day;customer;article;qty;unit;order;net;cur;serials;scope;move"
BUYER = Party(ids=(("customer_number", "K100"),))
LINE = "L1;10;2026-05-04;K100;M220;27;PCE;B7;1234,50;EUR;S1|S2;SYSTEM;"


def read(text: str | bytes, settings: CsvFeedSettings = SETTINGS) -> list[Document]:
    data = text.encode() if isinstance(text, str) else text
    return list(CsvFeed("deliveries", settings).read(BytesIO(data)))


def file(*lines: str) -> str:
    return "\n".join((HEADER, *lines)) + "\n"


def changed(**cells: str) -> str:
    """The good line with some cells changed, by the name of their column."""
    row = dict(zip(HEADER.split(";"), LINE.split(";"), strict=True))
    assert set(cells) <= set(row)
    return ";".join({**row, **cells}.values())


def only_line(text: str | bytes, settings: CsvFeedSettings = SETTINGS) -> DocumentLine:
    [document] = read(text, settings)
    assert document.faults == ()
    [line] = document.lines
    return line


def only_fault(line: str, settings: CsvFeedSettings = SETTINGS) -> Fault:
    """The fault of a line between two good ones, which are both kept."""
    documents = read(file(LINE, line, changed(pos="30")), settings)
    assert [at.at for document in documents for at in document.lines] == [2, 4]
    [fault] = [fault for document in documents for fault in document.faults]
    assert fault.line == 3
    return fault


def test_a_line_becomes_a_document_with_everything_that_was_written() -> None:
    assert read(file(LINE)) == [Document(
        source="deliveries", kind=DocumentKind.DELIVERY, number="L1", delivery_date=date(2026, 5, 4), currency="EUR",
        seller=Party("Maker"), buyer=BUYER, orders=("B7",),
        lines=(DocumentLine(at=2, id="10", article_seller="M220", qty=Decimal(27), unit="PCE",
                            amount=Decimal("1234.50"), serials=("S1", "S2"), features={"scope": "SYSTEM"}),))]


def test_lines_of_one_delivery_note_are_one_document() -> None:
    documents = read(file(LINE, changed(pos="20"), changed(delivery="L2"), changed(delivery="L2", pos="20")))

    assert [(document.number, [line.id for line in document.lines]) for document in documents] == [
        ("L1", ["10", "20"]), ("L2", ["10", "20"])]


@pytest.mark.parametrize("other", [{"customer": "K200"}, {"day": "2026-05-05"}, {"order": "B8"}, {"cur": "CHF"}])
def test_lines_that_differ_in_what_a_document_shares_are_two_documents(other: dict[str, str]) -> None:
    assert [len(document.lines) for document in read(file(LINE, changed(pos="20", **other)))] == [1, 1]


def test_columns_may_come_in_any_order_and_more_of_them() -> None:
    columns = HEADER.split(";")
    cells = dict(zip(columns, LINE.split(";"), strict=True))
    order = ["remark", *reversed(columns)]

    text = ";".join(order) + "\n" + ";".join({**cells, "remark": "urgent"}[name] for name in order) + "\n"

    assert read(text) == read(file(LINE))


@pytest.mark.parametrize("data", [
    b"\xef\xbb\xbf" + file(LINE).encode(), file(LINE).replace("\n", "\r\n").encode(), file(LINE).rstrip("\n").encode(),
    file(LINE).replace("\n", "\n\n").encode(),
], ids=["byte order mark", "Windows line ends", "no line end at the end", "empty lines"])
def test_what_other_systems_write_is_the_same_document(data: bytes) -> None:
    [document] = read(data)

    assert [line.id for line in document.lines] == ["10"]
    assert (document.number, document.buyer, document.delivery_date) == ("L1", BUYER, date(2026, 5, 4))


def test_blanks_around_cells_do_not_count() -> None:
    assert read(file(LINE.replace(";", " ; "))) == read(file(LINE))


def test_quoted_cells_hold_the_delimiter() -> None:
    assert only_line(file(changed(article='"M;220 ""black"""'))).article_seller == 'M;220 "black"'


@pytest.mark.parametrize(("day", "read_as"), [("2026-05-04", date(2026, 5, 4)), ("04.05.2026", date(2026, 5, 4))])
def test_dates_are_read_in_the_patterns_that_were_agreed(day: str, read_as: date) -> None:
    assert read(file(changed(day=day)))[0].delivery_date == read_as


@pytest.mark.parametrize(("mark", "cell"), [(",", "1234,50"), (".", "1234.50")])
def test_the_decimal_mark_is_the_one_that_was_agreed(mark: str, cell: str) -> None:
    settings = attrs.evolve(SETTINGS, decimal_mark=mark)

    assert only_line(file(changed(net=cell)), settings).amount == Decimal("1234.50")


@pytest.mark.parametrize(("cell", "movement"), [("", Movement.DELIVER), ("CANCEL", Movement.CANCEL),
                                                ("RETURN", Movement.RETURN)])
def test_a_line_may_take_goods_back(cell: str, movement: Movement) -> None:
    assert only_line(file(changed(move=cell))).movement is movement


def test_columns_that_may_be_empty_may_be_empty() -> None:
    line = only_line(file(changed(order="", net="", cur="", serials="")))

    assert (line.amount, line.serials) == (None, ())


def test_columns_that_are_not_mapped_need_not_be_there() -> None:
    settings = CsvFeedSettings(seller="Maker", columns=Columns(
        number="delivery", line="pos", date="day", buyer="customer", article="article", quantity="qty", unit="unit"))

    line = only_line("delivery;pos;day;customer;article;qty;unit\nL1;1;2026-05-04;K1;M220;3;PCE\n", settings)

    assert (line.qty, line.features, line.movement) == (Decimal(3), {}, Movement.DELIVER)


def test_the_movement_column_may_be_missing_from_a_file() -> None:
    text = file(LINE).replace(";move", "").replace("SYSTEM;", "SYSTEM")

    assert only_line(text).movement is Movement.DELIVER


@pytest.mark.parametrize(("cells", "code", "text"), [
    ({"qty": "1_000"}, "unreadable", "column qty: found '1_000', expected a number such as 1234,5 without grouping"),
    ({"qty": "٢٧"}, "unreadable", "column qty: found '٢٧', expected a number such as 1234,5 without grouping"),
    ({"qty": "NaN"}, "unreadable", "column qty: found 'NaN', expected a number such as 1234,5 without grouping"),
    ({"qty": ""}, "unreadable", "column qty: found '', expected a number such as 1234,5 without grouping"),
    ({"qty": "1.5"}, "unreadable", "column qty: found '1.5', expected a number such as 1234,5 without grouping"),
    ({"net": "1.234,50"}, "unreadable",
     "column net: found '1.234,50', expected a number such as 1234,5 without grouping"),
    ({"day": "2026-02-30"}, "unreadable",
     "column day: found '2026-02-30', expected a calendar date as YYYY-MM-DD or DD.MM.YYYY"),
    ({"day": "05/04/2026"}, "unreadable",
     "column day: found '05/04/2026', expected a calendar date as YYYY-MM-DD or DD.MM.YYYY"),
    ({"day": ""}, "unreadable", "column day: found '', expected a calendar date as YYYY-MM-DD or DD.MM.YYYY"),
    ({"delivery": ""}, "empty_cell", "column delivery: found nothing, expected a value"),
    ({"customer": "  "}, "empty_cell", "column customer: found nothing, expected a value"),
    ({"pos": ""}, "empty_cell", "column pos: found nothing, expected a value"),
    ({"article": ""}, "empty_cell", "column article: found nothing, expected a value"),
    ({"unit": ""}, "empty_cell", "column unit: found nothing, expected a value"),
    ({"scope": "KOMPLETT"}, "unknown_feature",
     "column scope: found 'KOMPLETT', expected SYSTEM or MODULE; ask the sender to correct the line"),
    ({"scope": "system"}, "unknown_feature",
     "column scope: found 'system', expected SYSTEM or MODULE; ask the sender to correct the line"),
    ({"scope": ""}, "unknown_feature",
     "column scope: found nothing, expected SYSTEM or MODULE; ask the sender to correct the line"),
    ({"move": "RETOURE"}, "unknown_movement", "column move: found 'RETOURE', expected nothing, CANCEL or RETURN"),
    ({"move": "DELIVERY"}, "unknown_movement", "column move: found 'DELIVERY', expected nothing, CANCEL or RETURN"),
], ids=str)
def test_a_cell_that_cannot_be_read_is_named_and_the_other_lines_are_kept(cells: dict[str, str], code: str,
                                                                          text: str) -> None:
    line = changed(**cells)

    fault = only_fault(line)

    assert (fault.code, fault.text) == (code, text)
    assert fault.raw.split(";")[4] == line.split(";")[4].strip()
    assert fault.document == cells.get("delivery", "L1")


@pytest.mark.parametrize(("line", "found"), [(LINE + ";", 14), (LINE.rpartition(";")[0], 12), ("L1", 1)])
def test_a_line_with_too_many_or_too_few_cells_is_named(line: str, found: int) -> None:
    fault = only_fault(line)

    assert (fault.code, fault.text) == (
        "wrong_width", (f"found {found} cells, expected 13 as in the header; a delimiter inside a cell needs quotes "
                        "around the cell"))


@pytest.mark.parametrize(("line", "code"), [
    (changed(article='M"220'), "stray_quote"), (changed(article='"M220'), "stray_quote"),
    (changed(article="M\r220"), "stray_control"), (changed(article="M\x00220"), "stray_control"),
    (changed(article="x" * 10_000_000), "line_too_long"),
], ids=["quote inside", "quote not closed", "lone CR", "NUL", "10 MB"])
def test_a_line_that_is_no_row_is_named_and_the_other_lines_are_kept(line: str, code: str) -> None:
    fault = only_fault(line)

    assert fault.code == code
    assert len(fault.raw) <= 200


def test_bad_encoding_is_named_with_the_byte_and_the_encoding() -> None:
    good, bad = read(file(LINE).encode() + changed(article="Träger").encode("cp1252") + b"\n")

    assert len(good.lines) == 1
    assert [(fault.line, fault.code, fault.text) for fault in bad.faults] == [
        (3, "bad_encoding", "found byte 0xe4, expected utf-8; check the feed's encoding")]


def test_another_encoding_is_read_when_it_was_agreed() -> None:
    settings = attrs.evolve(SETTINGS, encoding="cp1252")

    assert only_line(file(changed(article="Träger")).encode("cp1252"), settings).article_seller == "Träger"


@pytest.mark.parametrize(("text", "says"), [
    ("", "the file is empty; expected a header line with delivery;pos;day;customer"),
    ("\n\r\n", "the file is empty"),
    (HEADER.replace("customer", "custmer") + "\n", "line 1: column missing: customer (did you mean custmer?)"),
    (HEADER.replace(";", ",") + "\n", "Is this the right file and delimiter?"),
    (HEADER + ";qty\n", "line 1: column qty stands twice in the header"),
    (LINE + "\n", "line 1: column missing: delivery"),
], ids=["empty", "only line ends", "misspelt", "delimiter", "twice", "no header"])
def test_a_file_that_is_not_of_this_kind_is_refused_as_a_whole(text: str, says: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        read(text)

    assert says in str(error.value)


def test_a_file_with_a_header_only_has_no_documents() -> None:
    assert read(HEADER + "\n") == []


@pytest.mark.parametrize(("head", "ours"), [
    (file(LINE).encode()[:4096], True), (b"\xef\xbb\xbf" + HEADER.encode() + b"\r\n", True), (b"", False),
    (b"UNB+UNOC:3+4012345000009:14", False), (b"%PDF-1.7\n\xff\xfe\0", False), (b"PK\x03\x04" + bytes(300), False),
    (b"delivery;pos\n", False), ("ä".encode("utf-16"), False),
], ids=["file", "header only", "empty", "EDIFACT", "PDF", "ZIP", "other columns", "UTF-16"])
def test_a_file_is_recognised_by_its_columns_and_nothing_raises(head: bytes, ours: bool) -> None:
    assert CsvFeed("deliveries", SETTINGS).recognises("2026-05-04.csv", head) is ours


@given(st.lists(st.sampled_from([LINE, changed(qty="x"), changed(scope="?"), "L1;10", 'a;"b', changed(pos="7"),
                                 changed(delivery="L2"), ""]), max_size=30))
def test_every_line_is_a_line_or_a_fault_exactly_once(lines: list[str]) -> None:
    documents = read(file(*lines))

    seen = [line.at for document in documents for line in document.lines]
    seen += [fault.line or 0 for document in documents for fault in document.faults]
    assert sorted(seen) == [at for at, line in enumerate(lines, start=2) if line]


@given(st.binary(max_size=300))
def test_whatever_bytes_follow_the_header_no_line_of_them_is_lost(data: bytes) -> None:
    documents = read(HEADER.encode() + b"\n" + data)

    *ended, rest = data.split(b"\n")
    physical = [*(line.rstrip(b"\r") for line in ended), rest]
    seen = [line.at for document in documents for line in document.lines]
    seen += [fault.line or 0 for document in documents for fault in document.faults]
    assert sorted(seen) == [at for at, line in enumerate(physical, start=2) if line]
    assert CsvFeed("deliveries", SETTINGS).recognises("x", HEADER.encode() + b"\n" + data)
