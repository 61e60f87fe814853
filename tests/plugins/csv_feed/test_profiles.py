"""Partner profiles beyond the plain table: no header, heads apart, constants, prefixes, prices, positions."""

import zipfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.support.programmes import HEAD, loaded, mistakes_in
from tests.support.samples import expected_facts, samples_folder
from treuwerk.domain.documents import Document, DocumentKind, Movement
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_csv_feed.reader import CsvFeed
from treuwerk_csv_feed.settings import Columns, CsvFeedSettings, HeadColumns, Heads, Prefix

PLAIN: Mapping[str, Any] = {"number": "nr", "date": "day", "buyer": "buyer", "article": "art", "quantity": "qty"}
HEADER = "nr;day;buyer;art;qty"
ORDERS = CsvFeedSettings(
    columns=Columns(number=5, date=6, buyer=9, line=26, article=27, quantity=30), header=False,
    delimiter=",", decimal_mark=".", date_patterns=["YYYYMMDD"], seller="PARTNER2", unit="PCE", kind=DocumentKind.ORDER)
SPLIT = CsvFeedSettings(
    columns=Columns(number=1, line=2, quantity=3, unit_price=4, amount=5, article=6), header=False, delimiter=",",
    decimal_mark=".", date_patterns=["YYYYMMDD"], seller="Alto", unit="PCE", kind=DocumentKind.INVOICE,
    heads=Heads(lines_name="detail", heads_name="header", columns=HeadColumns(
        number=1, buyer=2, date=4, issue_date=5, order=6, net_total=7, tax_total=8, grand_total=9)))
MARKED = CsvFeedSettings(
    columns=Columns(article=2, quantity=3, unit=4), header=False, seller="Maker", date_patterns=["DD.MM.YYYY"],
    heads=Heads(column=1, head="K", line="P", columns=HeadColumns(number=2, date=3, buyer=4, order=5)))


def profile(columns: Mapping[str, Any] = PLAIN, **settings: Any) -> CsvFeedSettings:
    """A profile of a file with `HEADER`, of pieces by the Maker, with some settings changed."""
    return CsvFeedSettings(columns=Columns(**columns), **{"seller": "Maker", "unit": "PCE", **settings})


def read(settings: CsvFeedSettings, *lines: str, encoding: str = "utf-8") -> list[Document]:
    """The documents of these lines."""
    return list(CsvFeed("feed", settings).read(BytesIO("\n".join(lines).encode(encoding))))


def test_the_order_file_without_header_is_the_documents_that_others_found() -> None:
    path = samples_folder("clearing/csv") / "orders_flat.csv"
    with path.open("rb") as stream:
        documents = list(CsvFeed("orders", ORDERS).read(stream))

    facts = expected_facts("clearing/csv")["orders_flat.csv"]["facts"]
    assert CsvFeed("orders", ORDERS).recognises(path.name, path.read_bytes()[:4096])
    assert [fault for document in documents for fault in document.faults] == []
    assert sum(len(document.lines) for document in documents) == facts["rows"]
    assert {document.kind for document in documents} == {DocumentKind.ORDER}
    assert {document.number: (len(document.lines), sum(line.qty for line in document.lines))
            for document in documents} == {
        number: (found["lines"], Decimal(found["qty_sum"])) for number, found in facts["documents"].items()}


def test_heads_beside_their_lines_are_the_documents_that_others_found() -> None:
    folder, facts = samples_folder("clearing/csv"), expected_facts("clearing/csv")
    with (folder / "split_detail.csv").open("rb") as stream:
        documents = list(CsvFeed("alto", SPLIT).read(stream))

    heads = facts["split_header.csv"]["facts"]["documents"]
    assert [(d.number, d.buyer.ids[0][1], f"{d.delivery_date:%Y%m%d}", f"{d.issue_date:%Y%m%d}", d.orders[0],
             *map(str, map(Decimal.normalize, d.sums.values()))) for d in documents] == [
        tuple(head[key] for key in ("number", "partner", "date_1", "date_2", "reference", "net", "tax", "gross"))
        for head in heads]
    assert [(d.number, line.id, line.qty, line.unit_price, line.amount, line.article_seller)
            for d in documents for line in d.lines] == [
        (line["document"], line["line"], Decimal(line["qty"]), Decimal(line["unit_price"]), Decimal(line["amount"]),
         line["article"]) for line in facts["split_detail.csv"]["facts"]["lines"]]
    assert [fault for document in documents for fault in document.faults] == []


