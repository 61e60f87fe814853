"""Documents of openTRANS: those that others wrote, fact by fact, and what the standard allows besides."""

from io import BytesIO

import pytest

from tests.support.facts import assert_lines, facts_of, shown
from treuwerk.domain.documents import Document, DocumentLine, Purpose
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_opentrans.reader import OpentransReader
from treuwerk_opentrans.settings import OpentransSettings

KINDS = {"dispatchnotification": "delivery"}
SUMS = {"total_amount": "grand_total"}
ROLES = {"deliverer": "carrier", "delivery": "ship_to"}
READER = OpentransReader("wholesaler", OpentransSettings())
PRODUCT = "<PRODUCT_ID><SUPPLIER_PID>M1</SUPPLIER_PID><DESCRIPTION_SHORT>Module</DESCRIPTION_SHORT></PRODUCT_ID>"


@pytest.mark.parametrize("name", ["official_dispatchnotification", "official_invoice", "itscope_order"])
def test_a_document_is_read_fact_by_fact(name: str) -> None:
    document, facts = shown(READER, f"opentrans/{name}.xml"), facts_of(f"opentrans/{name}.xml")

    for line, fact in zip(document["lines"], facts["lines"], strict=True):
        fact.setdefault("unit_price", line["unit_price"])  # the facts have no prices
    assert document["kind"] == KINDS.get(facts["kind"], facts["kind"])
    assert (document["number"], document["issue_date"], document["currency"]) == (
        facts["number"], facts["issue_date"], facts.get("currency", ""))
    assert_lines(document, facts)
    assert {role: (document["parties"][ROLES.get(role, role)]["name"],
                   document["parties"][ROLES.get(role, role)]["ids"]) for role in facts["parties"]} == {
        role: (party.get("name", ""), party["ids"]) for role, party in facts["parties"].items()}
    assert {name: document["sums"].get(SUMS.get(name, name)) for name in facts["sums"]} == facts["sums"]
    assert document["faults"] == []


@pytest.mark.parametrize(("name", "seller", "buyer"), [
    ("official_dispatchnotification", "108304", "968314"), ("official_invoice", "108304", "968314"),
    ("itscope_order", "10000735", "123456")])
def test_seller_and_buyer_are_found_by_reference_and_role(name: str, seller: str, buyer: str) -> None:
    document = shown(READER, f"opentrans/{name}.xml")

    assert (document["seller"]["ids"], document["buyer"]["ids"]) == ([seller], [buyer])
    assert document["buyer"]["schemes"] == ["customer_number"]


def test_what_a_set_holds_is_told_beside_it() -> None:
    [line] = shown(READER, "opentrans/official_invoice.xml")["lines"]

    assert (line["role"], line["features"]) == ("set", {"contents": "4 BG T-38"})


def opentrans(root: str, info: str = "", items: str = "", summary: str = "") -> str:
    return (f'<{root} xmlns="http://www.opentrans.org/XMLSchema/2.1"><{root}_HEADER><{root}_INFO><{root}_ID>D1</{root}_ID>'
            f"<{root}_DATE>2026-03-01T10:00:00+01:00</{root}_DATE>{info}</{root}_INFO></{root}_HEADER>"
            f"<{root}_ITEM_LIST>{items}</{root}_ITEM_LIST><{root}_SUMMARY>{summary}</{root}_SUMMARY></{root}>")


def item(root: str, more: str = "", *, quantity: str = "2", product: str = PRODUCT, kind: str = "") -> str:
    attribute = f' type="{kind}"' if kind else ""
    return (f"<{root}_ITEM{attribute}><LINE_ITEM_ID>1</LINE_ITEM_ID>{product}<QUANTITY>{quantity}</QUANTITY>"
            f"<ORDER_UNIT>C62</ORDER_UNIT>{more}</{root}_ITEM>")


def read(text: str, **settings: object) -> Document:
    reader = OpentransReader("wholesaler", OpentransSettings(**settings))  # type: ignore[arg-type]
    assert reader.recognises("upload.xml", text.encode())
    [document] = reader.read(BytesIO(text.encode()))
    return document


