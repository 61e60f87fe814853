"""Invoices of CII that others wrote, bare and inside PDF, fact by fact."""

from typing import Any

import pytest

from tests.support.facts import assert_head, assert_lines, assert_party, assert_sums, facts_of, shown
from treuwerk_cii.reader import CiiReader
from treuwerk_cii.settings import CiiSettings

BARE = ["en_einfach", "en_gutschrift", "en_elektron", "xr_01.06a", "ext_warenrechnung", "cen_example5"]
INSIDE = ["en_einfach", "en_rabatte", "ext_warenrechnung", "zf1_comfort_einfach"]
READER = CiiReader("wholesaler", CiiSettings())


def assert_all(document: dict[str, Any], facts: dict[str, Any]) -> None:
    assert document["kind"] == facts["kind"]
    assert_head(document, facts)
    assert_party(document["seller"], facts["seller"])
    assert_party(document["buyer"], facts["buyer"])
    assert_lines(document, facts)
    assert_sums(document, facts)


@pytest.mark.parametrize("name", BARE)
def test_an_invoice_is_read_fact_by_fact(name: str) -> None:
    document = shown(READER, f"cii/{name}.xml")

    assert_all(document, facts_of(f"cii/{name}.xml"))
    assert document["faults"] == []


@pytest.mark.parametrize("name", INSIDE)
def test_the_invoice_inside_a_pdf_is_read_fact_by_fact(name: str) -> None:
    document = shown(READER, f"zugferd-pdf/{name}.pdf")

    [facts] = facts_of(f"zugferd-pdf/{name}.pdf")["documents"]
    for line, fact in zip(document["lines"], facts["lines"], strict=True):
        fact.setdefault("unit_price", line["unit_price"])  # of ZUGFeRD 1 the facts have no prices
    assert_all(document, facts)
    assert document["faults"] == []


def test_case_62_an_invoice_of_the_profile_minimum_shows_its_head_and_asks_for_a_person() -> None:
    document = shown(READER, "zugferd-pdf/fx_minimum_no_lines.pdf")

    [facts] = facts_of("zugferd-pdf/fx_minimum_no_lines.pdf")["documents"]
    assert_all(document, facts)
    assert [(fault["code"], fault["severity"]) for fault in document["faults"]] == [("no_lines", "warning")]
