"""Documents of UBL that others wrote, fact by fact."""

from typing import Any

import pytest

from tests.support.facts import assert_head, assert_lines, assert_party, assert_sums, facts_of, shown
from treuwerk_ubl.reader import UblReader
from treuwerk_ubl.settings import UblSettings

DESPATCH = ["oasis_despatch", "peppol_usecase1", "peppol_usecase4", "ubltr_ornek1", "it_caso2_outstanding",
            "oasis_receipt"]
INVOICES = ["xr_01.01a", "xr_01.05a", "en_elektron", "cen_creditnote1", "oasis_invoice21", "ubltr_return"]
KINDS = {"despatch_advice": "delivery", "receipt_advice": "receipt"}
READER = UblReader("wholesaler", UblSettings())


@pytest.mark.parametrize("name", DESPATCH)
def test_a_despatch_advice_is_read_fact_by_fact(name: str) -> None:
    document, facts = shown(READER, f"ubl-despatchadvice/{name}.xml"), facts_of(f"ubl-despatchadvice/{name}.xml")

    assert document["kind"] == KINDS[facts["kind"]]
    assert_head(document, facts)
    assert_party(document["parties"]["ship_from"], facts["seller"])
    assert_party(document["parties"]["ship_to"], facts["buyer"])
    assert_party(document["seller"], facts.get("seller_party", facts["seller"]))
    assert_party(document["buyer"], facts.get("buyer_party", facts["buyer"]))
    assert_lines(document, facts)
    assert units_handled(document) == facts.get("sscc", [])
    assert document["faults"] == []


def units_handled(document: dict[str, Any]) -> list[str]:
    return [line["features"]["sscc"] for line in document["lines"] if "sscc" in line["features"]]


@pytest.mark.parametrize("name", INVOICES)
def test_an_invoice_is_read_fact_by_fact(name: str) -> None:
    document, facts = shown(READER, f"ubl-invoice/{name}.xml"), facts_of(f"ubl-invoice/{name}.xml")

    returned = facts["type_code"] == "IADE"
    assert document["kind"] == ("return" if returned else facts["kind"])
    assert_head(document, facts)
    assert_party(document["seller"], facts["seller"])
    assert_party(document["buyer"], facts["buyer"])
    assert_lines(document, facts)
    assert_sums(document, facts)
    assert document["faults"] == []