def only_line(text: str) -> DocumentLine:
    [line] = read(text).lines
    return line


@pytest.mark.parametrize(("root", "kind"), [
    ("DISPATCHNOTIFICATION", "delivery"), ("INVOICE", "invoice"), ("RECEIPTACKNOWLEDGEMENT", "receipt"),
    ("RETURNREGISTRATION", "return"), ("ORDER", "order"), ("ORDERCHANGE", "order"), ("ORDERRESPONSE", "order_response"),
    ("INVOICELIST", "other"), ("REMITTANCEADVICE", "other"), ("SUPPLIERCANCELNOTIFICATION", "other")])
def test_case_61_every_document_is_read_by_its_root_and_named_by_its_kind(root: str, kind: str) -> None:
    document = read(opentrans(root))

    assert (document.kind, document.number, str(document.issue_date)) == (kind, "D1", "2026-03-01")


@pytest.mark.parametrize("root", ["DISPATCHNOTIFICATION", "RECEIPTACKNOWLEDGEMENT", "RETURNREGISTRATION",
                                  "ORDERRESPONSE"])
def test_lines_are_read_whatever_the_document(root: str) -> None:
    line = only_line(opentrans(root, items=item(root)))

    assert (line.id, line.article_seller, int(line.qty), line.unit, line.name) == ("1", "M1", 2, "C62", "Module")


def test_a_prefix_or_no_namespace_at_all_makes_no_difference() -> None:
    plain = opentrans("INVOICE", items=item("INVOICE"))
    bare = plain.replace(' xmlns="http://www.opentrans.org/XMLSchema/2.1"', "")
    prefixed = bare.replace("</", "</o:").replace("<", "<o:").replace("<o:/o:", "</o:").replace(
        "<o:INVOICE>", '<o:INVOICE xmlns:o="http://www.opentrans.org/XMLSchema/2.1fd">')

    assert read(plain).lines == read(bare).lines == read(prefixed).lines
    assert len(read(plain).lines) == 1


@pytest.mark.parametrize(("kind", "read_as", "purpose"), [
    ("invoice", "invoice", "original"), ("credit_memo", "credit_note", "original"),
    ("invoice_copy", "invoice", "copy"), ("advice_of_amendment", "invoice", "change")])
def test_the_type_of_an_invoice_says_what_it_is(kind: str, read_as: str, purpose: str) -> None:
    document = read(opentrans("INVOICE", f"<INVOICE_TYPE>{kind}</INVOICE_TYPE>", item("INVOICE")))

    assert (document.kind, document.purpose, document.type_code) == (read_as, Purpose(purpose), kind)


def test_serials_batches_numbers_and_references_of_a_line() -> None:
    product = ("<PRODUCT_ID><SUPPLIER_PID>M1</SUPPLIER_PID><LOT_NUMBER>B1</LOT_NUMBER><SERIAL_NUMBER>S1</SERIAL_NUMBER>"
               '<SERIAL_NUMBER>S2</SERIAL_NUMBER><INTERNATIONAL_PID type="own">7</INTERNATIONAL_PID>'
               '<INTERNATIONAL_PID type="gtin">4012345001235</INTERNATIONAL_PID><BUYER_PID>X9</BUYER_PID></PRODUCT_ID>')
    more = ("<ORDER_REFERENCE><ORDER_ID>B7</ORDER_ID></ORDER_REFERENCE><DELIVERY_REFERENCE><DELIVERYNOTE_ID>L1"
            "</DELIVERYNOTE_ID></DELIVERY_REFERENCE><INVOICE_CORRECTION><INVOICE_REFERENCE><INVOICE_ID>R0</INVOICE_ID>"
            "</INVOICE_REFERENCE></INVOICE_CORRECTION><LOGISTIC_DETAILS><PACKAGE_INFO><PACKAGE><PACKAGE_ID>"
            "340123450000000018</PACKAGE_ID></PACKAGE></PACKAGE_INFO></LOGISTIC_DETAILS>")

    line = only_line(opentrans("INVOICE", items=item("INVOICE", more, product=product)))

    assert (line.serials, line.gtin, line.article_buyer) == (("S1", "S2"), "4012345001235", "X9")
    assert (line.orders, line.deliveries, line.previous) == (("B7",), ("L1",), ("R0",))
    assert line.features == {"batch": "B1", "sscc": "340123450000000018"}


