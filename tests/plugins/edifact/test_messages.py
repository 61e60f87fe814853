"""What partners send: deliveries with serials, sales reports with returns, receipts with discrepancies, invoices."""

from datetime import date
from decimal import Decimal

import pytest

from tests.support.edifact import DELIVERY, INVOICE, codes, interchange, message, read, read_one
from treuwerk.domain.documents import Document, DocumentKind, Movement, Party, Purpose

EDILEKTRO = (
    "BGM+351+LS2026004711+9", "DTM+137:202605041030:203", "DTM+11:20260504:102", "DTM+17:20260506:102",
    "RFF+ON:B-2026-118", "DTM+171:20260428:102", "RFF+DQ:LS2026004711",
    "NAD+SU+4012345000009::9++Elektro Nord GmbH", "RFF+VA:DE123456789",
    "NAD+BY+4012345000016::9++Solar Müller GmbH", "RFF+IT:K100", "RFF+VA:DE987654321",
    "NAD+DP+++Baustelle Hafen++Kai 3+Hamburg++20457+DE", "CPS+1", "PAC+2++201::9", "CPS+2+1", "PAC+1++201::9",
    "PCI+33E",
    "GIN+BJ+340123450000000014", "LIN+10++4006381333931:EN", "PIA+1+SW-440M:SA+M440-X:MF", "PIA+5+KD-77:BP",
    "IMD+F++:::Solarmodul 440 Wp, schwarz,:Rahmen 30 mm", "QTY+12:3:PCE", "QTY+21:5:PCE", "GIN+BN+S1001:S1003",
    "RFF+ON:B-2026-118:1", "LIN+20++SW-WR10:SA", "IMD+F++:::Wechselrichter 10 kW", "QTY+12:1:PCE", "GIN+BN+WR?+77",
    "CPS+3+1", "PCI+33E", "GIN+BJ+340123450000000021", "LIN+30++4006381333948:EN", "QTY+12:2.5:MTR", "GIN+BX+L9",
    "LIN+40++4006381333955:EN", "QTY+192:2:PCE", "CNT+2:4")


def test_a_delivery_of_the_electrical_wholesale_is_read_whole() -> None:
    document = read_one("DESADV", *EDILEKTRO)

    assert document.kind is DocumentKind.DELIVERY
    assert (document.number, document.type_code, document.function) == ("LS2026004711", "351", "9")
    assert (document.issue_date, document.delivery_date) == (date(2026, 5, 4), date(2026, 5, 4))
    assert document.seller == Party("Elektro Nord GmbH", (("gln", "4012345000009"), ("vat", "DE123456789")))
    assert document.buyer == Party("Solar Müller GmbH", (
        ("gln", "4012345000016"), ("customer_number", "K100"), ("vat", "DE987654321")))
    assert document.parties == {"ship_to": Party("Baustelle Hafen")}
    assert (document.orders, document.deliveries) == (("B-2026-118",), ("LS2026004711",))
    assert document.faults == ()


def test_lines_have_articles_quantities_serials_and_packages() -> None:
    modules, inverter, cable, gift = read_one("DESADV", *EDILEKTRO).lines

    assert (modules.article_seller, modules.article_buyer, modules.gtin) == ("SW-440M", "KD-77", "4006381333931")
    assert modules.name == "Solarmodul 440 Wp, schwarz, Rahmen 30 mm"
    assert (modules.qty, modules.unit, modules.serials) == (Decimal(3), "PCE", ("S1001", "S1002", "S1003"))
    assert modules.features == {"sscc": "340123450000000014", "ordered": "5", "manufacturer_article": "M440-X"}
    assert inverter.serials == ("WR+77",)
    assert (cable.qty, cable.unit, cable.features) == (
        Decimal("2.5"), "MTR", {"sscc": "340123450000000021", "batch": "L9"})
    assert (gift.qty, gift.features["free_goods"]) == (Decimal(2), "2")


def test_places_of_lines_are_their_segments_and_only_grow() -> None:
    lines = read_one("DESADV", *EDILEKTRO).lines

    assert [line.at for line in lines] == [at for at, segment in enumerate(EDILEKTRO, 3) if segment.startswith("LIN")]


def test_a_message_with_thousands_of_lines_comes_in_parts_with_the_same_head() -> None:
    lines = [segment for number in range(1, 12_001) for segment in (f"LIN+{number}++SW-440M:SA", "QTY+12:1")]

    parts = read(interchange(message("DESADV", *DELIVERY, *lines, "CNT+2:12000")))

    assert [len(part.lines) for part in parts] == [5_000, 5_000, 2_000]
    assert {(part.number, part.buyer, part.event_date) for part in parts} == {
        ("L4711", Party("Solar Müller", (("customer_number", "K100"),)), date(2026, 5, 4))}
    assert [part.faults for part in parts] == [(), (), ()]


def test_a_line_below_another_makes_that_one_a_set() -> None:
    document = read_one("DESADV", *DELIVERY, "LIN+1++SET-5:SA", "QTY+12:1", "LIN+2++SW-440M:SA+1:1", "QTY+12:12",
                        "LIN+3++SW-WR10:SA+1:1", "QTY+12:1")

    assert [(line.role, line.parent) for line in document.lines] == [
        ("set", ""), ("component", "1"), ("component", "1")]


