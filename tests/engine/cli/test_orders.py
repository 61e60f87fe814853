"""Orders of rewards on the command line: listed, shown, cancelled, decided and exported."""

import json
from pathlib import Path

import pytest

from tests.engine.cli.conftest import Outcome, Treuwerk, invoke
from tests.support.ordering import Counter, make_counter
from treuwerk.store.database import Database

LIMIT = ('unit = "bonus"\n\n[rewards.pricing]',
         'unit = "bonus"\n\n[rewards.orders]\napproval_above = 7_000\n\n[rewards.pricing]')
BY = ("--actor", "Hedy Lamarr")
WHY = ("--reason", "Sold out at the maker")


@pytest.fixture
def counter(tmp_path: Path, sqlite_database: Database) -> Counter:
    return make_counter(tmp_path / "league", sqlite_database, [LIMIT])


@pytest.fixture
def treuwerk(counter: Counter) -> Treuwerk:
    def run(*arguments: str | Path) -> Outcome:
        return invoke("--programme", counter.world.folder, "--database",
                      counter.world.database.url.render_as_string(False), *arguments)

    return run


def test_orders_are_listed_and_shown(counter: Counter, treuwerk: Treuwerk) -> None:
    placed = counter.order(("MUG-RED", 2))
    told, empty = treuwerk("orders", "list"), treuwerk("orders", "list", "--state", "shipped", "--json")
    own = treuwerk("orders", "list", "--participant", "10017", "--json")
    shown = treuwerk("orders", "show", placed.public_id)
    explained = treuwerk("explain", placed.public_id, "--json")

    assert (told.code, empty.json) == (0, {"orders": [], "more": False})
    assert all(word in told.out for word in ("1,000 bonus", "2 × MUG-RED", placed.public_id))
    assert [one["id"] for one in own.json["orders"]] == [placed.public_id]
    assert "1. 2 × MUG-RED at 500: ordered  txn_" in shown.out
    assert "placed, 2 pieces by ada" in shown.out
    booking = explained.json["lines"][0]["booking"]
    assert f"for order {placed.public_id}" in treuwerk("explain", booking).out


def test_pieces_are_cancelled_with_a_reason(counter: Counter, treuwerk: Treuwerk) -> None:
    placed = counter.order(("MUG-RED", 3), ("MUG-RED", 1))

    some = treuwerk("orders", "cancel", placed.public_id, "1=2", *BY, *WHY, "--json")
    rest = treuwerk("orders", "cancel", placed.public_id, *BY, *WHY, "--json")
    none = treuwerk("orders", "cancel", placed.public_id, *BY, *WHY)

    assert (some.json["charged"], rest.json["charged"], rest.json["state"]) == (1_000, 0, "cancelled")
    assert none.code != 0
    assert "expected lines that have not left" in none.err
    assert counter.bonus() == 16_000


def test_pieces_leave_arrive_and_come_back(counter: Counter, treuwerk: Treuwerk) -> None:
    placed = counter.order(("MUG-RED", 3), ("MUG-RED", 1))
    parcel = ("--carrier", "DHL", "--tracking", "0034")

    part = treuwerk("orders", "ship", placed.public_id, "1=2", *BY, *parcel, "--json")
    late = treuwerk("orders", "fail", placed.public_id, "2", *BY, *WHY, "--json")
    there = treuwerk("orders", "deliver", placed.public_id, *BY, "--json")
    back = treuwerk("orders", "return", placed.public_id, "1=1", *BY, *WHY)
    none = treuwerk("orders", "ship", placed.public_id, *BY)

    assert [one.json["state"] for one in (part, late, there)] == ["partly_shipped", "failed", "delivered"]
    assert "(3 shipped, 2 delivered, 1 returned)" in back.out
    assert none.code != 0
    assert "'ship' can be noted" in none.err
    assert counter.bonus() == 16_000 - 1_500


@pytest.mark.parametrize("cut", ["0", "1=0", "one", "1=", "-1"])
def test_pieces_that_are_no_number_are_told(counter: Counter, treuwerk: Treuwerk, cut: str) -> None:
    placed = counter.order(("MUG-RED", 3))

    outcome = treuwerk("orders", "cancel", placed.public_id, *BY, *WHY, "--", cut)

    assert outcome.code == 2
    assert "2=1" in outcome.err


def test_an_order_that_is_not_there_is_told(treuwerk: Treuwerk) -> None:
    for arguments in (("show", "ord_00000000000000000000000001"), ("show", "txn_1"),
                      ("approve", "ord_00000000000000000000000001", *BY)):
        outcome = treuwerk("orders", *arguments)
        assert (outcome.code, "found no order" in outcome.err) == (2, True)


def test_an_order_that_is_too_late_to_be_approved_is_refused(counter: Counter,
                                                                            treuwerk: Treuwerk) -> None:
    placed = counter.order(("DRILL-12", 1))

    listed = treuwerk("orders", "list", "--state", "waiting", "--json")
    late = treuwerk("orders", "approve", placed.public_id, *BY)
    refused = treuwerk("orders", "refuse", placed.public_id, *BY, "--reason", "Above the budget", "--json")

    assert [one["state"] for one in listed.json["orders"]] == ["waiting"]
    assert (late.code != 0, "could be approved until" in late.err) == (True, True)
    assert (refused.json["state"], counter.bonus()) == ("cancelled", 16_000)


def test_an_export_tells_every_order_and_nothing_personal(counter: Counter, treuwerk: Treuwerk) -> None:
    placed = [counter.order(("MUG-RED", 1), key=f"K{number}", note="Bitte klingeln") for number in range(3)]

    exported, again = treuwerk("export", "orders"), treuwerk("export", "orders")

    lines = [json.loads(line) for line in exported.out.splitlines()]
    assert sorted(one["id"] for one in lines) == sorted(one.public_id for one in placed)
    assert lines[0]["lines"][0]["points_each"] == 500
    assert exported.out == again.out
    assert not any(word in exported.out for word in ("Lovelace", "Dachweg", "klingeln", '"ada"'))
