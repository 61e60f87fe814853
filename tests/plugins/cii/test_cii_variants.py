"""What the standard allows and the samples lack: sets, corrections, charges, prices, days, profiles and relatives."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from tests.plugins.cii.documents import UNECE, documents, invoice, line, read, status, totals
from treuwerk.domain.documents import DocumentKind, Movement, Purpose
from treuwerk.domain.tabular import UnreadableFile
from treuwerk_cii.reader import CiiReader
from treuwerk_cii.settings import CiiSettings

BILLED = ("<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>R0</ram:IssuerAssignedID>"
          "</ram:InvoiceReferencedDocument>")


def roles(*lines: str) -> list[tuple[str, str, str]]:
    return [(found.id, found.parent, found.role) for found in read(invoice(*lines)).lines]


def test_case_36_a_priced_line_with_described_parts_is_a_set_that_counts_once() -> None:
    assert roles(line("1", about=status("DETAIL")), line("1.1", about=status("INFORMATION", "1")),
                 line("1.2", "", "", about=status("INFORMATION", "1")), line("2")) == [
        ("1", "", "set"), ("1.1", "1", "component"), ("1.2", "1", "component"), ("2", "", "main")]


def test_case_36_a_group_of_priced_lines_is_a_heading_and_its_lines_count() -> None:
    assert roles(line("1", "", "100", about=status("GROUP")), line("1.1", about=status("DETAIL", "1")),
                 line("1.2", about=status("DETAIL", "1"))) == [
        ("1", "", "info"), ("1.1", "1", "main"), ("1.2", "1", "main")]


def test_case_36_a_group_that_is_only_described_is_sold_as_one() -> None:
    assert roles(line("1", about=status("GROUP")), line("1.1", about=status("INFORMATION", "1"))) == [
        ("1", "", "set"), ("1.1", "1", "component")]


def test_what_a_set_holds_is_told_beside_it() -> None:
    inside = ("<ram:IncludedReferencedProduct><ram:SellerAssignedID>M9</ram:SellerAssignedID><ram:UnitQuantity "
              'unitCode="H87">27</ram:UnitQuantity></ram:IncludedReferencedProduct>')

    [found] = read(invoice(line(product=f"<ram:SellerAssignedID>SET</ram:SellerAssignedID>{inside}{inside}"))).lines

    assert (found.article_seller, found.role) == ("SET", "set")
    assert found.features == {"contents": "27 H87 M9|27 H87 M9"}


def test_case_40_text_lines_freight_and_hours_are_no_goods() -> None:
    note = "<ram:IncludedNote><ram:Content>Lieferung frei Haus</ram:Content></ram:IncludedNote>"
    freight = "<ram:Name>Frachtkosten</ram:Name>"

    found = read(invoice(line("1", "", "", about=note, product="<ram:Name/>"), line("2", product=freight),
                         line("3", unit="HUR"), line("4"))).lines

    assert [(one.id, one.role) for one in found] == [("1", "info"), ("2", "charge"), ("3", "charge"), ("4", "main")]
    assert found[0].name == "Lieferung frei Haus"
    assert [one.role for one in read(invoice(line(unit="HUR")), charges=False).lines] == ["main"]


@pytest.mark.parametrize(("code", "kind"), [
    ("380", "invoice"), ("389", "invoice"), ("326", "invoice"), ("751", "invoice"), ("381", "credit_note"),
    ("261", "credit_note"), ("325", "other")])
def test_case_29_the_type_says_what_an_invoice_is_and_389_is_a_purchase(code: str, kind: str) -> None:
    assert read(invoice(line(), code=code)).kind == kind


def test_case_28_a_corrected_invoice_replaces_when_complete_and_adds_when_negative() -> None:
    complete = read(invoice(line(), code="384", settled=BILLED))
    difference = read(invoice(line("1", "-2", "-50"), line("2", "3", "75"), code="384", settled=BILLED))

    assert (complete.purpose, complete.previous) == (Purpose.REPLACE, ("R0",))
    assert (difference.purpose, [int(one.qty) for one in difference.lines]) == (Purpose.ORIGINAL, [-2, 3])


def test_case_30_negative_lines_keep_the_sign_where_it_stands() -> None:
    found = read(invoice(line("1", "-2", "-50"), line("2", "2", "-50"), line("3"))).lines

    assert [(int(one.qty), one.movement) for one in found] == [
        (-2, Movement.DELIVER), (2, Movement.DELIVER), (2, Movement.DELIVER)]
    assert [one.amount for one in found] == [-50, -50, 50]


def test_case_31_a_prepaid_invoice_is_a_purchase_whatever_is_left_to_pay() -> None:
    document = read(invoice(line(), settled=totals(LineTotalAmount="50", TotalPrepaidAmount="80",
                                                   DuePayableAmount="-30")))

    assert document.kind is DocumentKind.INVOICE
    assert document.sums == {"lines_total": 50, "prepaid": 80, "payable": -30}


@pytest.mark.parametrize("mark", ["<ram:CopyIndicator><udt:Indicator>true</udt:Indicator></ram:CopyIndicator>",
                                  "<ram:Name>Kopie Rechnung</ram:Name>", "<ram:Name>RECHNUNG (Duplikat)</ram:Name>"])
def test_case_08_a_copy_says_so_by_its_mark_or_its_title(mark: str) -> None:
    assert read(invoice(line(), about=mark)).purpose is Purpose.COPY


def test_a_price_for_a_hundred_is_shown_for_one() -> None:
    price = ("<ram:NetPriceProductTradePrice><ram:ChargeAmount>27.50</ram:ChargeAmount>"
             '<ram:BasisQuantity unitCode="H87">100</ram:BasisQuantity></ram:NetPriceProductTradePrice>')

    [found] = read(invoice(line(agreed=price))).lines

    assert found.unit_price == Decimal("0.275")


def test_serials_batches_and_references_of_a_line_are_its_own() -> None:
    instance = ("<ram:SellerAssignedID>M1</ram:SellerAssignedID><ram:IndividualTradeProductInstance><ram:BatchID>B1"
                "</ram:BatchID><ram:SupplierAssignedSerialID>S1</ram:SupplierAssignedSerialID>"
                "</ram:IndividualTradeProductInstance><ram:IndividualTradeProductInstance>"
                "<ram:SupplierAssignedSerialID>S2</ram:SupplierAssignedSerialID></ram:IndividualTradeProductInstance>")
    noted = ("<ram:DeliveryNoteReferencedDocument><ram:IssuerAssignedID>L1</ram:IssuerAssignedID>"
             "</ram:DeliveryNoteReferencedDocument>")
    ordered = ("<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>B7</ram:IssuerAssignedID>"
               "</ram:BuyerOrderReferencedDocument>")

    [found] = read(invoice(line(product=instance, delivered=noted, agreed=ordered, settled=BILLED))).lines

    assert found.serials == ("S1", "S2")
    assert found.features == {"batch": "B1"}
    assert (found.deliveries, found.orders, found.previous) == (("L1",), ("B7",), ("R0",))


@pytest.mark.parametrize(("text", "form"), [
    ("20260315", ' format="102"'), ("202603151030", ' format="203"'), ("2026-03-15", ""), ("260315", ' format="101"'),
    ("2026-03-15T00:00:00", "")])
def test_days_are_read_in_every_format_that_occurs(text: str, form: str) -> None:
    day = ("<ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime>"
           f"<udt:DateTimeString{form}>{text}</udt:DateTimeString></ram:OccurrenceDateTime>"
           "</ram:ActualDeliverySupplyChainEvent>")

    assert read(invoice(line(), delivered=day)).delivery_date == date(2026, 3, 15)


def test_case_50_an_impossible_day_of_delivery_lets_nothing_count() -> None:
    day = ('<ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime><udt:DateTimeString format="102">20261301'
           "</udt:DateTimeString></ram:OccurrenceDateTime></ram:ActualDeliverySupplyChainEvent>")

    document = read(invoice(line(), delivered=day))

    assert document.event_date is None
    assert "found '20261301'" in document.faults[0].text


def test_a_month_of_delivery_names_no_day_and_that_of_the_document_counts() -> None:
    month = ('<ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime><udt:DateTimeString format="610">202602'
             "</udt:DateTimeString></ram:OccurrenceDateTime></ram:ActualDeliverySupplyChainEvent>")

    document = read(invoice(line(), delivered=month))

    assert (document.delivery_date, document.event_date, document.faults) == (None, date(2026, 3, 1), ())


def test_a_broken_line_never_takes_a_good_one_with_it() -> None:
    document = read(invoice(line("1"), line("2", "1.234,5"), line("3")))

    assert [one.id for one in document.lines] == ["1", "3"]
    [fault] = document.faults
    assert (fault.line, fault.document, fault.code) == (2, "R1", "unreadable")
    assert fault.text.startswith("line 2, quantity: found '1.234,5', expected a number")


def test_the_buyer_earns_and_others_are_told_by_their_role() -> None:
    def party(role: str, number: str) -> str:
        return f'<ram:{role}><ram:GlobalID schemeID="0088">{number}</ram:GlobalID></ram:{role}>'

    document = read(invoice(line(), agreed=party("SellerTradeParty", "1") + party("BuyerTradeParty", "2"),
                            delivered=party("ShipToTradeParty", "3"), settled=party("InvoiceeTradeParty", "4")))

    assert (document.seller.ids, document.buyer.ids) == ((("gln", "1"),), (("gln", "2"),))
    assert {role: found.ids[0][1] for role, found in document.parties.items()} == {"ship_to": "3", "invoicee": "4"}


def test_tax_in_another_currency_is_not_that_of_the_document() -> None:
    sums = ('<ram:TaxTotalAmount currencyID="EUR">19</ram:TaxTotalAmount>'
            '<ram:TaxTotalAmount currencyID="SEK">209</ram:TaxTotalAmount>')
    currency = "<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>"
    text = invoice(line(), settled=currency + totals(LineTotalAmount="50"))

    assert read(text.replace("<ram:LineTotalAmount>50</ram:LineTotalAmount></ram:SpecifiedTradeSettlementHeader",
                             f"<ram:LineTotalAmount>50</ram:LineTotalAmount>{sums}</ram:SpecifiedTradeSettlementHeader"
                             )).sums["tax_total"] == 19


def test_prefixes_are_the_senders_choice() -> None:
    text = invoice(line()).replace("ram:", "a:").replace(":ram", ":a").replace("rsm:", "").replace("xmlns:rsm", "xmlns")

    assert len(read(text.replace("udt:", "u:").replace(":udt", ":u")).lines) == 1


def test_an_order_of_the_same_family_is_named_an_order() -> None:
    order = invoice(line()).replace("CrossIndustryInvoice", "SCRDMCCBDACIOMessageStructure").replace(
        "data:standard:SCRDM", "data:SCRDM").replace("BilledQuantity", "RequestedQuantity")

    document = read(order)

    assert (document.kind, document.number, int(document.lines[0].qty)) == ("order", "R1", 2)


def test_a_long_invoice_comes_in_parts_with_its_whole_head_though_it_stands_behind() -> None:
    text = invoice(*(line(str(number)) for number in range(1, 10_502)), settled=totals(LineTotalAmount="525050"))

    parts = documents(text)

    assert [len(part.lines) for part in parts] == [5_000, 5_000, 501]
    assert {(part.number, int(part.sums["lines_total"])) for part in parts} == {("R1", 525_050)}
    assert [one.at for part in parts for one in part.lines] == list(range(1, 10_502))


def test_a_set_is_not_cut_in_two_by_a_part() -> None:
    parts = documents(invoice(
        *(line(str(number)) for number in range(1, 5_000)), line("S", about=status("DETAIL")),
        line("S.1", about=status("INFORMATION", "S")), line("last"), line("last2")))

    assert [part.lines[-1].id for part in parts] == ["S.1", "last2"]
    assert [one.role for one in parts[0].lines[-2:]] == ["set", "component"]


def test_other_xml_is_refused_by_what_was_found() -> None:
    reader = CiiReader("x", CiiSettings())

    with pytest.raises(UnreadableFile, match="found Invoice of urn:x, expected CrossIndustryInvoice of UN/CEFACT"):
        list(reader.read(BytesIO(b'<Invoice xmlns="urn:x"/>')))
    assert not reader.recognises("x.xml", b'<CrossIndustryInvoice xmlns="urn:x"/>')


def test_case_58_a_doctype_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="found a DOCTYPE"):
        list(CiiReader("x", CiiSettings()).read(BytesIO(b"<!DOCTYPE x []>" + invoice(line()).encode())))


def despatch(issued: str, form: str) -> str:
    """A despatch advice of CII, issued then."""
    name = "SCRDMCCBDACIDAMessageStructure"
    text = invoice(line("1", "")).replace(f"{UNECE}CrossIndustryInvoice:100", f"urn:un:unece:uncefact:data:{name}:1")
    return (text.replace("CrossIndustryInvoice", name)
            .replace('format="102">20260301', f'format="{form}">{issued}'))


@pytest.mark.parametrize(("issued", "form", "version"), [
    ("202603011000", "203", "2026-03-01T10:00"), ("20260301100059", "204", "2026-03-01T10:00:59"),
    ("20260301", "102", ""), ("202603012561", "203", "")])
def test_a_despatch_advice_that_is_said_again_is_ordered_by_its_time_of_issue(issued: str, form: str,
                                                                              version: str) -> None:
    document = read(despatch(issued, form))

    assert (document.kind, document.version, document.issue_date) == (
        DocumentKind.DELIVERY, version, date(2026, 3, 1))


def test_invoices_are_never_said_again() -> None:
    assert read(invoice(line()).replace('format="102">20260301', 'format="203">202603011000')).version == ""