def test_only_the_file_with_the_lines_is_recognised_and_it_names_the_one_that_is_missing(tmp_path: Path) -> None:
    feed = CsvFeed("alto", SPLIT)
    (tmp_path / "detail_7.csv").write_text("1,10,48,7.0254,337.22,M1\n")

    recognised = [feed.recognises(name, b"1,10,48,7.0254,337.22,M1\n") for name in ("detail_7.csv", "header_7.csv")]

    assert recognised == [True, False]
    with (tmp_path / "detail_7.csv").open("rb") as stream, pytest.raises(UnreadableFile) as missing:
        list(feed.read(stream))
    assert str(missing.value) == ("detail_7.csv: found no header_7.csv beside it, expected the file with its heads; "
                                  "put it there first, then clear this one again")
    with pytest.raises(UnreadableFile, match="pack both files into one ZIP archive"):
        list(feed.read(BytesIO(b"1,10,48,7.0254,337.22,M1\n")))


def test_both_files_may_come_in_one_archive() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("out/header_7.csv", '1,K1,"x",20260504,20260504,"B",1,1,1\n')
        archive.writestr("out/detail_7.csv", "1,10,48,7,3,M1\n")
    packed.seek(0)

    [document] = CsvFeed("alto", SPLIT).read(packed)

    assert CsvFeed("alto", SPLIT).recognises("7.zip", packed.getvalue()[:100])
    assert (document.number, document.orders, [line.at for line in document.lines]) == ("1", ("B",), [1])


def test_an_archive_without_the_heads_names_what_is_missing() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("detail_7.csv", "1,10,48,7,3,M1\n")
    packed.seek(0)

    with pytest.raises(UnreadableFile, match=r"found no header_7\.csv in the archive"):
        list(CsvFeed("alto", SPLIT).read(packed))


def test_a_line_whose_head_is_missing_or_wrong_says_so_and_the_others_are_kept(tmp_path: Path) -> None:
    (tmp_path / "header").write_text('1,K1,"x",20260504,20260504,"B",1,1,1\n2,K1,"x",20261304,20260504,"B",1,1,1\n')
    (tmp_path / "detail").write_text("1,10,48,7,3,M1\n2,10,48,7,3,M1\n3,10,48,7,3,M1\n")
    with (tmp_path / "detail").open("rb") as stream:
        documents = list(CsvFeed("alto", SPLIT).read(stream))

    assert [line.at for document in documents for line in document.lines] == [1]
    assert [(fault.line, fault.code, fault.text) for document in documents for fault in document.faults] == [
        (2, "no_head", ("found no head of document 2, expected one: header line 2: column 4: found '20261304', "
                        "expected a calendar date as YYYYMMDD")),
        (3, "no_head", "found no head of document 3, expected one: there is none with this number")]


def test_heads_and_lines_in_one_file_are_told_apart_by_their_mark() -> None:
    first, second = read(MARKED, "K;L1;04.05.2026;K100;B7", "P;M220;27;PCE", "T;a text that nobody wants",
                         "P;M221;3;PCE", "K;L2;05.05.2026;K200;", "P;M220;1;PCE")

    assert (first.number, first.delivery_date, first.buyer.ids, first.orders) == (
        "L1", date(2026, 5, 4), (("customer_number", "K100"),), ("B7",))
    assert [(line.at, line.id, line.article_seller) for line in first.lines] == [(2, "1", "M220"), (4, "2", "M221")]
    assert [(line.at, line.id) for line in second.lines] == [(6, "1")]


