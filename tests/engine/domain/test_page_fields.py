"""What is found on read pages, and what is not: a value is never guessed, and always says how sure it is."""

from datetime import date

import pytest

from tests.support.page_readers import sheet
from treuwerk.domain.finding_lines import Goods
from treuwerk.domain.finding_sellers import SellerKeys
from treuwerk.domain.page_fields import Known, find_fields
from treuwerk.domain.page_words import ReadPage, Word, rows_of
from treuwerk.domain.participants import identifier

MONTHS = {"marz": 3, "march": 3, "mars": 3, "mar": 3, "avril": 4, "april": 4}
SELLERS = SellerKeys.of(
    {("vat", "DE811222333"): "nord", ("gln", "4000001000005"): "sued", ("name", "nordlicht grosshandel"): "nord"},
    {"nord": "Nordlicht Großhandel GmbH", "sued": "Südstrom AG"}, ["Dach & Söhne GmbH"])
ARTICLES = {identifier(key): number for key, number in {
    "M400": "M400", "4012345001235": "M400", "WR-10K": "WR-10K", "20771": "20771", "ZS997": "ZS997"}.items()}
UNITS = {"stk": "PCE", "pcs": "PCE", "palette": "PAL"}


def read(*rows: str, order: str = "dmy", mark: str = ",") -> dict[str, str]:
    """Values by place, those that are less sure than 0.7 in brackets."""
    return read_pages(sheet(*rows), order=order, mark=mark)


def read_pages(*pages: ReadPage, order: str = "dmy", mark: str = ",") -> dict[str, str]:
    known = Known(date(2026, 11, 22), order, MONTHS, SELLERS, Goods.of(ARTICLES, UNITS, mark))
    return {one.place: one.value if one.confidence >= 700 else f"({one.value})" for one in find_fields(pages, known)}


@pytest.mark.parametrize(("row", "number"), [
    ("Lieferschein-Nr.: LS-4711", "LS-4711"), ("Lieferscheinnummer 80012345", "80012345"),
    ("Rechnung Nr. 2024/17 vom 05.03.2018", "2024/17"), ("Rechnungsnummer:R-9", "R-9"),
    ("Handelsrechnung (380) Nr. 471102 vom 05.03.2018", "471102"), ("Invoice No. : CR 1803/0064", "CR 1803/0064"),
    ("Delivery Note No. 4711", "4711"), ("Bon de livraison n° BL-77", "BL-77"),
    ("Facture FA-2017-0010", "FA-2017-0010"),
    ("Numéro de facture : 4711", "4711"), ("Rechnungsnumner 4711", "4711"), ("Beleg-Nr. 30045", "30045")])
def test_numbers_of_documents(row: str, number: str) -> None:
    assert read(row)["number"] == number


@pytest.mark.parametrize("row", [
    "Kundennummer 4711", "Bestellnummer: 4711", "Telefon 030 4711", "Steuernummer: 201/113/40209", "Seite 1",
    "Rechnung gemäß Bestellung", "Lieferdatum 05.03.2018", "Rechnungssumme 473,00", "GTIN: 4012345001235",
    "Rechnungsempfänger"])
def test_what_is_no_number_of_the_document(row: str) -> None:
    assert "number" not in read(row)


def test_a_number_of_something_strange_is_only_offered() -> None:
    assert read("Vorgangsnummer: 4711")["number"] == "(4711)"


def test_a_number_below_its_label_is_found() -> None:
    assert read("Lieferschein-Nr.", "4711", "Dachziegel")["number"] == "4711"


def test_a_number_that_may_be_cut_in_two_is_only_offered() -> None:
    page = ReadPage(1, 620, 877, (Word("Lieferschein", 0.97, 40, 40, 120, 20), Word("LS-47", 0.97, 170, 40, 60, 20),
                                  Word("14", 0.97, 240, 40, 24, 20)))

    assert read_pages(page)["number"] == "(LS-4714)"


def test_an_invoice_that_names_a_delivery_note_is_an_invoice() -> None:
    found = read("Rechnungsnummer R-1", "Lieferscheinnummer LS-2", "Bestellung: B-3081", "Kundennr. 1001")

    assert (found["number"], found["kind"], found["order"], found["customer"]) == ("R-1", "invoice", "B-3081", "1001")


@pytest.mark.parametrize(("row", "order", "day"), [
    ("Datum: 05.03.2018", "dmy", "2018-03-05"), ("Date: 03/05/2018", "mdy", "2018-03-05"),
    ("Datum: 2018-03-05", "dmy", "2018-03-05"), ("Datum 5. März 2018", "dmy", "2018-03-05"),
    ("Date: Mar 5, 2018", "dmy", "2018-03-05"), ("Date : 05-03-18", "dmy", "2018-03-05"),
    ("Rechnung 4711 vom 05. 03. 2018", "dmy", "2018-03-05")])
