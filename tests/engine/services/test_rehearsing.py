"""A dry run stores nothing and says exactly what would happen."""

from typing import Any

import pytest

from tests.support.worlds import World, line, lines
from treuwerk.services.clearing.receipts import Receipt

MIXED = [line("LS-1"), line("LS-1"), line("LS-2", quantity="0"), line("LS-3", customer_number="777"),
         line("LS-4", scope="KOMPLETT"), line("LS-5", article_number="SW-W-10H"), line("LS-6", movement="CANCEL"),
         line("LS-1", quantity="3"), *lines(240), line("LS-1"), line("LS-1", quantity="4")]


def promised(receipt: Receipt) -> dict[str, Any]:
    """All that a receipt says but whether it was meant."""
    return {name: value for name, value in receipt.as_json().items() if name not in ("run", "dry_run")}


@pytest.mark.parametrize("rows", [[], [line()], MIXED], ids=["empty", "one", "mixed"])
def test_a_dry_run_stores_nothing_and_predicts_the_receipt(world: World, rows: list[dict[str, str]]) -> None:
    before = world.counts()

    rehearsed = world.clear(rows, dry_run=True)

    assert world.counts() == before
    assert rehearsed.dry_run
    assert rehearsed.run is None
    assert promised(rehearsed) == promised(world.clear(rows))


def test_a_dry_run_of_a_file_that_was_cleared_predicts_the_second_receipt(world: World) -> None:
    rows = [line("LS-1"), line("LS-2", quantity="0")]
    world.clear(rows)

    rehearsed = world.clear(rows, dry_run=True)

    assert rehearsed.first is not None
    assert promised(rehearsed) == promised(world.clear(rows))


def test_a_dry_run_of_a_file_with_open_lines_predicts_the_second_receipt(world: World) -> None:
    world.clear(MIXED)
    world.participants("customer_number;name;group\n777;Neu GmbH;installer\n")

    rehearsed = world.clear(MIXED, dry_run=True)

    assert promised(rehearsed) == promised(world.clear(MIXED))
