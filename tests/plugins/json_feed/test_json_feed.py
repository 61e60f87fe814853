"""JSON and JSON Lines: the shape that ``treuwerk read --json`` prints comes back as the same documents."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Fault, Movement, Party, Purpose
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.services.clearing.showing import document_as_json
from treuwerk_json_feed.reader import JsonFeed
from treuwerk_json_feed.settings import JsonFeedSettings

FEED = JsonFeed("partner", JsonFeedSettings())
LINE = {"id": "1", "article_seller": "M220", "qty": "27", "unit": "PCE"}
NOTE = {"kind": "delivery", "number": "L1", "delivery_date": "2026-05-04", "lines": [LINE],
        "seller": {"name": "Maker"}, "buyer": {"ids": ["K1"], "schemes": ["customer_number"]}}

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
names = words.filter(bool)
numbers = st.decimals(-10**9, 10**9, places=4).map(lambda number: number or Decimal("0.0000"))
parties = st.builds(Party, words, st.lists(st.tuples(names, words), max_size=3).map(tuple))
days = st.none() | st.dates(date(1900, 1, 1), date(2999, 12, 31))
instants = st.just("") | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
texts = st.lists(words, max_size=2).map(tuple)
lines = st.builds(
    DocumentLine, st.just(1), names, words, numbers, words, st.none() | numbers, texts,
    st.dictionaries(names, words, max_size=2), st.sampled_from(Movement), words, words, words, st.none() | numbers,
    words,
    st.sampled_from(["main", "set", "component", "info", "charge"]), texts, texts, texts)
faults = st.builds(Fault, st.just(1), names, names, severity=st.sampled_from(["error", "warning"]))
documents = st.builds(
    Document, st.just("partner"), st.sampled_from(DocumentKind), names, st.lists(lines, max_size=4).map(tuple),
    st.lists(faults, max_size=2).map(tuple), days, days, parties, parties, words, texts, texts, texts, words, words,
    st.dictionaries(names, numbers, max_size=3), st.sampled_from(Purpose), st.dictionaries(names, parties, max_size=2),
    words, words, version=st.just(""), gives_back=st.just(""), delivered_at=instants)


def read(*lines: Any) -> list[Document]:
    """The documents of JSON Lines; what is no text or bytes is dumped."""
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return list(FEED.read(BytesIO(b"\n".join(raw))))


def fault_of(**keys: Any) -> str:
    """What is wrong with a note whose keys are changed, between two good ones that are kept."""
    before, bad, after = read(NOTE, {**NOTE, **keys}, {**NOTE, "number": "L3"})
    assert [(d.number, d.lines[0].at) for d in (before, after)] == [("L1", 1), ("L3", 3)]
    [fault] = bad.faults
    assert (fault.line, fault.code, bad.lines) == (2, "bad_document", ())
    return fault.text


@given(st.lists(documents, min_size=1, max_size=4))
def test_what_read_prints_is_read_again_as_the_same_documents(written: list[Document]) -> None:
    as_lines = b"\n".join(json.dumps(document_as_json(one)).encode() for one in written)
    as_list = json.dumps({"documents": [document_as_json(one) for one in written], "notes": []}, indent=2).encode()

    for data in (as_lines, as_list):
        again = list(FEED.read(BytesIO(data)))
        assert [document_as_json(_at_one(one)) for one in again] == [document_as_json(one) for one in written]
        assert FEED.recognises("x.json", data[:4096])


def _at_one(document: Document) -> Document:
    return document._replace(
        lines=tuple(line._replace(at=1) for line in document.lines),
        faults=tuple(Fault(1, fault.code, fault.text, severity=fault.severity) for fault in document.faults))


@given(st.binary(max_size=200))
def test_whatever_bytes_a_line_holds_the_others_are_kept(data: bytes) -> None:
    found = read(NOTE, data.replace(b"\n", b""), NOTE)

    assert [document.number for document in found][:1] == ["L1"]
    assert found[-1].lines[0].at == 3


def test_a_document_needs_little() -> None:
    [document] = read(NOTE)

    assert (document.number, document.event_date, document.buyer.ids) == (
        "L1", date(2026, 5, 4), (("customer_number", "K1"),))
    assert document.lines == (DocumentLine(1, "1", "M220", Decimal(27), "PCE"),)


def test_a_catalogue_needs_no_number() -> None:
    [document] = read({**NOTE, "kind": "articles", "number": ""})

    assert (document.kind, document.number, len(document.lines)) == (DocumentKind.ARTICLES, "", 1)


@pytest.mark.parametrize(("keys", "says"), [
    ({"kind": "delivry"}, "kind: found 'delivry', expected one of delivery, receipt"),
    ({"kind": None}, "kind: found nothing, expected one of delivery"),
    ({"nubmer": "L1"}, "nubmer: found a key that is not known here, expected one of buyer, currency"),
    ({"number": 12}, "number: found 12, expected a text"), ({"number": ""}, "number: found nothing, expected a text"),
    ({"lines": None}, "lines: found nothing, expected a list"),
    ({"lines": {}}, "lines: found an object, expected a list"),
    ({"lines": ["x"]}, "lines[0]: found 'x', expected an object"),
    ({"lines": [{**LINE, "qty": 27}]},
     'lines[0].qty: found 27 without quotes, expected a text with an exact number, such as "27.5"'),
    ({"lines": [{**LINE, "qty": "27,5"}]}, "lines[0].qty: found '27,5', expected a text with an exact number"),
    ({"lines": [{**LINE, "qty": "1e5"}]}, "lines[0].qty: found '1e5', expected a text with an exact number"),
    ({"lines": [{**LINE, "qty": None}]}, "lines[0].qty: found nothing, expected a text with an exact number"),
    ({"lines": [{**LINE, "id": ""}]}, "lines[0].id: found nothing, expected a text"),
    ({"lines": [{**LINE, "role": "gift"}]}, "lines[0].role: found 'gift', expected one of main, set"),
    ({"lines": [{**LINE, "movement": "return"}]}, "lines[0].movement: found 'return', expected one of DELIVER, CANCEL"),
    ({"lines": [{**LINE, "serials": "S1"}]}, "lines[0].serials: found 'S1', expected a list"),
    ({"lines": [{**LINE, "article_seller": "M\u001f1"}]},
     "lines[0].article_seller: found the character U+001F in a text, expected printable ones"),
    ({"lines": [{**LINE, "article_seller": "\ud800"}]}, "lines[0].article_seller: found the character U+D800"),
    ({"delivery_date": "04.05.2026"}, "delivery_date: found '04.05.2026', expected a calendar date as YYYY-MM-DD"),
    ({"delivery_date": 20260504}, "delivery_date: found 20260504, expected a calendar date as YYYY-MM-DD"),
    ({"delivery_date": "2026-02-30"}, "delivery_date: found '2026-02-30', expected a calendar date"),
    ({"buyer": {"ids": ["K1", "K2"], "schemes": ["gln"]}},
     "buyer.schemes: found 1 of them, expected one for each of the 2 ids"),
    ({"sums": {"net_total": True}}, "sums.net_total: found true without quotes, expected a text"),
    ({"number": "x" * 10_001}, "number: found a text of 10,001 characters, expected at most 10,000"),
], ids=str)
def test_what_is_wrong_with_a_document_is_one_fault_with_its_place(keys: Mapping[str, Any], says: str) -> None:
    assert fault_of(**keys).startswith(says)


@pytest.mark.parametrize(("line", "says"), [
    (b'{"kind": "delivery", "number": }', "found no JSON from line 1, column 32 on"),
    (b'{"number": "L1", "number": "L2"}', "found the key 'number' twice, expected it once"),
    (b'{"number": NaN}', "found NaN, which is no number of JSON"),
    (b'{"number": "\xff"}', "found byte 0xff, expected UTF-8"),
    (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "found values nested without end"),
    (b'{"a":' + b"9" * 5000 + b"}", "found a value that cannot be read"),
    (b"[1]", "the document: found a list, expected an object"),
], ids=["broken", "twice", "NaN", "bytes", "deep", "long", "list"])
def test_a_line_that_is_no_document_is_named_and_the_others_are_kept(line: bytes, says: str) -> None:
    before, bad, after = read(NOTE, line, NOTE)

    assert (before.number, after.number) == ("L1", "L1")
    assert says in bad.faults[0].text
    assert len(bad.faults[0].raw) <= 200


def test_a_line_without_end_is_refused_and_not_held_in_memory() -> None:
    feed = JsonFeed("partner", JsonFeedSettings(max_megabytes=1))
    data = json.dumps(NOTE).encode() + b"\n" + b"x" * 3_000_000 + b"\n" + json.dumps(NOTE).encode()

    found = list(feed.read(BytesIO(data)))

    assert [(d.number, [fault.code for fault in d.faults]) for d in found] == [
        ("L1", []), ("", ["line_too_long"]), ("L1", [])]
    assert found[2].lines[0].at == 3


@pytest.mark.parametrize("data", [b"[1, 2", b'"text"', b"12", b"", b"PK\3\4"])
def test_what_is_no_list_of_documents_is_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        list(FEED.read(BytesIO(data)))


def test_a_text_that_is_too_large_names_the_way_out() -> None:
    feed = JsonFeed("partner", JsonFeedSettings(max_megabytes=1))

    with pytest.raises(UnreadableFile, match="found more than 1 MiB of JSON, expected less; send JSON Lines"):
        list(feed.read(BytesIO(b'{"documents": [' + b" " * 2_000_000 + b"]}")))


def test_a_long_document_comes_in_parts_with_one_head() -> None:
    note = {**NOTE, "lines": [{**LINE, "id": str(number)} for number in range(12_000)]}

    parts = read(note)

    assert [(part.number, len(part.lines)) for part in parts] == [("L1", 5_000), ("L1", 5_000), ("L1", 2_000)]


@pytest.mark.parametrize(("head", "ours"), [
    (json.dumps(NOTE).encode(), True), (b'\xef\xbb\xbf {"documents": []}', True), (b'[{"kind": "order"}]', True),
    (b'{"hello": "world"}', False), (b"a;b", False), (b"", False), (b"UNB+UNOC", False),
])
def test_a_file_is_recognised_by_its_keys(head: bytes, ours: bool) -> None:
    assert FEED.recognises("x", head) is ours
