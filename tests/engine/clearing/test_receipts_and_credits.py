"""Receipts of nothing, and credits for a price: what the forms of each format come to."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.engine.clearing.test_documents_of_wholesalers import UBL
from tests.support.corrections import MAY, bonus, clear, document, goods
from tests.support.edifact import interchange, message
from tests.support.worlds import World, make_world
from treuwerk.domain.documents import DocumentKind, DocumentLine
from treuwerk.store.database import Database

CREDIT, INVOICE, RECEIPT = DocumentKind.CREDIT_NOTE, DocumentKind.INVOICE, DocumentKind.RECEIPT
JUNE = MAY.replace(month=6, day=1)
SOURCES = """
[[sources]]
name = "edi"
reader = "edifact"

[[sources]]
name = "ubl"
reader = "ubl"

[measures]
C62 = 1
"""


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with a feed, EDIFACT and UBL, in which what says nothing of its scope counts as modules."""
    return make_world(tmp_path / "league", database, other=[
        ('"csv_feed",', '"csv_feed", "edifact", "ubl",'), ("MODULE = 1 }", 'MODULE = 1, "" = 1 }'),
        ("\n[measures]\n", SOURCES)])


def received(*quantities: tuple[str, str]) -> str:
    """A receipt advice of one line with these quantities, about the delivery note D-1."""
    said = "".join(f'<cbc:{name} unitCode="C62">{value}</cbc:{name}>' for name, value in quantities)
    return (f'<ReceiptAdvice xmlns="{UBL}ReceiptAdvice-2" xmlns:cac="{UBL}CommonAggregateComponents-2" '
            f'xmlns:cbc="{UBL}CommonBasicComponents-2"><cbc:ID>E-1</cbc:ID><cbc:IssueDate>2026-05-06</cbc:IssueDate>'
            "<cac:DespatchDocumentReference><cbc:ID>D-1</cbc:ID></cac:DespatchDocumentReference>"
            "<cac:BuyerCustomerParty><cac:Party><cac:PartyIdentification><cbc:ID>10017</cbc:ID></cac:PartyIdentification>"
            "</cac:Party></cac:BuyerCustomerParty><cac:SellerSupplierParty><cac:Party><cac:PartyName><cbc:Name>SolarWorld"
            "</cbc:Name></cac:PartyName></cac:Party></cac:SellerSupplierParty><cac:ReceiptLine><cbc:ID>1</cbc:ID>"
            f"{said}<cac:Item><cac:SellersItemIdentification><cbc:ID>SW-M-400</cbc:ID></cac:SellersItemIdentification>"
            "</cac:Item></cac:ReceiptLine></ReceiptAdvice>")


@pytest.mark.parametrize(("said", "left"), [
    ([("ReceivedQuantity", "18"), ("ShortQuantity", "2"), ("RejectedQuantity", "3")], 15),
    ([("ReceivedQuantity", "0"), ("ShortQuantity", "20")], 0),
    ([("ReceivedQuantity", "20"), ("RejectedQuantity", "20")], 0),
    ([("ReceivedQuantity", "0")], 0),
    ([("ShortQuantity", "2"), ("RejectedQuantity", "3")], 15),
    ([("ReceivedQuantity", "22"), ("OversupplyQuantity", "2")], 20),
], ids=["some", "none", "all rejected", "zero", "only what is missing", "too many"])
def test_case_21_what_a_receipt_advice_leaves_of_a_delivery(world: World, said: list[tuple[str, str]],
                                                            left: int) -> None:
    clear(world, document("D-1", goods(1, "20")))

    receipt = world.clear(received(*said).encode(), name="receipt.xml", source="ubl")

    assert (receipt.tally.booked, receipt.problems) == (1, [])
    assert bonus(world) == left * 80
    assert world.violated() == {}


def test_case_21_a_receipt_that_says_no_quantity_waits(world: World) -> None:
    clear(world, document("D-1", goods(1, "20")))

    receipt = world.clear(received().encode(), name="receipt.xml", source="ubl")

    assert [one["code"] for one in receipt.problems] == ["no_quantity"]
    assert bonus(world) == 1600


@pytest.mark.parametrize(("said", "left"), [
    (["QTY+194:0:PCE"], 0), (["QTY+48:20:PCE", "QTY+195:20:PCE"], 0), (["QTY+48:18:PCE", "QTY+195:3:PCE"], 15),
    (["QTY+194:20:PCE"], 20)], ids=["none accepted", "all refused", "some refused", "all accepted"])
def test_case_21_what_a_recadv_leaves_of_a_delivery(world: World, said: list[str], left: int) -> None:
    clear(world, document("D-1", goods(1, "20")))
    recadv = message("RECADV", "BGM+632+E1+9", "DTM+137:20260506:102", "RFF+DQ:D-1", "NAD+SU+++SolarWorld",
                     "NAD+BY+10017::91", "LIN+1++SW-M-400:SA", *said)

    receipt = world.clear(interchange(recadv), name="recadv.edi", source="edi")

    assert receipt.problems == []
    assert bonus(world) == left * 80
    assert world.violated() == {}