SALES = ("BGM+73E+VB-05+9", "DTM+137:20260601:102", "NAD+SE+4012345000009::9++Elektro Nord GmbH",
         "NAD+SU+4098765000001::9++SolarWorld", "CUX+2:EUR",
         "LOC+162+K100::92:Solar Müller", "DTM+356:20260501-20260531:718", "LIN+1++SW-440M:SA", "QTY+153:27:PCE",
         "PRI+NTP:2700", "LIN+2++SW-WR10:SA", "QTY+153:-1:PCE",
         "LOC+162+4012345000023::9", "DTM+356:20260531:102", "LIN+3++SW-440M:SA", "QTY+153:10:PCE", "QTY+153:2:PCE")


def test_a_sales_report_belongs_to_the_place_of_each_sale() -> None:
    first, second = read_one_report()

    assert {first.kind, second.kind} == {DocumentKind.SALES_REPORT}
    assert (first.number, first.seller.name) == ("VB-05", "Elektro Nord GmbH")
    assert first.buyer == Party("Solar Müller", (("customer_number", "K100"),))
    assert second.buyer == Party("", (("gln", "4012345000023"),))
    assert (first.event_date, second.event_date) == (date(2026, 5, 31), date(2026, 5, 31))


def test_a_return_in_a_sales_report_keeps_its_sign_and_parts_of_a_line_add_up() -> None:
    first, second = read_one_report()

    assert [line.qty for line in first.lines] == [27, -1]
    assert [line.qty for line in second.lines] == [12]


def read_one_report() -> tuple[Document, Document]:
    first, second = read(interchange(message("SLSRPT", *SALES)))
    return first, second


def test_who_bought_a_line_of_a_sales_report_outweighs_the_place() -> None:
    first, second = read(interchange(message("SLSRPT", *SALES[:9], "NAD+BY+K200::91", *SALES[10:12])))

    assert (first.buyer.ids, second.buyer.ids) == (
        (("customer_number", "K200"),), (("customer_number", "K100"),))


def test_a_report_without_places_belongs_to_its_buyer() -> None:
    document = read_one("SLSRPT", "BGM+73E+V1+9", "DTM+137:20260601:102", "DTM+356:20260531:102", "NAD+SU+S::92",
                        "NAD+BY+K100::91", "LIN+1++SW:SA", "QTY+153:1")

    assert document.buyer.ids == (("customer_number", "K100"),)


RECEIPT = ("BGM+632+WE88+9", "DTM+137:20260507:102", "DTM+50:20260506:102", "RFF+DQ:L4711", "RFF+ON:B7",
           "NAD+SU+4012345000009::9", "NAD+BY+K100::91")


def test_a_receipt_tells_what_was_accepted_and_why_something_is_missing() -> None:
    document = read_one("RECADV", *RECEIPT, "LIN+1++SW-440M:SA", "QTY+12:27", "QTY+48:25", "QTY+194:22", "QVR+-5:12+BP")

    [line] = document.lines
    assert (document.kind, document.deliveries, document.delivery_date) == (
        DocumentKind.RECEIPT, ("L4711",), date(2026, 5, 6))
    assert (line.qty, line.features) == (Decimal(22), {"discrepancy": "-5", "discrepancy_reason": "BP"})


@pytest.mark.parametrize(("amounts", "role", "amount"), [
    (("MOA+203:100",), "main", Decimal(100)), (("MOA+64:9.5",), "charge", Decimal("9.5")), ((), "main", None)])
def test_freight_without_an_article_is_a_charge(amounts: tuple[str, ...], role: str, amount: Decimal | None) -> None:
    document = read_one("INVOIC", *INVOICE, "LIN+1", "IMD+F++:::Fracht", "QTY+47:1", *amounts, "UNS+S", "MOA+77:1")

    assert [(line.role, line.amount) for line in document.lines] == [(role, amount)]


def test_a_line_of_text_is_information() -> None:
    document = read_one("INVOIC", *INVOICE, "LIN+1", "IMD+F++:::Vielen Dank", "UNS+S")

    assert [(line.role, line.qty, line.name) for line in document.lines] == [("info", Decimal(0), "Vielen Dank")]


def test_amounts_below_a_charge_of_a_line_are_not_its_own() -> None:
    document = read_one("INVOIC", *INVOICE, "LIN+1++SW:SA", "QTY+47:10", "ALC+A+++1+DI", "MOA+203:5", "UNS+S",
                        "MOA+79:95", "MOA+77:113.05", "TAX+7+VAT+++:::19", "MOA+124:18.05", "MOA+9:113.05")

    assert [line.amount for line in document.lines] == [None]
    assert document.sums == {"lines_total": 95, "tax_total": Decimal("18.05"), "grand_total": Decimal("113.05"),
                             "payable": Decimal("113.05"), "moa_124": Decimal("18.05")}


