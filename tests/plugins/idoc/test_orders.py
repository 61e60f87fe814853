"""Orders and invoices of SAP: the samples fact by fact, and invoices of our own."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest

from tests.support.samples import expected_facts, samples_folder
from treuwerk.domain.documents import Document, DocumentKind, Purpose
from treuwerk.domain.reading import plain_number
from treuwerk_idoc.reader import IdocReader
from treuwerk_idoc.settings import IdocSettings

ORDERS = ["orders01_a.idoc", "orders01_b.idoc"]
READER = IdocReader("sap", IdocSettings())


def sample(name: str) -> tuple[Document, dict[str, Any]]:
    with (samples_folder("clearing/idoc") / name).open("rb") as stream:
        [document] = READER.read(stream)
    [facts] = expected_facts("clearing/idoc")[name]["facts"]["documents"]
    return document, facts


@pytest.mark.parametrize("name", ORDERS)
def test_the_head_of_an_order_is_read(name: str) -> None:
    document, facts = sample(name)

    assert document.kind is DocumentKind.ORDER
    assert (document.number, document.type_code, document.currency) == (
        facts["number"], facts["order_type"], facts["currency"])
    assert document.issue_date == date.fromisoformat(facts["issue_date"])
    assert plain_number(document.sums["net_total"]) == facts["net_total"]
    partners = {"AG": document.buyer, "LF": document.seller, "WE": document.parties["ship_to"]}
    for role, told in facts["partners"].items():
        assert {told["partn"]} | ({told["lifnr"]} if "lifnr" in told else set()) <= {
            value for _, value in partners[role].ids}
        assert partners[role].name == told.get("name", "")


@pytest.mark.parametrize("name", ORDERS)
def test_the_lines_of_an_order_are_read(name: str) -> None:
    document, facts = sample(name)

    assert len(document.lines) == facts["line_count"]
    for line, told in zip(document.lines, facts["lines"], strict=True):
        found = {"id": line.id, "qty": plain_number(line.qty), "unit": line.unit, "name": line.name,
                 "amount": plain_number(line.amount or Decimal(0)), "article_seller": line.article_seller,
                 "unit_price": plain_number(line.unit_price or Decimal(0)), "article_buyer": line.article_buyer,
                 "gtin": line.gtin}
        assert {key: told.get(key, "") for key in found} == found


def test_a_delivery_without_items_has_no_lines() -> None:
    document, facts = sample("delvry03_header_only.xml")

    assert (document.kind, document.number, document.sender) == (
        DocumentKind.DELIVERY, facts["number"], facts["sender"])
    assert len(document.lines) == facts["line_count"]


def invoice(document_type: str = "INVO", action: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?><INVOIC02><IDOC BEGIN="1"><EDI_DC40><IDOCTYP>INVOIC02</IDOCTYP>
    <MESTYP>INVOIC</MESTYP><SNDPRN>SAPPRD</SNDPRN></EDI_DC40>
    <E1EDK01><ACTION>{action}</ACTION><CURCY>EUR</CURCY><BSART>{document_type}</BSART><BELNR>0090000815</BELNR></E1EDK01>
    <E1EDKA1><PARVW>AG</PARVW><PARTN>0000010260</PARTN><NAME1>Solar Müller</NAME1></E1EDKA1>
    <E1EDKA1><PARVW>RS</PARVW><PARTN>1000</PARTN><NAME1>SolarWorld</NAME1><ILNNR>4012345000009</ILNNR></E1EDKA1>
    <E1EDK02><QUALF>009</QUALF><BELNR>0090000815</BELNR></E1EDK02>
    <E1EDK02><QUALF>001</QUALF><BELNR>B7</BELNR></E1EDK02><E1EDK02><QUALF>012</QUALF><BELNR>0080012345</BELNR></E1EDK02>
    <E1EDK03><IDDAT>012</IDDAT><DATUM>20260506</DATUM></E1EDK03>
    <E1EDK03><IDDAT>035</IDDAT><DATUM>20260504</DATUM></E1EDK03>
    <E1EDP01><POSEX>000010</POSEX><MENGE>27.000</MENGE><MENEE>PCE</MENEE>
      <E1EDP02><QUALF>016</QUALF><BELNR>0080012344</BELNR></E1EDP02>
      <E1EDP19><QUALF>002</QUALF><IDTNR>SW-440M</IDTNR><KTEXT>Modul</KTEXT></E1EDP19>
      <E1EDP26><QUALF>003</QUALF><BETRG>2700.00</BETRG></E1EDP26></E1EDP01>
    <E1EDP01><POSEX>000020</POSEX><MENGE>2.000-</MENGE><MENEE>PCE</MENEE><VPREI>500</VPREI><PEINH>100</PEINH></E1EDP01>
    <E1EDS01><SUMID>010</SUMID><SUMME>2690.00</SUMME></E1EDS01>
    <E1EDS01><SUMID>011</SUMID><SUMME>3201.10</SUMME></E1EDS01></IDOC></INVOIC02>""".encode()


def read(data: bytes) -> Document:
    [document] = READER.read(BytesIO(data))
    return document


def test_an_invoice_is_read_with_its_references_and_sums() -> None:
    document = read(invoice())

    assert (document.kind, document.number, document.currency) == (DocumentKind.INVOICE, "0090000815", "EUR")
    assert (document.issue_date, document.delivery_date) == (date(2026, 5, 6), date(2026, 5, 4))
    assert (document.orders, document.deliveries, document.previous) == (("B7",), ("0080012345",), ())
    assert document.seller.ids == (("gln", "4012345000009"), ("id", "1000"))
    assert document.sums == {"net_total": Decimal(2690), "grand_total": Decimal("3201.10"),
                             "payable": Decimal("3201.10")}
    goods, returned = document.lines
    assert (goods.qty, goods.amount, goods.article_seller, goods.deliveries) == (
        Decimal(27), Decimal(2700), "SW-440M", ("0080012344",))
    assert (returned.qty, returned.unit_price) == (Decimal(-2), Decimal(5))


def test_a_credit_memo_is_a_credit_note() -> None:
    assert read(invoice("CRME")).kind is DocumentKind.CREDIT_NOTE


@pytest.mark.parametrize(("action", "purpose"), [("", Purpose.ORIGINAL), ("003", Purpose.CANCEL)])
def test_the_action_says_what_is_to_be_done(action: str, purpose: Purpose) -> None:
    assert read(invoice(action=action)).purpose is purpose


def test_all_samples_are_recognised_and_no_other_format() -> None:
    found = {path.parent.name for path in samples_folder("clearing").rglob("*.*")
             if path.suffix != ".json" and READER.recognises(path.name, path.read_bytes()[:4096])}

    assert found == {"idoc"}
