"""The exported journal: the same bytes each time, and enough for a stranger to check the chain with standard tools."""

import json
from hashlib import sha256
from typing import Any

import pytest

from tests.support.singles import redeem_one_lot
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, lines
from treuwerk.services.ledger.exporting import journal_lines
from treuwerk.services.ledger.pending_seals import seal_where_possible


@pytest.fixture
def filled(world: World) -> World:
    world.clear(lines(250))
    world.clear([line('LS-Ä|"x"\\', customer_number="10109", order_number="Größe 3")], name="süß.csv")
    world.attendance("seminar_code;held_on;participant;person;attended\nS-1;2026-05-04;10017;Ada Lovelace;yes\n")
    return world


def text_of(world: World) -> str:
    return "".join(f"{exported}\n" for exported in journal_lines(world.database))


def test_the_same_state_gives_the_same_bytes(filled: World) -> None:
    assert text_of(filled).encode() == text_of(filled).encode()


def test_an_empty_journal_exports_nothing(world: World) -> None:
    assert text_of(world) == ""


def test_no_name_of_a_person_or_company_leaves_with_the_journal(filled: World) -> None:
    exported = text_of(filled)

    assert "Lovelace" not in exported
    assert "Brandmaier" not in exported


def written(*values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"


def tables_of(transactions: list[dict[str, Any]]) -> list[str]:
    """The four texts behind a seal."""
    columns = ("kind", "key", "occurred_on", "booked_at", "actor", "cause", "evidence")
    placed = list(enumerate(transactions, start=1))
    legs = [(place, *leg) for place, one in placed for leg in one["postings"]]
    return [
        "".join(written(place, int(one["account"]), int(one["id"]), *(one[name] for name in columns),
                        one["refers_to"] and int(one["refers_to"])) for place, one in placed),
        "".join(written(*one["explanation"]) for _, one in placed),
        "".join(written(*leg[:-1]) for leg in legs),
        "".join(written(leg[0], leg[1], int(lot), line, taken) for leg in legs for lot, line, taken in leg[-1])]


def test_a_stranger_finds_digests_and_heads_again(filled: World) -> None:
    redeem_one_lot(filled, SIX_IN_THE_EVENING + 1)
    seal_where_possible(filled.database, SIX_IN_THE_EVENING + 2)
    head, sequence, seals, behind = "0" * 64, 0, 0, list[dict[str, Any]]()

    for exported in text_of(filled).splitlines():
        content = json.loads(exported)
        if "transaction" in content:
            sequence += 1
            assert content["sequence"] == sequence
            behind.append(content["transaction"])
        else:
            seals += 1
            tables = " ".join(sha256(table.encode()).hexdigest() for table in tables_of(behind))
            digest = sha256(tables.encode()).hexdigest()
            head = sha256(f"{head} {seals} {content['first']} {sequence} {digest}".encode()).hexdigest()
            assert (content["seal"], content["last"], content["digest"]) == (seals, sequence, digest)
            assert content["head"] == head
            behind = []

    assert (sequence, seals) == (253, 6)


def test_each_exported_transaction_is_balanced_and_explains_its_points(filled: World) -> None:
    for exported in text_of(filled).splitlines():
        transaction = json.loads(exported).get("transaction")
        if transaction:
            sums: dict[str, int] = {}
            for _, _, unit, amount, *_ in transaction["postings"]:
                sums[unit] = sums.get(unit, 0) + amount
            assert set(sums.values()) == {0}
            assert {award["points"] for award in transaction["explanation"]} == {
                amount for _, book, _, amount, *_ in transaction["postings"] if book == "participant"}
