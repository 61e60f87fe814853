"""What the standard allows and the samples lack: prefixes, order, missing parts, negative lines, sets, profiles."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Movement, Purpose
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.programme.settings import Hold
from treuwerk.services.clearing.file_verdicts import judged
from treuwerk_ubl.reader import UblReader
from treuwerk_ubl.settings import UblSettings

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
HEAD = "<cbc:ID>R1</cbc:ID><cbc:IssueDate>2026-03-01</cbc:IssueDate>"
ITEM = ("<cac:Item><cbc:Name>Module</cbc:Name><cac:SellersItemIdentification><cbc:ID>M1</cbc:ID>"
        "</cac:SellersItemIdentification></cac:Item>")


def ubl(root: str, body: str) -> str:
    return (f'<{root} xmlns="{UBL}{root}-2" xmlns:cac="{UBL}CommonAggregateComponents-2" '
            f'xmlns:cbc="{UBL}CommonBasicComponents-2">{body}</{root}>')


def invoice_line(quantity: str = "2", amount: str = "50", more: str = "", item: str = ITEM, number: str = "1") -> str:
    return (f'<cac:InvoiceLine><cbc:ID>{number}</cbc:ID><cbc:InvoicedQuantity unitCode="C62">{quantity}'
            f'</cbc:InvoicedQuantity><cbc:LineExtensionAmount>{amount}</cbc:LineExtensionAmount>{item}{more}'
            "</cac:InvoiceLine>")


def invoice(code: str, *lines: str, head: str = "") -> str:
    return ubl("Invoice", f"{HEAD}<cbc:InvoiceTypeCode>{code}</cbc:InvoiceTypeCode>{head}{''.join(lines)}")


def despatch(more: str, root: str = "DespatchAdvice") -> str:
    return ubl(root, HEAD + more)


def read(text: str, **settings: object) -> Document:
    reader = UblReader("wholesaler", UblSettings(**settings))  # type: ignore[arg-type]
    [document] = reader.read(BytesIO(text.encode()))
    return document


def only_line(text: str, **settings: object) -> DocumentLine:
    document = read(text, **settings)
    assert [fault for fault in document.faults if fault.severity == "error"] == []
    [line] = document.lines
    return line


def test_prefixes_are_the_senders_choice() -> None:
    text = invoice("380", invoice_line()).replace("cbc:", "b:").replace(":cbc", ":b").replace("cac:", "").replace(
        "xmlns:cac", "xmlns:unused")
    text = text.replace(f'xmlns="{UBL}Invoice-2"', f'xmlns="{UBL}CommonAggregateComponents-2" xmlns:i="{UBL}Invoice-2"')
    text = text.replace("<Invoice ", "<i:Invoice ").replace("</Invoice>", "</i:Invoice>")

    line = only_line(text)

    assert (line.id, str(line.qty), line.unit, line.article_seller) == ("1", "2", "C62", "M1")


def test_missing_optional_parts_leave_empty_facts() -> None:
    document = read(ubl("Invoice", "<cbc:ID>R1</cbc:ID><cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity>3"
                        "</cbc:InvoicedQuantity></cac:InvoiceLine>"))

    assert (document.number, document.event_date, document.currency) == ("R1", None, "")
    assert document.lines == (DocumentLine(at=1, id="1", article_seller="", qty=Decimal(3), unit=""),)


@pytest.mark.parametrize(("code", "kind"), [
    ("380", "invoice"), ("389", "invoice"), ("384", "invoice"), ("204", "invoice"), ("SATIS", "invoice"),
    ("381", "credit_note"), ("261", "credit_note"), ("IADE", "return"), ("325", "other")])
def test_case_29_the_type_says_what_an_invoice_is_and_389_is_a_purchase(code: str, kind: str) -> None:
    document = read(invoice(code, invoice_line()))

    assert (document.kind, document.type_code, document.purpose) == (kind, code, Purpose.ORIGINAL)


@pytest.mark.parametrize(("root", "kind", "code"), [
    ("SelfBilledInvoice", "invoice", "389"), ("DebitNote", "other", "383"), ("Statement", "other", ""),
    ("Order", "order", ""), ("OrderResponse", "order_response", ""), ("Catalogue", "articles", "")])
def test_other_documents_of_ubl_are_read_and_named_by_their_kind(root: str, kind: str, code: str) -> None:
    document = read(ubl(root, HEAD))

    assert (document.kind, document.number, document.type_code) == (kind, "R1", code)


def test_an_order_shows_its_lines() -> None:
    line = only_line(ubl("Order", f'{HEAD}<cac:OrderLine><cac:LineItem><cbc:ID>7</cbc:ID><cbc:Quantity unitCode="PCE">4'
                         f"</cbc:Quantity>{ITEM}</cac:LineItem></cac:OrderLine>"))

    assert (line.id, str(line.qty), line.unit, line.article_seller) == ("7", "4", "PCE", "M1")


def test_case_30_a_negative_quantity_and_a_negative_amount_keep_their_sign() -> None:
    negative = only_line(invoice("380", invoice_line("-2", "-50")))
    taken_back = only_line(invoice("380", invoice_line("2", "-50")))

    assert [(int(line.qty), int(line.amount or 0), line.movement) for line in (negative, taken_back)] == [
        (-2, -50, Movement.DELIVER), (2, -50, Movement.DELIVER)]


def test_a_discount_written_as_a_line_takes_no_goods_back() -> None:
    item = "<cac:Item><cbc:Name>Rabatt 5 %</cbc:Name></cac:Item>"

    line = only_line(invoice("380", invoice_line("1", "-5", item=item)))

    assert (line.role, line.movement) == ("charge", Movement.DELIVER)


BILLED = ("<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>R0</cbc:ID></cac:InvoiceDocumentReference>"
          "</cac:BillingReference>")


def test_case_28_a_corrected_invoice_replaces_when_complete_and_adds_when_negative() -> None:
    complete = read(invoice("384", invoice_line(), head=BILLED))
    difference = read(invoice("384", invoice_line("-1", "-25"), invoice_line("3", "75", number="2"), head=BILLED))
    unrelated = read(invoice("384", invoice_line()))

    assert (complete.purpose, complete.previous) == (Purpose.REPLACE, ("R0",))
    assert (difference.purpose, difference.previous) == (Purpose.ORIGINAL, ("R0",))
    assert unrelated.purpose is Purpose.ORIGINAL


def test_case_31_a_prepaid_invoice_is_a_purchase_whatever_is_left_to_pay() -> None:
    totals = ("<cac:LegalMonetaryTotal><cbc:LineExtensionAmount>50</cbc:LineExtensionAmount>"
              "<cbc:PrepaidAmount>80</cbc:PrepaidAmount><cbc:PayableAmount>-30</cbc:PayableAmount></cac:LegalMonetaryTotal>")

    document = read(invoice("380", invoice_line(), head=totals))

    assert document.kind is DocumentKind.INVOICE
    assert document.sums == {"lines_total": 50, "prepaid": 80, "payable": -30}
    assert document.lines[0].movement is Movement.DELIVER


def test_case_36_lines_inside_a_line_are_its_components() -> None:
    part = invoice_line("4", "0", number="1.1").replace("InvoiceLine>", "SubInvoiceLine>")
    deeper = invoice_line("1", "0", number="1.1.1").replace("InvoiceLine>", "SubInvoiceLine>")
    nested = part.replace("</cac:SubInvoiceLine>", f"{deeper}</cac:SubInvoiceLine>")

    document = read(invoice("380", invoice_line(more=nested), invoice_line(number="2")))

    assert [(line.at, line.id, line.parent, line.role) for line in document.lines] == [
        (1, "1", "", "set"), (2, "1.1", "1", "component"), (3, "1.1.1", "1.1", "component"), (4, "2", "", "main")]


def test_case_36_a_heading_without_an_article_is_no_set_and_what_is_below_it_counts() -> None:
    part = invoice_line("4", "40", number="1.1").replace("InvoiceLine>", "SubInvoiceLine>")
    freight = invoice_line("1", "10", number="1.2", item="<cac:Item><cbc:Name>Fracht</cbc:Name></cac:Item>").replace(
        "InvoiceLine>", "SubInvoiceLine>")
    heading = "<cac:Item><cbc:Name>Summe der Leistungen</cbc:Name></cac:Item>"

    document = read(invoice("380", invoice_line(item=heading, more=part + freight)))

    assert [(line.id, line.role) for line in document.lines] == [("1", "info"), ("1.1", "main"), ("1.2", "charge")]


def test_the_price_inside_a_despatch_line_is_no_line_of_its_own() -> None:
    nested = ("<cac:Shipment><cac:GoodsItem><cac:InvoiceLine><cbc:ID/><cbc:InvoicedQuantity>0</cbc:InvoicedQuantity>"
              "</cac:InvoiceLine></cac:GoodsItem></cac:Shipment>")

    line = only_line(despatch(f'<cac:DespatchLine><cbc:ID>1</cbc:ID><cbc:DeliveredQuantity unitCode="C62">5'
                              f"</cbc:DeliveredQuantity>{ITEM}{nested}</cac:DespatchLine>"))

    assert line.qty == 5


def test_case_40_freight_and_working_time_are_charges_and_can_be_turned_off() -> None:
    freight = "<cac:Item><cbc:Name>Frachtkostenanteil</cbc:Name></cac:Item>"
    hours = invoice_line().replace('"C62"', '"HUR"')

    assert only_line(invoice("380", invoice_line(item=freight))).role == "charge"
    assert only_line(invoice("380", hours)).role == "charge"
    assert only_line(invoice("380", hours), charges=False).role == "main"


def test_a_price_for_a_hundred_is_shown_for_one() -> None:
    price = ("<cac:Price><cbc:PriceAmount>27.50</cbc:PriceAmount><cbc:BaseQuantity>100</cbc:BaseQuantity></cac:Price>")

    assert only_line(invoice("380", invoice_line(more=price))).unit_price == Decimal("0.275")


def test_case_20_what_is_outstanding_is_told_and_not_counted() -> None:
    line = only_line(despatch(
        '<cac:DespatchLine><cbc:ID>1</cbc:ID><cbc:DeliveredQuantity unitCode="PCE">6</cbc:DeliveredQuantity>'
        f'<cbc:OutstandingQuantity unitCode="PCE">4</cbc:OutstandingQuantity>{ITEM}</cac:DespatchLine>'))

    assert line.qty == 6
    assert line.features == {"outstanding": "4"}


def test_case_21_a_receipt_tells_what_was_short_rejected_and_too_much() -> None:
    line = only_line(despatch(
        '<cac:ReceiptLine><cbc:ID>1</cbc:ID><cbc:ReceivedQuantity unitCode="PCE">98</cbc:ReceivedQuantity>'
        '<cbc:ShortQuantity unitCode="PCE">2</cbc:ShortQuantity><cbc:RejectedQuantity unitCode="PCE">3.0'
        '</cbc:RejectedQuantity><cbc:OversupplyQuantity unitCode="PCE">1</cbc:OversupplyQuantity>'
        "<cac:DespatchLineReference><cbc:LineID>1</cbc:LineID><cac:DocumentReference><cbc:ID>L9</cbc:ID>"
        f"</cac:DocumentReference></cac:DespatchLineReference>{ITEM}</cac:ReceiptLine>", "ReceiptAdvice"))

    assert line.qty == 98
    assert line.deliveries == ("L9",)
    assert line.features == {"short": "2", "rejected": "3", "oversupply": "1"}


@pytest.mark.parametrize(("status", "purpose"), [
    ("9", "original"), ("22", "original"), ("5", "replace"), ("1", "cancel"), ("4", "change"), ("31", "copy"),
    ("Cancelled", "cancel"), ("Revised", "replace"), ("NoStatus", "original")])
def test_the_status_of_a_despatch_advice_says_what_it_is_to_do(status: str, purpose: str) -> None:
    document = read(despatch(f"<cbc:DocumentStatusCode>{status}</cbc:DocumentStatusCode>"))

    assert (document.function, document.purpose) == (status, purpose)


def test_a_copy_says_so() -> None:
    assert read(despatch("<cbc:CopyIndicator>true</cbc:CopyIndicator>")).purpose is Purpose.COPY


@pytest.mark.parametrize("mark", [
    "<cbc:DespatchAdviceTypeCode>Return</cbc:DespatchAdviceTypeCode>",
    ("<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cbc:DocumentType>GoodsReturn</cbc:DocumentType>"
     "</cac:AdditionalDocumentReference>"),
    ("<ext:UBLExtensions xmlns:ext='urn:e'><s:GoodsReturn xmlns:s='urn:s'><cbc:Return>1</cbc:Return></s:GoodsReturn>"
     "</ext:UBLExtensions>")])
def test_a_return_flag_makes_a_return(mark: str) -> None:
    assert read(despatch(mark)).kind is DocumentKind.RETURN


def test_an_empty_return_flag_makes_none() -> None:
    flag = ("<ext:UBLExtensions xmlns:ext='urn:e'><s:GoodsReturn xmlns:s='urn:s'><cbc:Return/></s:GoodsReturn>"
            "<s:Other xmlns:s='urn:s'>1</s:Other></ext:UBLExtensions>")

    assert read(despatch(flag)).kind is DocumentKind.DELIVERY


def party(role: str, number: str) -> str:
    return (f'<cac:{role}><cac:Party><cac:PartyIdentification><cbc:ID schemeID="0088">{number}</cbc:ID>'
            f"</cac:PartyIdentification></cac:Party></cac:{role}>")


def test_points_belong_to_the_buyer_and_not_to_the_place_of_delivery() -> None:
    document = read(despatch("".join(party(role, number) for role, number in (
        ("DespatchSupplierParty", "1"), ("DeliveryCustomerParty", "2"), ("BuyerCustomerParty", "3"),
        ("SellerSupplierParty", "4"), ("OriginatorCustomerParty", "5")))))

    assert (document.seller.ids, document.buyer.ids) == ((("gln", "4"),), (("gln", "3"),))
    assert {role: found.ids[0][1] for role, found in document.parties.items()} == {
        "ship_from": "1", "ship_to": "2", "end_customer": "5"}


def test_of_an_invoice_the_buyer_earns_and_the_invoicee_is_told() -> None:
    document = read(invoice("380", head="".join(party(role, number) for role, number in (
        ("AccountingSupplierParty", "1"), ("AccountingCustomerParty", "2"), ("BuyerCustomerParty", "3")))))

    assert (document.seller.ids, document.buyer.ids) == ((("gln", "1"),), (("gln", "3"),))
    assert document.parties["invoicee"].ids == (("gln", "2"),)


def test_numbers_of_a_party_come_best_first_with_their_schemes() -> None:
    document = read(invoice("380", head=(
        "<cac:AccountingCustomerParty><cbc:SupplierAssignedAccountID>K1</cbc:SupplierAssignedAccountID><cac:Party>"
        '<cbc:EndpointID schemeID="EM">a@b.example</cbc:EndpointID><cac:PartyIdentification><cbc:ID>K2</cbc:ID>'
        "</cac:PartyIdentification><cac:PartyName><cbc:Name>Solar Sanne</cbc:Name></cac:PartyName><cac:PartyTaxScheme>"
        "<cbc:CompanyID>DE1</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
        "<cac:PartyTaxScheme><cbc:CompanyID>201/1</cbc:CompanyID><cac:TaxScheme><cbc:ID>FC</cbc:ID></cac:TaxScheme>"
        '</cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:CompanyID schemeID="0088">400</cbc:CompanyID>'
        "</cac:PartyLegalEntity></cac:Party></cac:AccountingCustomerParty>")), buyer_scheme="nord_number")

    assert document.buyer.name == "Solar Sanne"
    assert document.buyer.ids == (("gln", "400"), ("nord_number", "K2"), ("nord_number", "K1"), ("vat", "DE1"),
                                  ("tax", "201/1"), ("email", "a@b.example"))


def test_case_62_an_invoice_without_lines_is_read_and_a_person_is_told() -> None:
    document = read(invoice("380"))

    [warning] = document.faults
    assert (warning.severity, warning.code, warning.line) == ("warning", "no_lines", None)
    assert "a person must enter its lines" in warning.text


def test_lines_that_do_not_add_up_are_a_warning_and_stay() -> None:
    totals = "<cac:LegalMonetaryTotal><cbc:LineExtensionAmount>51</cbc:LineExtensionAmount></cac:LegalMonetaryTotal>"

    document = read(invoice("380", invoice_line(), head=totals))

    assert len(document.lines) == 1
    assert [(fault.code, fault.severity) for fault in document.faults] == [("sums_differ", "warning")]
    assert "found lines of 50 in all, expected 51" in document.faults[0].text


@pytest.mark.parametrize("told", ["2", "0"])
def test_a_document_that_counts_other_lines_than_it_has_says_so(told: str) -> None:
    counted = f"<cbc:LineCountNumeric>{told}</cbc:LineCountNumeric>"

    document = read(invoice("380", invoice_line(), head=counted))

    assert document.sums["line_count"] == int(told)
    assert [(fault.code, fault.severity) for fault in document.faults] == [("line_count", "warning")]
    assert f"found 1 lines, expected {told}" in document.faults[0].text
    assert not read(invoice("380", invoice_line(), head=counted.replace(told, "1"))).faults


def test_components_are_not_counted_as_lines_of_their_own() -> None:
    counted = "<cbc:LineCountNumeric>1</cbc:LineCountNumeric>"
    part = invoice_line(number="1.1").replace("InvoiceLine>", "SubInvoiceLine>")

    assert not read(invoice("380", invoice_line("1", "50", part), head=counted)).faults


@pytest.mark.parametrize("told", ["1.5", "-1"])
def test_what_is_no_number_of_lines_is_told_and_not_counted(told: str) -> None:
    document = read(invoice("380", invoice_line(), head=f"<cbc:LineCountNumeric>{told}</cbc:LineCountNumeric>"))

    assert [(fault.code, fault.severity) for fault in document.faults] == [("unreadable", "warning")]
    assert "line_count" not in document.sums


def test_a_long_document_that_lacks_lines_is_held_whatever_its_parts() -> None:
    counted = "<cbc:LineCountNumeric>5003</cbc:LineCountNumeric>"
    text = invoice("380", *(invoice_line(number=str(number)) for number in range(1, 5003)), head=counted)
    parts = UblReader("wholesaler", UblSettings()).read(BytesIO(text.encode()))

    [reason] = judged(parts, Hold(miscount=0, miscount_percent=0)).reasons

    assert (reason.code, reason.found, reason.expected) == ("miscount", 5002, 5003)


def test_case_54_a_broken_line_never_takes_a_good_one_with_it() -> None:
    document = read(invoice("380", invoice_line(), invoice_line("2,5", number="2"), invoice_line(number="3")))

    assert [(line.at, line.id) for line in document.lines] == [(1, "1"), (3, "3")]
    [fault] = document.faults
    assert (fault.line, fault.code, fault.document, fault.severity) == (2, "unreadable", "R1", "error")
    assert fault.text == ("line 2, InvoicedQuantity: found '2,5', expected a number such as 1234.5 without grouping; "
                          "ask the sender to correct the document")
    assert "2,5" in fault.raw


def test_case_50_an_impossible_day_of_delivery_lets_nothing_count() -> None:
    delivered = "<cac:Delivery><cbc:ActualDeliveryDate>2026-13-01</cbc:ActualDeliveryDate></cac:Delivery>"

    document = read(invoice("380", invoice_line(), head=delivered))

    assert document.event_date is None
    assert "found '2026-13-01', expected a calendar date" in document.faults[0].text


def test_the_programme_chooses_which_day_is_that_of_the_delivery() -> None:
    shipment = ("<cac:Shipment><cac:Delivery><cac:EstimatedDeliveryPeriod><cbc:EndDate>2026-03-09Z</cbc:EndDate>"
                "</cac:EstimatedDeliveryPeriod><cac:Despatch><cbc:ActualDespatchDate>2026-03-02+01:00"
                "</cbc:ActualDespatchDate></cac:Despatch></cac:Delivery></cac:Shipment>")

    assert read(despatch(shipment)).delivery_date == date(2026, 3, 9)
    assert read(despatch(shipment), delivery_dates=["despatched"]).delivery_date == date(2026, 3, 2)


def test_a_document_in_the_envelope_of_an_access_point_is_read() -> None:
    wrapped = ('<StandardBusinessDocument xmlns="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">'
               "<StandardBusinessDocumentHeader><Sender><Identifier>0088:400</Identifier></Sender>"
               f"</StandardBusinessDocumentHeader>{invoice('380', invoice_line())}</StandardBusinessDocument>")

    document = read(wrapped)

    assert UblReader("x", UblSettings()).recognises("x.xml", wrapped.encode())
    assert (document.kind, document.number, document.sender, len(document.lines)) == ("invoice", "R1", "0088:400", 1)


def test_other_xml_is_refused_by_what_was_found() -> None:
    with pytest.raises(UnreadableFile, match="expected a document of UBL 2; is this the right source"):
        read("<Invoice><ID>1</ID></Invoice>")
    assert not UblReader("x", UblSettings()).recognises("x.xml", b"<Invoice><ID>1</ID></Invoice>")
    assert not UblReader("x", UblSettings()).recognises("x.edi", b"UNB+UNOC:3")


def test_a_long_document_comes_in_parts_with_the_same_head() -> None:
    text = invoice("380", *(invoice_line(number=str(number)) for number in range(1, 12_001)), head=BILLED)

    parts = list(UblReader("x", UblSettings()).read(BytesIO(text.encode())))

    assert [len(part.lines) for part in parts] == [5_000, 5_000, 2_000]
    assert {(part.number, part.previous) for part in parts} == {("R1", ("R0",))}
    assert [line.at for part in parts for line in part.lines] == list(range(1, 12_001))


def test_the_time_of_issue_orders_what_is_said_again_of_a_despatch_advice() -> None:
    again = "<cbc:IssueTime>08:00:00</cbc:IssueTime><cbc:DocumentStatusCode>5</cbc:DocumentStatusCode>"

    assert read(despatch(again)).version == "2026-03-01T08:00:00"
    assert read(invoice("384", head="<cbc:IssueTime>08:00:00</cbc:IssueTime>")).version == ""
