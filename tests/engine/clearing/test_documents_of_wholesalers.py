"""What a wholesaler sends as XML or PDF earns as a line of the feed does, once, for the one who bought."""

from pathlib import Path

import pytest

from tests.plugins.cii.documents import invoice, line, pdf, status
from tests.support.worlds import World, make_world
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.store.database import Database

SOURCES = """
[[sources]]
name = "ubl"
reader = "ubl"
delivery_dates = ["delivered", "despatched"]
features = { scope = "MODULE" }

[[sources]]
name = "cii"
reader = "cii"
features = { scope = "MODULE" }

[[sources]]
name = "opentrans"
reader = "opentrans"
features = { scope = "MODULE" }

[measures]
C62 = 1
H87 = 1
"""
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
SELLER = "<ram:SellerTradeParty><ram:ID>E1</ram:ID><ram:Name>Elektro Nord</ram:Name></ram:SellerTradeParty>"
BUYER = ('<ram:BuyerTradeParty><ram:GlobalID schemeID="0088">4012345000009</ram:GlobalID>'
         "<ram:Name>Sonnendach</ram:Name></ram:BuyerTradeParty>")
BILLED = ("<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>R1</ram:IssuerAssignedID>"
          "</ram:InvoiceReferencedDocument>")
MODULE = "<ram:SellerAssignedID>SW-M-400</ram:SellerAssignedID><ram:Name>Modul 400</ram:Name>"


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme that reads documents of wholesalers besides the feed; runs once per database."""
    return make_world(tmp_path / "league", database, other=[
        ('plugins = ["csv_feed"', 'plugins = ["csv_feed", "cii", "opentrans", "ubl"'), ("\n[measures]\n", SOURCES)])


def cii(*lines: str, **head: str) -> str:
    return invoice(*lines, agreed=SELLER + BUYER, **head)


def codes(receipt: Receipt) -> list[str]:
    return [str(problem["code"]) for problem in receipt.problems]


def despatch(*parties: str, quantity: str = "10", number: str = "L1", more: str = "") -> str:
    return (f'<DespatchAdvice xmlns="{UBL}DespatchAdvice-2" xmlns:cac="{UBL}CommonAggregateComponents-2" '
            f'xmlns:cbc="{UBL}CommonBasicComponents-2"><cbc:ID>{number}</cbc:ID><cbc:UUID>88C7280E</cbc:UUID>'
            f"<cbc:IssueDate>2026-05-04</cbc:IssueDate>{''.join(parties)}<cac:DespatchLine><cbc:ID>1</cbc:ID>"
            f'<cbc:DeliveredQuantity unitCode="C62">{quantity}</cbc:DeliveredQuantity>{more}<cac:Item>'
            "<cbc:Name>Modul 400</cbc:Name><cac:SellersItemIdentification><cbc:ID>SW-M-400</cbc:ID>"
            "</cac:SellersItemIdentification></cac:Item></cac:DespatchLine></DespatchAdvice>")


def party(role: str, number: str) -> str:
    return (f'<cac:{role}><cac:Party><cac:PartyIdentification><cbc:ID schemeID="0088">{number}</cbc:ID>'
            f"</cac:PartyIdentification><cac:PartyName><cbc:Name>{role}</cbc:Name></cac:PartyName></cac:Party></cac:{role}>")


BOUGHT = (party("SellerSupplierParty", "4000001000005"), party("BuyerCustomerParty", "4012345000009"))


def test_an_invoice_earns_as_a_line_of_the_feed_does(world: World) -> None:
    receipt = world.clear(cii(line(product=MODULE, quantity="10")), name="rechnung.xml")

    assert (receipt.tally.booked, codes(receipt)) == (1, [])
    assert world.balances() == {("10017", "bonus"): 400, ("10017", "status"): 400}
    assert world.violated() == {}


def test_case_17_the_same_invoice_inside_a_pdf_earns_nothing_more(world: World) -> None:
    text = cii(line(product=MODULE, quantity="10"))
    world.clear(text, name="rechnung.xml")

    receipt = world.clear(pdf([("factur-x.xml", text.encode())]), name="rechnung.pdf")

    assert (receipt.tally.booked, receipt.tally.duplicate) == (0, 1)
    assert world.points()["bonus"] == 400


def test_case_36_a_set_with_described_parts_earns_once(world: World) -> None:
    receipt = world.clear(cii(line("1", "10", product=MODULE, about=status("DETAIL")),
                              line("1.1", "10", product=MODULE, about=status("INFORMATION", "1"))), name="set.xml")

    assert (receipt.tally.booked, receipt.tally.ignored) == (1, 1)
    assert world.points()["bonus"] == 400


def test_case_40_freight_and_texts_are_no_error_and_earn_nothing(world: World) -> None:
    receipt = world.clear(cii(line("1", "10", product=MODULE), line("2", "1", product="<ram:Name>Fracht</ram:Name>"),
                              line("3", "", "", product="<ram:Name>Vielen Dank</ram:Name>")), name="rechnung.xml")

    assert (receipt.tally.booked, receipt.tally.ignored, codes(receipt)) == (1, 2, [])


def test_case_29_a_self_billed_invoice_earns(world: World) -> None:
    assert world.clear(cii(line(product=MODULE), code="389"), name="gutschrift.xml").tally.booked == 1


def test_case_46_the_buyer_earns_wherever_the_goods_go(world: World) -> None:
    receipt = world.clear(despatch(*BOUGHT, party("DeliveryCustomerParty", "4999999000004")), name="avis.xml")

    assert receipt.tally.booked == 1
    assert set(world.balances()) == {("10017", "bonus"), ("10017", "status")}


def test_case_11_documents_that_share_a_uuid_are_two_purchases(world: World) -> None:
    world.clear(despatch(*BOUGHT), name="a.xml")

    receipt = world.clear(despatch(*BOUGHT, number="L2"), name="b.xml")

    assert receipt.tally.booked == 1
    assert world.points()["bonus"] == 800


def test_case_20_only_what_was_delivered_earns(world: World) -> None:
    world.clear(despatch(*BOUGHT, more='<cbc:OutstandingQuantity unitCode="C62">4</cbc:OutstandingQuantity>'),
                name="teil.xml")

    assert world.points()["bonus"] == 400


def test_case_61_an_order_is_refused_by_its_kind(world: World) -> None:
    order = ('<ORDER xmlns="http://www.opentrans.org/XMLSchema/2.1"><ORDER_HEADER><ORDER_INFO><ORDER_ID>B1</ORDER_ID>'
             "</ORDER_INFO></ORDER_HEADER><ORDER_ITEM_LIST><ORDER_ITEM><LINE_ITEM_ID>1</LINE_ITEM_ID><QUANTITY>2"
             "</QUANTITY></ORDER_ITEM></ORDER_ITEM_LIST></ORDER>")

    receipt = world.clear(order, name="bestellung.xml")

    assert (receipt.tally.booked, codes(receipt)) == (0, ["wrong_kind"])
    assert "an order is no purchase yet" in str(receipt.problems[0]["reason"])


@pytest.mark.parametrize(("quantity", "amount"), [("-4", "-400"), ("4", "-400")], ids=["quantity", "amount"])
def test_case_30_a_negative_line_takes_back_what_was_bought_before(world: World, quantity: str, amount: str) -> None:
    world.clear(cii(line(product=MODULE, quantity="10", amount="1000")), name="a.xml")

    world.clear(cii(line(product=MODULE, quantity=quantity, amount=amount), number="R2", settled=BILLED), name="b.xml")

    assert world.points()["bonus"] == 240
    assert world.violated() == {}


RECEIVED = ("<cac:DespatchDocumentReference><cbc:ID>L1</cbc:ID></cac:DespatchDocumentReference>")


def test_case_21_what_was_short_or_rejected_reduces_the_delivery(world: World) -> None:
    world.clear(despatch(*BOUGHT, quantity="10"), name="avis.xml")
    receipt = despatch(*BOUGHT, RECEIVED, quantity="8", number="W1", more=(
        '<cbc:ShortQuantity unitCode="C62">2</cbc:ShortQuantity>'
        '<cbc:RejectedQuantity unitCode="C62">3</cbc:RejectedQuantity>'))

    world.clear(receipt.replace("DespatchAdvice", "ReceiptAdvice").replace("DespatchLine", "ReceiptLine").replace(
        "DeliveredQuantity", "ReceivedQuantity"), name="eingang.xml")

    assert world.points()["bonus"] == 200
    assert world.violated() == {}


def test_case_28_a_complete_corrected_invoice_takes_the_place_of_the_one_that_it_names(world: World) -> None:
    world.clear(cii(line(product=MODULE, quantity="10", amount="1000")), name="a.xml")

    world.clear(cii(line(product=MODULE, quantity="6", amount="600"), number="R2", code="384", settled=BILLED),
                name="b.xml")

    assert world.points()["bonus"] == 240
    assert world.violated() == {}


def test_case_28_a_corrected_invoice_with_negative_lines_says_what_changes(world: World) -> None:
    world.clear(cii(line(product=MODULE, quantity="10", amount="1000")), name="a.xml")

    world.clear(cii(line("1", "-10", "-1000", product=MODULE), line("2", "6", "600", product=MODULE), number="R2",
                    code="384", settled=BILLED), name="b.xml")

    assert world.points()["bonus"] == 240
    assert world.violated() == {}


def test_case_22_a_credit_note_takes_back_what_its_invoice_gave(world: World) -> None:
    world.clear(cii(line(product=MODULE, quantity="10", amount="1000")), name="a.xml")

    world.clear(cii(line(product=MODULE, quantity="3", amount="300"), number="G1", code="381", settled=BILLED),
                name="b.xml")

    assert world.points()["bonus"] == 280
    assert world.violated() == {}


def test_case_48_goods_that_stay_in_one_company_earn_nothing(world: World) -> None:
    own = (party("DespatchSupplierParty", "4012345000009"), party("DeliveryCustomerParty", "4012345000009"))

    receipt = world.clear(despatch(*own), name="umlagerung.xml")

    assert (receipt.tally.booked, codes(receipt)) == (0, ["internal_movement"])
