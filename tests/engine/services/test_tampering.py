"""Whoever changes the books behind the engine's back is found, and the spot is named; the anchor finds the rest."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from tests.support.guarded import switch_guards_off
from tests.support.singles import redeem_one_lot
from tests.support.worlds import SIX_IN_THE_EVENING, World, lines, make_world
from treuwerk.domain.ledger import FIRST_HEAD, chained
from treuwerk.domain.records import Digest
from treuwerk.services.ledger.pending_seals import seal_where_possible
from treuwerk.services.proof.anchoring import Anchor, WrongAnchor, anchor, anchors_in
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database
from treuwerk.store.journal import entries

MINUTE = 60_000_000


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """Three batches and a redemption under four seals; the guards are off."""
    world = make_world(tmp_path / "league", database)
    for number in range(3):
        world.clear(lines(4, f"LS-{number}"), name=f"{number}.csv", now=SIX_IN_THE_EVENING + number * MINUTE)
    redeem_one_lot(world, SIX_IN_THE_EVENING + 4 * MINUTE)
    assert seal_where_possible(database, SIX_IN_THE_EVENING + 5 * MINUTE) == 0
    switch_guards_off(database)
    return world


def violated(world: World, anchors: Sequence[Anchor] = ()) -> dict[str, str]:
    """Law → first violation."""
    return {law.name: law.first_violation for law in verify(world.database, anchors=anchors).invariants
            if law.state != "ok" and law.name != "append_only_guards_are_there"}


def execute(world: World, *statements: str) -> None:
    with world.database.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))


def transaction(world: World, sequence: int) -> tuple[int, int]:
    [(account_id, number)] = world.rows(text(
        f"SELECT account_id, transaction_id FROM sealed WHERE sequence = {sequence}"))
    return account_id, number


CHANGES: dict[str, tuple[str, Sequence[str]]] = {
    "a changed amount": (
        "balance_is_sum_of_postings zero_sum_per_transaction_and_unit",
        ["UPDATE posting SET amount = amount + 1 WHERE account_id = {a} AND transaction_id = {t} AND line = 1"]),
    "points for both sides of a transaction": (
        "explanations_fold_to_their_points balance_is_sum_of_postings",
        ["UPDATE posting SET amount = 2 * amount WHERE account_id = {a} AND transaction_id = {t}"]),
    "a deleted posting": (
        "zero_sum_per_transaction_and_unit",
        ["DELETE FROM posting WHERE account_id = {a} AND transaction_id = {t} AND line = 2"]),
    "a deleted transaction": (
        "sealed_transaction_is_there posting_has_its_transaction",
        ["DELETE FROM journal WHERE account_id = {a} AND id = {t}"]),
    "a moved expiry": (
        "",
        [f"UPDATE {table} SET expires_at = expires_at + 86400000000 WHERE account_id = {{a}} "
         "AND transaction_id = {t} AND line = 1" for table in ("posting", "lot")]),
    "another actor": ("", ["UPDATE journal SET actor = 'nobody' WHERE account_id = {a} AND id = {t}"]),
    "swapped rows": (
        "",
        ["UPDATE sealed SET sequence = -sequence WHERE sequence IN (6, 7)",
         "UPDATE sealed SET sequence = 13 + sequence WHERE sequence < 0"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found_and_its_seal_is_named(world: World, change: str) -> None:
    laws, statements = CHANGES[change]
    account_id, number = transaction(world, 6)
    before = violated(world)

    execute(world, *(statement.format(a=account_id, t=number) for statement in statements))

    found = violated(world)
    assert before == {}
    assert set(laws.split()) <= set(found)
    assert found["chain_of_seals"].startswith("seal 2 over sequence 5 to 8: found head ")


def test_a_seal_that_seems_older_than_its_bookings_is_found(world: World) -> None:
    execute(world, "UPDATE seal SET sealed_at = sealed_at - 1 WHERE number = 2")

    found = violated(world)

    assert list(found) == ["bookings_are_not_behind_their_seal"]
    assert found["bookings_are_not_behind_their_seal"].startswith("seal 2 over sequence 5 to 8: found sealed_at ")


def test_a_seal_that_seems_older_than_the_one_before_is_found(world: World) -> None:
    execute(world, f"UPDATE seal SET sealed_at = sealed_at + {60 * MINUTE} WHERE number = 2")

    found = violated(world)

    assert found["bookings_are_not_behind_their_seal"].startswith("seal 3 ")


def test_a_use_that_points_to_another_lot_is_found(world: World) -> None:
    execute(world, "UPDATE lot_use SET lot_line = lot_line + 2")  # one of another unit

    found = violated(world)

    assert {"chain_of_seals", "use_has_its_lot", "lot_remaining_is_amount_less_uses"} <= set(found)
    assert "seal 4 over sequence 13 to 13" in found["chain_of_seals"]


@pytest.fixture
def anchors(world: World) -> list[Anchor]:
    """An anchor behind the last seal, kept outside."""
    return [anchor(world.database, SIX_IN_THE_EVENING + 6 * MINUTE)]


def cut_off_tail(connection: Connection) -> None:
    """Take the last seal away, with all that tells of it, so that every law holds again."""
    of = "(SELECT account_id, transaction_id FROM sealed WHERE sequence = 13)"
    for statement in (
            ("UPDATE lot SET remaining = remaining + 5 WHERE (account_id, transaction_id, line) IN "
             "(SELECT account_id, lot_transaction_id, lot_line FROM lot_use)"),
            ("UPDATE balance SET posted = posted + 5 WHERE unit = 'bonus' AND account_id IN "
             "(SELECT account_id FROM lot_use)"),
            f"DELETE FROM posting WHERE (account_id, transaction_id) IN {of}",
            f"DELETE FROM journal WHERE (account_id, id) IN {of}",
            "DELETE FROM lot_use", "DELETE FROM outbox WHERE topic = 'points_moved'",
            "DELETE FROM balance_delta WHERE book = 'redeemed'",
            "DELETE FROM sealed WHERE sequence = 13", "DELETE FROM seal WHERE number = 4"):
        connection.execute(text(statement))


def test_a_cut_off_tail_is_found_by_the_anchor_alone(world: World, anchors: list[Anchor]) -> None:
    with world.database.writing() as connection:
        cut_off_tail(connection)

    without, found = violated(world), violated(world, anchors)

    assert without == {}
    assert set(found) == {"anchors_are_in_the_chain"}
    assert found["anchors_are_in_the_chain"].startswith(
        "sequence 13 to 13 are gone: the journal ends at sequence 12 with seal 3, and at 2026-06-01T16:06:00+00:00 it "
        "went to sequence 13 with seal 4")
    assert "restore the newest backup" in found["anchors_are_in_the_chain"]


def made_anew(connection: Connection) -> None:
    """Write another actor into one transaction and recompute the whole chain, as somebody with all rights can."""
    connection.execute(text("UPDATE journal SET actor = 'nobody' WHERE (account_id, id) IN "
                            "(SELECT account_id, transaction_id FROM sealed WHERE sequence = 6)"))
    head = FIRST_HEAD
    for number, first, last in connection.execute(text(
            "SELECT number, first_sequence, last_sequence FROM seal ORDER BY number")).all():
        made = Digest()
        for one in entries(connection, first, last):
            made.add(one.row, one.postings, one.uses)
        digest = made.hexadecimal()
        before, head = head, chained(head, number, first, last, digest)
        connection.execute(text("UPDATE seal SET digest = :d, previous_head = :p, head = :h WHERE number = :n"),
                           {"d": digest, "p": before, "h": head, "n": number})


def test_a_chain_that_was_made_anew_is_found_by_the_anchor_alone(world: World) -> None:
    kept: list[Anchor] = []
    with world.database.reading() as connection:
        for number, last, head in connection.execute(text("SELECT number, last_sequence, head FROM seal")).all():
            kept.append(Anchor(last, number, head, SIX_IN_THE_EVENING))
    with world.database.writing() as connection:
        made_anew(connection)

    without, found = violated(world), violated(world, kept)

    assert without == {}
    assert set(found) == {"anchors_are_in_the_chain"}
    assert found["anchors_are_in_the_chain"].startswith("sequence 5 to 8: the chain was made anew since ")


def test_an_anchor_holds_however_the_journal_grows(world: World, anchors: list[Anchor]) -> None:
    world.clear(lines(2, "LATER"), name="later.csv", now=SIX_IN_THE_EVENING + 9 * MINUTE)

    assert violated(world, anchors) == {}


def test_anchors_are_read_as_they_are_written(world: World, anchors: list[Anchor]) -> None:
    written = [anchors[0].as_json(), "", anchors[0].as_json()]

    assert anchors_in(written, "anchors.jsonl") == anchors * 2


@pytest.mark.parametrize("spoil", [
    lambda line: line[:-1],
    lambda line: line.replace('"seal"', '"sale"'), lambda line: line.replace("4", '"4"', 1),
    lambda line: line.replace("13", "13.0"), lambda line: "[]",
    lambda line: line.replace("2026", "never")], ids=range(6))
def test_what_is_no_anchor_is_refused_with_its_line(anchors: list[Anchor], spoil: Callable[[str], str]) -> None:
    with pytest.raises(WrongAnchor) as error:
        anchors_in([anchors[0].as_json(), spoil(anchors[0].as_json())], "anchors.jsonl")

    assert str(error.value).startswith("anchors.jsonl, line 2: found ")


def test_a_file_without_anchors_proves_nothing() -> None:
    with pytest.raises(WrongAnchor, match="found no anchor, expected one per line"):
        anchors_in(["", " "], "anchors.jsonl")


def test_an_empty_journal_has_an_anchor_that_holds(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database)

    empty = anchor(database, SIX_IN_THE_EVENING)
    world.clear(lines(2))

    assert (empty.sequence, empty.seal, empty.head) == (0, 0, FIRST_HEAD)
    assert verify(database, anchors=[empty]).ok