def test_a_head_that_cannot_be_read_takes_only_its_own_lines_with_it() -> None:
    documents = read(MARKED, "K;L1;04.13.2026;K100;B7", "P;M220;27;PCE", "K;L2;05.05.2026;K200;", "P;M220",
                     "P;M1;1;PCE")

    assert [(d.number, line.at, line.id) for d in documents for line in d.lines] == [("L2", 5, "2")]
    assert [(fault.line, fault.code) for d in documents for fault in d.faults] == [
        (1, "unreadable"), (2, "no_head"), (4, "wrong_width")]


def test_without_a_column_for_lines_equal_rows_are_lines_of_their_own_by_position() -> None:
    row = "R1;2026-05-04;K1;M220;6"

    documents = read(profile(), HEADER, row, row, "R2;2026-05-04;K1;M220;6", row)

    assert [(d.number, line.id) for d in documents for line in d.lines] == [
        ("R1", "1"), ("R1", "2"), ("R2", "1"), ("R1", "3")]


def test_a_row_that_is_mended_later_does_not_move_those_behind_it() -> None:
    def ids(wrong: str) -> list[str]:
        documents = read(profile(), HEADER, "R1;2026-05-04;K1;M1;6", wrong, "R1;2026-05-04;K1;M3;6")
        return [line.id for d in documents for line in d.lines if line.article_seller == "M3"]

    assert ids("R1;2026-05-04;K1;M2;six") == ids("R1;2026-05-04;K1;M2") == ids("R1;2026-05-04;K1;M2;6") == ["3"]


def test_constants_stand_in_for_columns() -> None:
    [document] = read(profile(currency="CHF", kind=DocumentKind.INVOICE), HEADER, "R1;2026-05-04;K1;M220;6")

    assert (document.currency, document.kind, document.seller.name, document.lines[0].unit) == (
        "CHF", DocumentKind.INVOICE, "Maker", "PCE")


def test_the_beginning_of_a_number_says_what_a_document_is() -> None:
    prefixes = {"C": Prefix(DocumentKind.INVOICE, Movement.RETURN), "CA": Prefix(DocumentKind.OTHER)}

    documents = read(profile(prefixes=prefixes), HEADER,
                     *(f"{number};2026-05-04;K1;M220;6" for number in ("C1", "CA1", "7")))

    assert [(d.number, d.kind, d.lines[0].movement) for d in documents] == [
        ("C1", DocumentKind.INVOICE, Movement.RETURN), ("CA1", DocumentKind.OTHER, Movement.DELIVER),
        ("7", DocumentKind.DELIVERY, Movement.DELIVER)]


def test_an_amount_is_quantity_times_price_where_the_profile_says_so() -> None:
    columns = {**PLAIN, "unit_price": "price", "price_per": "per"}

    [document] = read(profile(columns, amount_from_price=True), HEADER + ";price;per",
                      "R1;2026-05-04;K1;M220;6;2,55;", "R1;2026-05-04;K1;M220;3;40;100", "R1;2026-05-04;K1;M220;3;;")

    assert [(line.unit_price, line.amount) for line in document.lines] == [
        (Decimal("2.55"), Decimal("15.30")), (Decimal("0.4"), Decimal("1.2")), (None, None)]


def test_words_of_the_partner_say_what_a_line_does() -> None:
    columns = {**PLAIN, "movement": "move"}

    documents = read(profile(columns, movements={"ST": Movement.CANCEL, "RT": Movement.RETURN}), HEADER + ";move",
                     *(f"R1;2026-05-04;K1;M220;6;{word}" for word in ("ST", "RT", "", "XX")))

    assert [line.movement for d in documents for line in d.lines] == [
        Movement.CANCEL, Movement.RETURN, Movement.DELIVER]
    assert documents[-1].faults[0].text == "column move: found 'XX', expected nothing, ST or RT"


def test_articles_that_are_no_goods_are_charges() -> None:
    [document] = read(profile(charges=["POST"]), HEADER, "R1;2026-05-04;K1;M220;6", "R1;2026-05-04;K1;POST;1")

    assert [line.role for line in document.lines] == ["main", "charge"]


