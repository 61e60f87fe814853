"""Messages that others wrote are read as their facts say, file by file and fact by fact."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.samples import expected_facts, samples_folder
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Party
from treuwerk.domain.reading import plain_number
from treuwerk_edifact.codes import AMOUNTS, DELIVERIES, ORDERS, QUANTITIES, ROLES, SUMS
from treuwerk_edifact.dates import day_of
from treuwerk_edifact.reader import EdifactReader
from treuwerk_edifact.settings import EdifactSettings

FILES = [*(("edifact-desadv", f"{name}.edi") for name in (
             "d96a_books", "ean005_one_line", "eancom_pallets_sscc")),
         *(("edifact-invoic", f"{name}.edi") for name in (
             "cen_example0", "cen_example2", "cen_example6", "d96a_tools_utf8", "d97a_automotive",
             "d97b_latin_umlaut"))]
KINDS = {"DESADV": DocumentKind.DELIVERY, "INVOIC": DocumentKind.INVOICE}
PRICE_BASES = {"d97a_automotive.edi": 100}


def read(folder: str, name: str) -> list[Document]:
    with (samples_folder(f"clearing/{folder}") / name).open("rb") as stream:
        return list(EdifactReader("feed", EdifactSettings()).read(stream))


@pytest.fixture(params=FILES, ids=lambda file: file[1])
def sample(request: pytest.FixtureRequest) -> tuple[str, Document, dict[str, Any], dict[str, Any]]:
    """Name, document, facts of the envelope and facts of the message."""
    folder, name = request.param
    facts = expected_facts(f"clearing/{folder}")[name]["facts"]
    [interchange], [document] = facts["interchanges"], read(folder, name)
    [message] = interchange["messages"]
    return name, document, interchange["envelope"], message


Sample = tuple[str, Document, dict[str, Any], dict[str, Any]]


def warnings(document: Document) -> set[str]:
    assert all(fault.severity == "warning" for fault in document.faults)
    return {fault.code for fault in document.faults}


def test_the_envelope_is_read_and_its_mistakes_are_warnings(sample: Sample) -> None:
    _, document, envelope, message = sample

    assert document.sender == envelope["sender"]
    assert ("message_count" in warnings(document)) != envelope["unz_count_ok"]
    assert ("interchange_reference" in warnings(document)) != envelope["unz_ref_ok"]
    assert ("segment_count" in warnings(document)) != message["unt_count_ok"]
    assert ("message_reference" in warnings(document)) != message["unt_ref_ok"]
    assert "no_trailer" not in warnings(document)


def test_the_head_is_read(sample: Sample) -> None:
    _, document, _, message = sample
    credit = message.get("type_code") == "381"

    assert document.kind is (DocumentKind.CREDIT_NOTE if credit else KINDS[message["kind"]])
    assert (document.number, document.type_code) == (message["number"], message.get("type_code", ""))
    assert document.function == message.get("function", "")
    assert document.currency == message.get("currency", "")
    days = {qualifier: day_of(*text.split(":")) for qualifier, text in message["dates"].items()}
    assert document.issue_date == days.get("137", days.get("3"))
    assert document.delivery_date == days.get("35", days.get("11", days.get("17")))


def numbers(party: Party) -> set[str]:
    return {value for _, value in party.ids}


def test_every_party_is_there_with_its_numbers(sample: Sample) -> None:
    _, document, _, message = sample

    for qualifier, facts in message["parties"].items():
        role = ROLES.get(qualifier, qualifier.lower())
        named = [party for party in (document.seller, document.buyer, document.parties.get(role, Party()))
                 if facts.get("id", "") in numbers(party) | {""} and facts.get("name", "") == party.name]
        assert named, qualifier
        wanted = {value for of, values in facts.get("refs", {}).items() if of in ("VA", "GN") for value in values}
        assert any(wanted <= numbers(party) for party in named)


def test_references_of_the_document_are_there(sample: Sample) -> None:
    _, document, _, message = sample

    assert list(document.orders) == [value for of, values in message.get("refs", {}).items() if of in ORDERS
                                     for value in values]
    assert list(document.deliveries) == [value for of, values in message.get("refs", {}).items() if of in DELIVERIES
                                         for value in values]


def test_the_lines_are_read(sample: Sample) -> None:
    name, document, _, message = sample
    qualifiers = QUANTITIES[document.kind]

    assert len(document.lines) == message["line_count"]
    total = sum((line.qty for line in document.lines), Decimal(0))
    assert plain_number(total) in message["qty_sum_by_qualifier"].values()
    for line, facts in zip(document.lines, message["lines"], strict=True):
        assert line.id == facts.get("id", line.id)
        assert line.name == facts.get("name", "")
        quantity = next(facts["qtys"][qualifier] for qualifier in qualifiers if qualifier in facts["qtys"])
        assert (plain_number(line.qty), line.unit) == (quantity, facts.get("unit", "PCE"))
        assert_priced(line, facts, PRICE_BASES.get(name, 1))
        assert_identified(line, facts)


def assert_priced(line: DocumentLine, facts: dict[str, Any], base: int) -> None:
    amounts = facts.get("moa", {})
    amount = next((amounts[qualifier] for qualifier in (*AMOUNTS, "106") if qualifier in amounts), None)
    assert (None if line.amount is None else plain_number(line.amount)) == amount
    price = next(iter(facts.get("price", {}).values()), None)
    assert (None if line.unit_price is None else plain_number(line.unit_price * base)) == price


def assert_identified(line: DocumentLine, facts: dict[str, Any]) -> None:
    known = {line.article_seller, line.article_buyer, line.gtin, *line.serials, *line.features.values()}
    assert facts.get("article", "") in known | {""}
    wanted = {pair.split(":")[0] for pair in facts.get("pia", []) if pair.split(":")[1] in ("", "SA", "IN", "NB")}
    assert wanted <= known
    assert list(line.orders) == [value for of, values in facts.get("refs", {}).items() if of in ORDERS
                                 for value in values if value]


def test_the_sums_are_there_by_their_names(sample: Sample) -> None:
    _, document, _, message = sample
    names = {qualifier: name for name, qualifiers in SUMS for qualifier in qualifiers}

    for qualifier, value in message.get("summary_moa", {}).items():
        found = {document.sums.get(names.get(qualifier, "")), document.sums.get(f"moa_{qualifier}")} - {None}
        assert value in {plain_number(amount) for amount in found if amount is not None}, qualifier


def test_every_package_is_told_at_its_lines(sample: Sample) -> None:
    _, document, _, message = sample

    told = dict.fromkeys(line.features["sscc"] for line in document.lines if "sscc" in line.features)
    assert list(told) == message.get("sscc", [])


def test_packing_without_an_article_number_is_a_charge() -> None:
    [document] = read("edifact-invoic", "d96a_tools_utf8.edi")

    assert [line.role for line in document.lines] == ["main", "charge"]


def test_lines_without_any_article_number_are_goods_all_the_same() -> None:
    [document] = read("edifact-invoic", "cen_example6.edi")

    assert {line.role for line in document.lines} == {"main"}


def test_every_sample_is_recognised_and_none_of_another_format() -> None:
    reader = EdifactReader("feed", EdifactSettings())
    found = {path.parent.name for path in samples_folder("clearing").rglob("*.*")
             if path.suffix != ".json" and reader.recognises(path.name, path.read_bytes()[:4096])}

    assert found == {"edifact-desadv", "edifact-invoic"}
