"""Elements are taken apart by plain paths; elements that look alike by the same plan, others by their own."""

from decimal import Decimal
from xml.etree.ElementTree import Element, fromstring

import pytest

from treuwerk.domain.reading import Unreadable
from treuwerk.domain.trade_codes import best_first, id_scheme, is_charge
from treuwerk.domain.trade_values import price_of_one, trade_day, trade_number
from treuwerk.domain.xml_fields import Shape

SHAPE = Shape({"Item/Serial": "serials", "Other/Serial": "serials"}, ["ID", "Item/Name", "Q@unit", "Q"])


def line(text: str) -> Element:
    return fromstring(f"<Line>{text}</Line>")


def test_a_row_has_its_texts_in_order_whatever_the_order_of_the_document() -> None:
    row, more = SHAPE.take(line('<Q unit=" C62 "> 5 </Q><Item><Name>M</Name></Item><ID>1</ID>'))

    assert row == ["1", "M", "C62", "5"]
    assert more.texts("serials") == ()


def test_names_count_at_their_path_only() -> None:
    row, _ = SHAPE.take(line("<Item><ID>inner</ID></Item><Deep><Item><Name>deeper</Name></Item></Deep>"))

    assert row == ["", "", "", ""]


def test_trees_with_the_same_names_in_the_same_order_are_told_apart() -> None:
    inside, _ = SHAPE.take(line("<Item><Name>in</Name></Item>"))
    beside, _ = SHAPE.take(line("<Item/><Name>beside</Name>"))

    assert (inside[1], beside[1]) == ("in", "")


def test_several_elements_of_one_field_come_once_each_in_their_order() -> None:
    _, more = SHAPE.take(line("<Other><Serial>B</Serial></Other><Item><Serial>A</Serial><Serial>B</Serial>"
                              "<Serial/></Item>"))

    assert more.texts("serials") == ("B", "A")
    assert more.text("serials") == "B"


def test_namespaces_do_not_matter() -> None:
    row, _ = SHAPE.take(fromstring('<x:Line xmlns:x="urn:x" xmlns="urn:y"><x:ID>1</x:ID><Q>2</Q></x:Line>'))

    assert row == ["1", "", "", "2"]


def test_thousands_of_different_shapes_are_not_remembered_for_good() -> None:
    shape = Shape({}, ["ID"])

    for number in range(2_000):
        assert shape.take(line(f"<ID>{number}</ID>" + "<a/>" * number))[0] == [str(number)]
    assert len(shape._plans) <= 512


@pytest.mark.parametrize(("text", "number"), [
    ("1", "1"), ("-1.50", "-1.50"), ("+2", "2"), (".5", "0.5"), ("3.", "3"), ("1.0000000000", "1")])
def test_numbers_of_xml_schema(text: str, number: str) -> None:
    assert trade_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "1,5", "1 000", "1e3", "NaN", "--1", "١", ".", "1234567890123456"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match=r"expected a number such as 1234\.5"):
        trade_number(text)


@pytest.mark.parametrize("text", ["2026-03-15", "2026-03-15Z", "2026-03-15+01:00", "2026-03-15T23:59:59.9-05:00"])
def test_the_day_stands_as_it_is_written(text: str) -> None:
    assert trade_day(text).isoformat() == "2026-03-15"


@pytest.mark.parametrize("text", ["2026-02-30", "15.03.2026", "2026-3-15", "2026-03-15 noon", ""])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="expected a calendar date"):
        trade_day(text)


def test_a_price_without_a_base_stays() -> None:
    assert price_of_one(Decimal(5), Decimal(0)) == 5
    assert price_of_one(Decimal(5), Decimal(1)) == 5


def test_schemes_of_numbers_are_known_by_code_and_by_word() -> None:
    assert [id_scheme(code, "?") for code in ("0088", "GLN", "9930", "DKVAT", "DE:VAT", "VKN", "EM", "ZZZ", "")] == [
        "gln", "gln", "vat", "vat", "vat", "tax", "email", "?", "?"]


def test_the_best_scheme_of_a_number_that_comes_twice_stays() -> None:
    party = best_first("S", [("id", "7"), ("email", "a"), ("vat", "DE1"), ("gln", "7"), ("vat", "")])

    assert party.ids == (("gln", "7"), ("vat", "DE1"), ("email", "a"))


@pytest.mark.parametrize(("name", "unit", "charge"), [
    ("Frachtkosten", "C62", True), ("Porto + Versandkosten", "XPP", True), ("Verpackungspauschale", "", True),
    ("Leergutpfand 20 x 0,5l", "H87", True), ("Monteur", "HUR", True), ("Shipping and handling", "C62", True),
    ("Frais de port", "C62", True), ("Montagesystem Ziegeldach", "C62", False), ("Transportbox", "C62", False),
    ("Sunmodule 350", "C62", False), ("Wechselrichter", "H87", False), ("", "", False)])
def test_what_is_no_goods_is_known_by_its_name_or_unit(name: str, unit: str, charge: bool) -> None:
    assert is_charge(name, unit) is charge