def test_days_of_documents(row: str, order: str, day: str) -> None:
    assert read(row, order=order)["issued_on"] == day


@pytest.mark.parametrize("row", [
    "Datum: 03/13/2018",  # no thirteenth month where the day comes first
    "Datum: 31.02.2018", "Datum: 05.03.2031", "zahlbar bis 05.03.2018", "Bestelldatum 05.03.2018",
    "Date d'échéance 05/03/2018", "Printed Date : 05-03-18"])
def test_days_that_are_none_or_another_are_left_out(row: str) -> None:
    assert "issued_on" not in read(row)


def test_a_day_without_a_word_is_only_offered() -> None:
    assert read("Solarhandel 05.03.2018")["issued_on"] == "(2018-03-05)"


def test_the_day_of_the_delivery_is_another_one() -> None:
    found = read("Rechnungsdatum 06.03.2018", "Liefer- und Leistungsdatum: 05.03.2018")

    assert (found["issued_on"], found["delivered_on"]) == ("2018-03-06", "2018-03-05")


@pytest.mark.parametrize(("row", "name"), [
    ("USt-IdNr: DE 811 222 333", "Nordlicht Großhandel GmbH"), ("ILN 4000001000005", "Südstrom AG"),
    ("NORDLICHT GROSSHANDEL Filiale Ost", "Nordlicht Großhandel GmbH"),
    ("Irgendwer Solar GmbH", "(Irgendwer Solar GmbH)")])
def test_sellers(row: str, name: str) -> None:
    assert read(row)["seller_name"] == name


def test_the_buyer_is_no_seller() -> None:
    assert "seller_name" not in read("Dach & Söhne GmbH")


def test_the_words_of_a_delivery_say_whose_day_it_is() -> None:
    assert read("Geliefert am 05.11.2025 an Dach & Söhne")["delivered_on"] == "2025-11-05"


def test_two_sellers_on_one_page_are_left_to_a_person() -> None:
    assert read("DE811222333", "4000001000005")["seller"].startswith("(")


@pytest.mark.parametrize(("rows", "qty"), [
    (("1 M400 Modul 10 Stk.",), "10"), (("M400 Modul 10Stk",), "10"), (("M400", "10 Stk 99,00 990,00"), "10"),
    (("Modul schwarz 10 Stk", "M400"), "10"), (("M400 Modul 99,00 10 990,00",), "10"),
    (("M400 Modul 1.000 Stk",), "1000"), (("Artikel Bezeichnung Menge Preis", "M400 x           3"), None)])
def test_quantities(rows: tuple[str, ...], qty: str | None) -> None:
    found = read(*rows)

    assert found["line.1.article"] == "M400"
    assert found.get("line.1.qty") == (qty or found.get("line.1.qty"))


def test_the_mark_of_decimals_is_the_programmes() -> None:
    assert read("M400 Modul 1.250 Stk", mark=",")["line.1.qty"] == "1250"
    assert read("M400 Modul 1.250 Stk", mark=".")["line.1.qty"] == "1.25"


def test_a_line_is_found_by_gtin_and_not_twice() -> None:
    found = read("1 M400 Modul 10 Stk", "GTIN: 4012345001235", "2 WR-10K Wechselrichter 2 Stk")

    assert [found[f"line.{at}.article"] for at in (1, 2)] == ["M400", "WR-10K"]
    assert "line.3.article" not in found


def test_an_article_that_only_looks_alike_is_offered() -> None:
    assert read("1 2S997 Zitrone 5 Stk")["line.1.article"] == "(ZS997)"


def test_a_house_number_is_no_line() -> None:
    assert read("20771 Hamburg")["line.1.article"] == "(20771)"


def test_the_least_certain_word_decides() -> None:
    assert read("Lieferschein Nr. 4711~40")["number"] == "(4711)"


def test_nothing_is_found_on_a_blank_page() -> None:
    assert read() == {}
    assert read_pages() == {}


def test_rows_of_a_photo_that_is_askew_hold_together() -> None:
    words = [Word(f"w{at}", 0.9, 100 * at, 100 + 6 * at, 80, 20) for at in range(8)]
    below = [Word(f"b{at}", 0.9, 100 * at, 140 + 6 * at, 80, 20) for at in range(8)]

    rows = rows_of(ReadPage(1, 1_000, 1_000, tuple(below + words)))

    assert [[word.text[0] for word in row] for row in rows] == [["w"] * 8, ["b"] * 8]
