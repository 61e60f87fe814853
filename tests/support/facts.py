"""Documents as a reader shows them, beside the facts that somebody else took from the same file."""

from collections import Counter
from decimal import Decimal
from io import BytesIO
from typing import Any

from tests.support.samples import expected_facts, samples_folder
from treuwerk.domain.documents import Document
from treuwerk.domain.reading import plain_number
from treuwerk.hookspecs import ClearingSource
from treuwerk.services.clearing.showing import document_as_json

Shown = dict[str, Any]
_OWN = {"customer_number", "own"}
"""Numbers that the facts leave out where they stand outside of a party's identification."""
_LINE_TEXTS = ("id", "unit", "name", "article_seller", "article_buyer", "gtin")
_LINE_NUMBERS = ("qty", "amount", "unit_price")
_TOLD = ("outstanding", "short", "rejected", "oversupply", "backorder")


def shown(source: ClearingSource, sample: str) -> Shown:
    """The only document of a sample, as ``treuwerk read`` shows it."""
    [document] = read_sample(source, sample)
    return document_as_json(document)


def read_sample(source: ClearingSource, sample: str) -> list[Document]:
    """The documents of a sample, which the source must recognise."""
    data = samples_folder(f"clearing/{sample}").read_bytes()
    assert source.recognises(sample.rpartition("/")[2], data[:65_536])
    return list(source.read(BytesIO(data)))


def facts_of(sample: str) -> dict[str, Any]:
    """What is known of a sample."""
    folder, _, name = sample.rpartition("/")
    facts: dict[str, Any] = expected_facts(f"clearing/{folder}")[name]["facts"]
    return facts


def assert_head(document: Shown, facts: dict[str, Any]) -> None:
    """Number, days, codes, currency and references are those of the facts."""
    for name in ("number", "issue_date", "delivery_date", "type_code", "uuid", "currency"):
        assert (document[name] or "") == facts.get(name, ""), name
    assert document["function"] == facts.get("status_code", "")
    if facts.get("copy_indicator") == "false":
        assert document["purpose"] == "original"
    references = document["references"]
    assert references["order"] == facts.get("order_refs", [])
    assert references["delivery"] == facts.get("despatch_refs", [])
    assert references["previous"] == facts.get("preceding_refs", [])


def assert_party(party: Shown, facts: dict[str, Any]) -> None:
    """Name and numbers of a party are those of the facts; what a seller gave it as customer may come on top."""
    assert party["name"] == facts.get("name", "")
    extra = {number for number, scheme in zip(party["ids"], party["schemes"], strict=True)
             if number not in facts["ids"] and scheme in _OWN}
    assert set(party["ids"]) - extra == set(facts["ids"])


def assert_lines(document: Shown, facts: dict[str, Any]) -> None:
    """Every line has every fact; nothing is invented and nothing counted twice."""
    lines = document["lines"]
    assert len(lines) == facts["line_count"]
    for line, fact in zip(lines, facts.get("lines", []), strict=True):
        for name in _LINE_TEXTS:
            assert line[name] == fact.get(name, ""), (name, line["id"])
        for name in _LINE_NUMBERS:
            assert line[name] == fact.get(name), (name, line["id"])
        assert line["serials"] == fact.get("serials", [])
        assert line["features"].get("batch", "") == "|".join(fact.get("lots", []))
        for name in _TOLD:
            if name in fact:
                assert line["features"][name] == fact[name]
        if "order_ref" in fact:
            assert line["references"]["order"] == fact["order_ref"]
    counted: Counter[str] = Counter()
    for line in lines:
        counted[line["unit"]] += Decimal(line["qty"])  # type: ignore[assignment]
    assert {unit: plain_number(Decimal(qty)) for unit, qty in counted.items()} == facts.get("qty_by_unit", {})


def assert_sums(document: Shown, facts: dict[str, Any]) -> None:
    """Every sum of the facts is there, exactly."""
    expected = facts.get("sums", {})
    assert {name: document["sums"].get(name) for name in expected} == expected
