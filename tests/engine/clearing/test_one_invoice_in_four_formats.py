"""Case 17 with real files: one invoice as CII, as UBL, as EDIFACT and inside a PDF; each reader says the same of it."""

from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.plugins.cii.documents import invoice, line, pdf
from tests.support.edifact import interchange, message
from tests.support.worlds import World, make_world
from treuwerk.store.database import Database
from treuwerk.store.tables import purchase_line

SOURCES = """
[[sources]]
name = "cii"
reader = "cii"

[[sources]]
name = "ubl"
reader = "ubl"

[[sources]]
name = "edi"
reader = "edifact"

[measures]
C62 = 1
H87 = 1
"""
SELLERS = "code;name;country;aliases\nNORD;Elektro Nord GmbH;DE;gln:4012345000023|vat:DE811222333\n"
CII = invoice(
    line(product="<ram:SellerAssignedID>SW-M-400</ram:SellerAssignedID><ram:Name>Modul 400</ram:Name>", quantity="10",
         amount="800"), number="RE-0077",
    agreed='<ram:SellerTradeParty><ram:Name>Elektro Nord</ram:Name><ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">'
           "DE811222333</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty><ram:BuyerTradeParty>"
           '<ram:GlobalID schemeID="0088">4012345000009</ram:GlobalID><ram:Name>Sonnendach</ram:Name>'
           "</ram:BuyerTradeParty>").replace("20260301", "20260504").encode()
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
UBL = f"""<Invoice xmlns="{_UBL}Invoice-2" xmlns:cac="{_UBL}CommonAggregateComponents-2"
 xmlns:cbc="{_UBL}CommonBasicComponents-2"><cbc:ID>RE-0077</cbc:ID><cbc:IssueDate>2026-05-04</cbc:IssueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cac:AccountingSupplierParty><cac:Party><cac:PartyIdentification><cbc:ID schemeID="0088">4012345000023</cbc:ID>
</cac:PartyIdentification></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cac:PartyIdentification><cbc:ID schemeID="0088">4012345000009</cbc:ID>
</cac:PartyIdentification></cac:Party></cac:AccountingCustomerParty>
<cac:InvoiceLine><cbc:ID>00010</cbc:ID><cbc:InvoicedQuantity unitCode="C62">10</cbc:InvoicedQuantity>
<cbc:LineExtensionAmount>800.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Modul 400</cbc:Name>
<cac:SellersItemIdentification><cbc:ID>SW-M-400</cbc:ID></cac:SellersItemIdentification></cac:Item></cac:InvoiceLine>
</Invoice>""".encode()
EDI = interchange(message(
    "INVOIC", "BGM+380+RE-0077+9", "DTM+137:20260504:102", "DTM+35:20260504:102", "NAD+SU+4012345000023::9++Nord",
    "NAD+BY+4012345000009::9", "CUX+2:EUR:4", "LIN+1++SW-M-400:SA", "QTY+47:10:PCE", "MOA+203:800"))
FILES = {"invoice.xml": CII, "ubl.xml": UBL, "invoice.edi": EDI, "invoice.pdf": pdf([("factur-x.xml", CII)])}


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme that takes invoices in three standards; runs once per database."""
    return make_world(tmp_path / "league", database, other=[
        ('plugins = ["csv_feed"', 'plugins = ["csv_feed", "cii", "edifact", "ubl"'), ("\n[measures]\n", SOURCES),
        ("MODULE = 1 }", 'MODULE = 1, "" = 1 }')])


@pytest.mark.parametrize("order", list(permutations(FILES))[::5], ids=" ".join)
def test_case_17_one_invoice_in_four_formats_is_booked_once(world: World, order: tuple[str, ...]) -> None:
    assert world.sellers(SELLERS).rejected == 0

    tallies = [world.clear(FILES[name], name=name).tally for name in order]

    assert [(tally.booked, tally.duplicate) for tally in tallies] == [(1, 0), (0, 1), (0, 1), (0, 1)]
    assert world.points()["bonus"] == 400
    assert world.rows(select(purchase_line.c.seller, purchase_line.c.quantity)) == [("NORD", 10)]
    assert world.violated() == {}