@pytest.mark.parametrize(("kind", "name", "role"), [
    ("extra_item", "Bearbeitung", "charge"), ("pledge_item", "Gitterbox", "charge"), ("", "Frachtkosten", "charge"),
    ("order_item", "Modul", "main")])
def test_case_40_extras_deposits_and_freight_are_charges(kind: str, name: str, role: str) -> None:
    product = f"<PRODUCT_ID><DESCRIPTION_SHORT>{name}</DESCRIPTION_SHORT></PRODUCT_ID>"

    assert only_line(opentrans("INVOICE", items=item("INVOICE", product=product, kind=kind, quantity="0"))).role == role


def test_case_30_a_negative_amount_keeps_its_sign() -> None:
    line = only_line(opentrans("INVOICE", items=item("INVOICE", "<PRICE_LINE_AMOUNT>-50</PRICE_LINE_AMOUNT>")))

    assert (int(line.qty), int(line.amount or 0)) == (2, -50)


def test_a_total_that_lost_its_decimal_point_is_told_and_takes_no_line_away() -> None:
    amount = "<PRICE_LINE_AMOUNT>4680.00</PRICE_LINE_AMOUNT>"

    document = read(opentrans("INVOICE", items=item("INVOICE", amount),
                              summary="<NET_VALUE_GOODS>468000</NET_VALUE_GOODS>"))

    assert [(fault.code, fault.severity) for fault in document.faults] == [("sums_differ", "warning")]
    assert len(document.lines) == 1


def test_a_return_names_its_order_and_a_receipt_its_day() -> None:
    returned = read(opentrans("RETURNREGISTRATION", "<ORDER_ID>B7</ORDER_ID>"))
    receipt = read(opentrans("RECEIPTACKNOWLEDGEMENT", "<RECEIPT_DATE>2026-03-04T08:00:00</RECEIPT_DATE>"))

    assert (returned.number, returned.orders) == ("D1", ("B7",))
    assert str(receipt.delivery_date) == "2026-03-04"


def test_the_suppliers_number_of_a_buyer_has_the_name_that_the_programme_gives() -> None:
    party = ('<PARTIES><PARTY><PARTY_ID type="supplier_specific">K7</PARTY_ID><PARTY_ID type="iln">400</PARTY_ID>'
             "<PARTY_ROLE>buyer</PARTY_ROLE><ADDRESS><NAME>Solar Sanne</NAME><VAT_ID>DE1</VAT_ID></ADDRESS></PARTY>"
             '<PARTY><PARTY_ID type="supplier_specific">W</PARTY_ID><PARTY_ROLE>supplier</PARTY_ROLE></PARTY>'
             "</PARTIES>")

    document = read(opentrans("ORDERRESPONSE", party), buyer_scheme="west_number")

    assert document.buyer.ids == (("gln", "400"), ("west_number", "K7"), ("vat", "DE1"))
    assert document.seller.ids == (("own", "W"),)


def test_a_broken_line_never_takes_a_good_one_with_it() -> None:
    document = read(opentrans("INVOICE", items=item("INVOICE") + item("INVOICE", quantity="zwei") + item("INVOICE")))

    assert [line.at for line in document.lines] == [1, 3]
    [fault] = [fault for fault in document.faults if fault.severity == "error"]
    assert (fault.line, fault.text.startswith("line 1, quantity: found 'zwei', expected a number")) == (2, True)


def test_other_xml_is_refused_by_what_was_found() -> None:
    with pytest.raises(UnreadableFile, match="found ORDER of urn:x, expected a document of openTRANS"):
        list(READER.read(BytesIO(b'<ORDER xmlns="urn:x"/>')))
    assert not READER.recognises("x.xml", b'<ORDER xmlns="urn:x"/>')
    assert not READER.recognises("x.edi", b"UNB+UNOC:3")
