"""The exported journal: the same bytes each time, and enough for a stranger to check the chain with standard tools."""

import json
from hashlib import sha256

import pytest

from tests.support.worlds import World, line, lines
from treuwerk.services.exporting import journal_lines


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


def test_a_stranger_finds_digests_and_heads_again(filled: World) -> None:
    head, number, sequence, hashed, seals = "0" * 64, 0, 0, sha256(), 0

    for exported in text_of(filled).splitlines():
        content = json.loads(exported)
        if "transaction" in content:
            sequence += 1
            assert content["sequence"] == sequence
            written = exported.removeprefix(f'{{"sequence":{sequence},"transaction":').removesuffix("}")
            hashed.update(f"{written}\n".encode())
        else:
            number += 1
            parts = f"{head} {number} {content['first']} {sequence} {hashed.hexdigest()}"
            head, hashed, seals = sha256(parts.encode()).hexdigest(), sha256(), seals + 1
            assert (content["seal"], content["last"]) == (number, sequence)
            assert content["head"] == head

    assert (sequence, seals) == (252, 5)


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