@pytest.mark.parametrize(("price", "unit_price"), [
    ("PRI+AAA:3630.1724::NTP:100:C62", "36.301724"), ("PRI+AAA:9.83", "9.83"), ("PRI+AAA:.5:::0", "0.5"),
    ("PRI+AAB:12+1", "12")])
def test_a_price_is_that_of_one_unit(price: str, unit_price: str) -> None:
    [line] = read_one("INVOIC", *INVOICE, "LIN+1++SW:SA", "QTY+47:1", price).lines

    assert line.unit_price == Decimal(unit_price)


@pytest.mark.parametrize(("code", "kind"), [
    ("380", DocumentKind.INVOICE), ("389", DocumentKind.INVOICE), ("326", DocumentKind.INVOICE),
    ("381", DocumentKind.CREDIT_NOTE), ("261", DocumentKind.CREDIT_NOTE), ("325", DocumentKind.OTHER)])
def test_the_code_of_an_invoice_says_whether_it_gives_or_takes(code: str, kind: DocumentKind) -> None:
    assert read_one("INVOIC", f"BGM+{code}+R1+9", *INVOICE[1:], "LIN+1++SW:SA", "QTY+47:1").kind is kind


def test_a_returns_advice_is_a_return() -> None:
    document = read_one("DESADV", "BGM+35E+R1+9", *DELIVERY[1:], "LIN+1++SW:SA", "QTY+12:1")

    assert document.kind is DocumentKind.RETURN


def test_references_of_a_credit_note_lead_to_its_invoice() -> None:
    document = read_one("INVOIC", "BGM+381+G1+9", *INVOICE[1:3], "RFF+OI:R815", *INVOICE[3:], "LIN+1++SW:SA",
                        "QTY+47:1", "RFF+IV:R814:1")

    assert (document.previous, document.lines[0].previous) == (("R815",), ("R814",))


@pytest.mark.parametrize(("settings", "ids"), [
    ({}, (("gln", "4012345000016"),)), ({"buyer_roles": ["UC"]}, (("customer_number", "K200"),)),
    ({"buyer_roles": ["ZZ", "UC"], "buyer_scheme": "site"}, (("site", "K200"),))])
def test_who_earns_can_be_agreed(settings: dict[str, object], ids: tuple[tuple[str, str], ...]) -> None:
    document = read_one("DESADV", *DELIVERY[:4], "NAD+BY+4012345000016::9", "NAD+UC+K200", "LIN+1++SW:SA", "QTY+12:1",
                        **settings)

    assert document.buyer.ids == ids


def test_without_a_seller_who_sent_it_numbers_the_documents() -> None:
    document = read_one("DESADV", *DELIVERY[:3], DELIVERY[4], "LIN+1++SW:SA", "QTY+12:1")

    assert document.seller == Party(ids=(("gln", "4012345000009"),))


def test_a_line_number_that_stands_twice_is_told() -> None:
    document = read_one("DESADV", *DELIVERY, "LIN+123++A:SA", "QTY+12:1", "LIN+123++B:SA", "QTY+12:1", "LIN+++C:SA",
                        "QTY+12:1")

    assert [line.id for line in document.lines] == ["123", "123", "3"]
    assert codes(document) == [("warning", "line_twice")]


def test_a_number_in_a_quantity_that_is_none_costs_only_its_line() -> None:
    document = read_one("DESADV", *DELIVERY, "LIN+1++A:SA", "QTY+12:1O", "LIN+2++B:SA", "QTY+12:5", "CNT+2:2")

    assert [line.id for line in document.lines] == ["2"]
    [fault] = document.faults
    assert (fault.code, fault.line, fault.severity, fault.document) == ("unreadable", 8, "error", "L4711")
    assert "LIN+1, QTY: found '1O'" in fault.text


def test_a_document_without_a_number_books_nothing() -> None:
    document = read_one("DESADV", "BGM+351", *DELIVERY[1:], "LIN+1++A:SA", "QTY+12:1")

    assert (document.lines, codes(document)) == ((), [("error", "no_number")])


@pytest.mark.parametrize(("setting", "lines", "found"), [
    ("read", 1, [("warning", "test_transmission")]),
    ("refuse", 0, [("error", "test_refused"), ("warning", "test_transmission")])])
def test_a_test_transmission_is_told_or_refused(setting: str, lines: int, found: list[tuple[str, str]]) -> None:
    unb = "UNB+UNOC:3+A:14+B:14+260504:0915+77++++++1"

    [document] = read(interchange(message("DESADV", *DELIVERY, "LIN+1++A:SA", "QTY+12:1"), unb=unb), test=setting)

    assert (len(document.lines), codes(document)) == (lines, found)


def test_a_positive_quantity_with_a_negative_amount_keeps_both_signs() -> None:
    document = read_one("INVOIC", *INVOICE, "LIN+1++SW:SA", "QTY+47:2", "MOA+203:-20", "LIN+2++SW:SA", "QTY+47:-1",
                        "MOA+203:-10")

    assert [(line.qty, line.amount, line.movement) for line in document.lines] == [
        (Decimal(2), Decimal(-20), Movement.DELIVER), (Decimal(-1), Decimal(-10), Movement.DELIVER)]
    assert document.purpose is Purpose.ORIGINAL