def test_numbers_with_a_point_are_ids_again_and_a_buyer_may_be_missing() -> None:
    settings = profile(float_ids=["buyer", "article"], buyer_may_be_empty=True)

    documents = read(settings, HEADER, "R1;2026-05-04;17850.0;220.0;6", "R2;2026-05-04;;220;6",
                     "R3;2026-05-04;1.5;220;6")

    assert [(d.buyer.ids, [line.article_seller for line in d.lines]) for d in documents[:2]] == [
        ((("customer_number", "17850"),), ["220"]), ((), ["220"])]
    assert documents[2].faults[0].text == "column buyer: found '1.5', expected a whole number, or one with .0 behind it"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp850", "cp1252", "iso-8859-15"])
def test_umlauts_are_umlauts_in_the_encoding_of_the_profile(encoding: str) -> None:
    settings = profile({**PLAIN, "name": "text"}, encoding=encoding)

    [document] = read(settings, HEADER + ";text", "R1;2026-05-04;K1;M220;6;Größe öäü", encoding=encoding)

    assert document.lines[0].name == "Größe öäü"


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "iso-8859-1"])
def test_utf8_never_becomes_other_letters(encoding: str) -> None:
    settings = profile({**PLAIN, "name": "text"}, encoding=encoding)

    documents = read(settings, HEADER + ";text", "R1;2026-05-04;K1;M220;6;Größe", "R1;2026-05-04;K1;M220;7;plain")

    assert [line.name for d in documents for line in d.lines] == ["plain"]
    assert [fault.text for d in documents for fault in d.faults] == [
        f"found UTF-8, expected {encoding}; set the feed's encoding, or names are spelt wrong"]


def test_half_a_character_of_two_bytes_takes_only_its_line() -> None:
    settings = profile(encoding="utf-16-le")
    lines = [HEADER, "R1;2026-05-04;K1;M\ud800;6", "R1;2026-05-04;K1;M221;6"]
    data = "\n".join(lines).encode("utf-16-le", "surrogatepass")

    documents = list(CsvFeed("feed", settings).read(BytesIO(data)))

    assert [line.at for d in documents for line in d.lines] == [3]
    assert [(fault.line, fault.code) for d in documents for fault in d.faults] == [(2, "bad_encoding")]


@pytest.mark.parametrize(("change", "expected"), [
    ("header = false", "columns are named by their names where there is a header"),
    ('decimal_mark = "."\ngrouping = "."', "'grouping' and 'decimal_mark' are the same"),
    ('date_patterns = ["DD.MM.YY"]', "a year of two digits needs 'century_pivot'"),
    ('date_patterns = ["DD/MM/YYYY", "MM/DD/YYYY"]', "could read the same text differently"),
    ("amount_from_price = true", "'amount_from_price' needs 'columns.unit_price'"),
    ('encoding = "utf-32"', "a text encoding such as"),
    ('minus = ["after"]', "before"),
])
def test_a_profile_that_contradicts_itself_is_refused_by_name(tmp_path: Path, change: str, expected: str) -> None:
    text = (f'{HEAD}\n[[sources]]\nname = "feed"\nreader = "csv_feed"\nseller = "Maker"\nunit = "PCE"\n{change}\n'
            '[sources.columns]\nnumber = "nr"\ndate = "day"\nbuyer = "buyer"\narticle = "art"\nquantity = "qty"\n')

    assert expected in " ".join(map(str, mistakes_in(tmp_path, text)))


def test_a_profile_by_numbers_is_read_from_the_programme(tmp_path: Path) -> None:
    text = (f'{HEAD}\n[[sources]]\nname = "feed"\nreader = "csv_feed"\nseller = "Maker"\nunit = "PCE"\nheader = false\n'
            '[sources.columns]\nnumber = 1\ndate = 2\nbuyer = 3\narticle = 4\nquantity = 5\n')

    [source] = loaded(tmp_path, text).settings.sources

    assert [line.article_seller for document in source.source.read(BytesIO(b"R1;2026-05-04;K1;M220;6\n"))
            for line in document.lines] == ["M220"]