def test_case_21_nothing_of_an_article_arrived_in_any_order(world: World) -> None:
    clear(world, document("E-1", goods(1, "0"), kind=RECEIPT, deliveries=("D-1",)))

    clear(world, document("D-1", goods(1, "20"), goods(2, "5", article="SW-M-405")))

    assert bonus(world) == 5 * 81
    assert world.violated() == {}


def bought(world: World) -> None:
    clear(world, document("R-1", goods(1, "10", amount=Decimal(1000)), kind=INVOICE))


@pytest.mark.parametrize(("line", "more"), [
    (goods(1, "10", amount=Decimal(50)), {"type_code": "83"}),
    (goods(1, "10", amount=Decimal(50), name="Preisdifferenz SW-M-400"), {}),
    (goods(1, "10", amount=Decimal(50)), {"gives_back": "price"}),
    (goods(1, "10", amount=Decimal(50), features={"gives_back": "price"}), {"type_code": "381"}),
    (goods(1, "0", amount=Decimal(50)), {}),
], ids=["by its code", "by the line", "by a note", "by a reason", "without pieces"])
def test_case_27_a_credit_for_the_price_takes_no_goods_back(world: World, line: DocumentLine,
                                                            more: dict[str, Any]) -> None:
    bought(world)

    receipt = clear(world, document("G-1", line, kind=CREDIT, day=JUNE, previous=("R-1",), **more))

    assert (receipt.tally.ignored, receipt.problems) == (1, [])
    assert bonus(world) == 800
    assert world.violated() == {}


@pytest.mark.parametrize(("line", "more"), [
    (goods(1, "10", amount=Decimal(50)), {}), (goods(1, "10", amount=Decimal(50)), {"gives_back": "unclear"}),
], ids=["far less than it cost", "goods and price named"])
@pytest.mark.parametrize("first", [True, False], ids=["purchase first", "credit first"])
def test_case_27_where_nobody_can_tell_it_waits_for_a_person(world: World, line: DocumentLine, more: dict[str, Any],
                                                             first: bool) -> None:
    credit = document("G-1", line, kind=CREDIT, day=JUNE, previous=("R-1",), **more)

    if first:
        bought(world)
    receipt = clear(world, credit)
    if not first:
        bought(world)
        receipt = clear(world, credit)

    assert [one["code"] for one in receipt.problems] == ["price_or_goods"]
    assert bonus(world) == 800
    assert world.violated() == {}


@pytest.mark.parametrize("more", [{}, {"gives_back": "goods"}, {"type_code": "381"}])
@pytest.mark.parametrize("amount", [None, Decimal(300), Decimal(270)], ids=["no amount", "in full", "less a charge"])
def test_case_22_goods_that_went_back_are_taken_back(world: World, more: dict[str, Any],
                                                     amount: Decimal | None) -> None:
    bought(world)

    clear(world, document("G-1", goods(1, "3", amount=amount), kind=CREDIT, day=JUNE, previous=("R-1",), **more))

    assert bonus(world) == 7 * 80
    assert world.violated() == {}


def test_a_debit_note_delivers_nothing(world: World) -> None:
    bought(world)

    unclear = clear(world, document("B-1", goods(1, "10", amount=Decimal(20)), kind=INVOICE, type_code="383",
                                    previous=("R-1",)))
    price = clear(world, document("B-2", goods(1, "10", amount=Decimal(20), name="Preisanpassung"), kind=INVOICE,
                                  type_code="383", previous=("R-1",)))

    assert ([one["code"] for one in unclear.problems], price.tally.ignored) == (["price_or_goods"], 1)
    assert bonus(world) == 800


@pytest.mark.parametrize(("segments", "code"), [
    (["AJT+57"], []), (["AJT+35"], []), (["FTX+AAI+++Gutschrift zur Preiskorrektur"], [])])
def test_reasons_of_an_invoic_tell_goods_from_their_price(world: World, segments: list[str], code: list[str]) -> None:
    bought(world)
    head = [one for one in segments if one.startswith("FTX")]
    credit = message("INVOIC", "BGM+381+G1+9", "DTM+137:20260601:102", *head, "RFF+OI:R-1", "NAD+SU+++SolarWorld",
                     "NAD+BY+10017::91", "CUX+2:EUR:4", "LIN+1++SW-M-400:SA", "QTY+47:10:PCE", "MOA+203:50",
                     *[one for one in segments if one not in head])

    receipt = world.clear(interchange(credit), name="credit.edi", source="edi")

    assert [one["code"] for one in receipt.problems] == code
    assert bonus(world) == (0 if segments == ["AJT+35"] else 800)
