"""Catalogues as DATANORM 4 and 5: what others read in real files, and what stands in the way of a record."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.samples import expected_facts, samples_folder
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine
from treuwerk.domain.reading import plain_number
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_datanorm.reader import Datanorm
from treuwerk_datanorm.settings import DatanormSettings

CATALOGUE = Datanorm("catalogue", DatanormSettings())
HEAD = f"V 310725{'Maker':<40}{'Catalogue':<75}04EUR"
FIVE = "V;050;A;20250731;EUR;Maker;Catalogue;;"
FILES = ("v4_with_texts.001", "v4_datpreis.001", "v5_texts_products.001", "v4_cp850.001", "v4_datpreis_multi.001")


def read(*records: str, head: str = HEAD) -> list[Document]:
    """The catalogue with these records."""
    return list(CATALOGUE.read(BytesIO("\r\n".join((head, *records, "")).encode("cp850"))))


def lines_of(*records: str, head: str = HEAD) -> tuple[DocumentLine, ...]:
    """The lines of a catalogue without faults."""
    [document] = read(*records, head=head)
    assert document.faults == ()
    return document.lines


@pytest.mark.parametrize("name", FILES)
def test_a_real_catalogue_is_what_others_read_in_it(name: str) -> None:
    path, facts = samples_folder("clearing/datanorm") / name, expected_facts("clearing/datanorm")[name]["facts"]

    with path.open("rb") as stream:
        [document] = CATALOGUE.read(stream)

    assert CATALOGUE.recognises(name, path.read_bytes()[:4096])
    assert (document.kind, document.type_code, str(document.issue_date), document.currency, document.faults) == (
        DocumentKind.ARTICLES, f"DATANORM {facts['version']}", facts["date"], facts["currency"], ())
    articles = [line for line in document.lines if line.name]
    assert len(articles) == facts["article_count"]
    for line, fact in zip(articles, facts.get("articles", ()), strict=True):
        assert (line.article_seller, line.name, line.unit) == (fact["id"], fact["title"], fact["unit"])
        assert (plain_number(line.qty), plain_number(line.amount or Decimal(0)), line.features["price_kind"]) == (
            fact.get("price_qty", "1"), fact["price"], fact.get("price_kind", "gross"))
        assert line.gtin == fact.get("gtin", "")
    prices = [line for line in document.lines if not line.name]
    assert [(line.article_seller, line.features["price_kind"], plain_number(line.amount or Decimal(0)))
            for line in prices] == [(fact["id"], fact["kind"], fact["price"]) for fact in facts.get("prices", ())]


@pytest.mark.parametrize(("code", "per", "price"), [
    ("0", 1, "280"), ("1", 10, "28"), ("2", 100, "2.8"), ("3", 1000, "0.28")])
def test_a_price_of_version_4_is_for_1_10_100_or_1000_units(code: str, per: int, price: str) -> None:
    [line] = lines_of(f"A;N;M1;00;Modul;schwarz;1;{code};Stk;28000;R1;W1;;")

    assert (line.qty, line.amount, line.unit_price) == (Decimal(per), Decimal(280), Decimal(price))


def test_a_price_of_version_5_is_for_so_many_units_as_it_says() -> None:
    [line] = lines_of("A;N;M1;Modul;schwarz;PCE;2;100;28000;R1;W1;", head=FIVE)

    assert (line.name, line.unit, line.qty, line.unit_price, line.features["price_kind"]) == (
        "Modul schwarz", "PCE", Decimal(100), Decimal("2.8"), "net")


def test_the_second_record_adds_gtin_and_other_numbers_also_without_the_first_one() -> None:
    both, alone = lines_of("A;N;M1;00;Modul;;1;0;Stk;28000;R1;W1;;", "T;N;X;;1;;a text;;;;",
                           "B;N;M1;MC;ALT1;S12;0;0;0;9524000041142;;WG2;0;1;;;",
                           "B;A;M2;;;;0;0;0;09524000041142;;;0;1;;;")

    assert (both.at, both.gtin, both.article_buyer, both.features["sub_group"]) == (2, "9524000041142", "ALT1", "WG2")
    assert (alone.at, alone.article_seller, alone.gtin, alone.name) == (5, "M2", "09524000041142", "")


def test_groups_of_products_and_of_discounts_are_told_and_are_no_articles() -> None:
    lines = lines_of("S;;PV;Photovoltaik;MOD;Module", "R;;R1;1;5500;Hausrabatt")

    assert [(line.role, line.article_seller, line.name, dict(line.features)) for line in lines] == [
        ("info", "", "Photovoltaik", {"product_group": "PV"}),
        ("info", "", "Module", {"product_group": "PV", "sub_group": "MOD"}),
        ("info", "", "Hausrabatt", {"discount_group": "R1", "discount_kind": "percent", "discount": "5500"})]


def test_what_is_deleted_or_gets_another_number_says_so() -> None:
    lines = lines_of("A;L;M1;00;;;1;0;;0;;;;", "A;X;M2;00;;;1;0;;0;;;;")

    assert [line.features["mark"] for line in lines] == ["delete", "renumber"]
    assert [line.amount for line in lines] == [None, None]


def test_inches_are_no_quotes_and_umlauts_are_umlauts() -> None:
    [line] = lines_of('A;N;M1;00;Rohr 1/2" Größe;;1;0;m;100;;;;')

    assert line.name == 'Rohr 1/2" Größe'


def test_what_stands_behind_the_mark_of_the_end_is_not_read() -> None:
    [document] = CATALOGUE.read(BytesIO(f"{HEAD}\r\nA;N;M1;00;a;;1;0;m;1;;;;\r\n\x1a\0\0garbage\n".encode("cp850")))

    assert [line.article_seller for line in document.lines] == ["M1"]


@pytest.mark.parametrize(("record", "code", "says"), [
    ("A;N;;00;a;;1;0;m;1;;;;", "empty_cell", "record A: found no number, expected one"),
    ("A;Q;M1;00;a;;1;0;m;1;;;;", "unreadable", "record A: found 'Q', expected N, A, L or X"),
    ("A;N;M1;00;a;;1;7;m;1;;;;", "unreadable", "record A: found '7', expected a price for 1, 10, 100 or 1000"),
    ("A;N;M1;00;a;;1;0;m;2,80;;;;", "unreadable", "record A: price: found '2,80', expected whole hundredths"),
    ("A;N;M1;00;a", "wrong_width", "record A: found 5 cells, expected 13"),
    ("P;A;M1;5;100", "unreadable", "record P: found '5', expected 1 or 2"),
    ("Q;1;2", "unknown_record", "record Q: found a record that DATANORM does not have"),
    ("B;N;M2;;;;0;0;0;12345;;;0;1;;;", "bad_gtin", "record B: GTIN: found '12345', expected 8, 12, 13 or 14 digits"),
])
def test_a_record_that_cannot_be_read_is_named_and_the_others_are_kept(record: str, code: str, says: str) -> None:
    good = "A;N;M{0};00;a;;1;0;m;1;;;;"

    [document] = read(good.format(7), record, good.format(9))

    assert [line.article_seller for line in document.lines] == ["M7", "M9"]
    [fault] = document.faults
    assert (fault.line, fault.code) == (3, code)
    assert fault.text.startswith(says)


def test_years_of_two_digits_are_read_by_the_pivot() -> None:
    years = [read("", "A;N;M1;00;a;;1;0;m;1;;;;", head=HEAD.replace("310725", f"0101{short}"))[0].issue_date
             for short in ("69", "70", "99")]

    assert years == [date(2069, 1, 1), date(1970, 1, 1), date(1999, 1, 1)]


@pytest.mark.parametrize("data", [b"", b"A;N;M1", HEAD.replace("04EUR", "03EUR").encode(), b"V;040;A;20250101;EUR\n",
                                  HEAD.replace("310725", "311325").encode()])
def test_what_opens_no_catalogue_is_refused(data: bytes) -> None:
    assert not CATALOGUE.recognises("DATANORM.001", data)
    with pytest.raises(UnreadableFile, match="expected the first record of DATANORM 4"):
        list(CATALOGUE.read(BytesIO(data)))


def test_a_large_catalogue_comes_in_parts_in_the_order_of_its_lines() -> None:
    parts = read(*(f"A;N;M{number};00;a;;1;0;m;1;;;;" for number in range(12_000)))

    assert [len(part.lines) for part in parts] == [5_000, 5_000, 2_000]
    places = [line.at for part in parts for line in part.lines]
    assert places == sorted(places)


@given(st.lists(st.binary(max_size=60).map(lambda data: data.replace(b"\n", b"").replace(b"\x1a", b"")), max_size=8))
def test_whatever_bytes_follow_nothing_raises(records: Sequence[bytes]) -> None:
    documents = list(CATALOGUE.read(BytesIO(b"\n".join((HEAD.encode(), *records, b"A;N;END;00;a;;1;0;m;1;;;;")))))

    lines = [line for document in documents for line in document.lines]
    assert [line.at for line in lines if line.article_seller == "END"][-1:] == [len(records) + 2]
    assert all(fault.line and fault.line >= 2 for document in documents for fault in document.faults)
