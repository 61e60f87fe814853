"""The receipt of a file: each line has one fate, the fates add up, and the books agree with it."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select

from tests.support.worlds import COLUMNS, World, connections_in_use, line, lines, make_world, table
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.store.database import Database
from treuwerk.store.tables import clearing_run

GARBAGE = [";;;", "LS-9;1", '"', 'LS-9;"1', "\0", "LS-9;1\r2", "x" * 70_000, ";" * 12, "ÄÖÜ;" * 12]
good = st.builds(line, st.sampled_from(["LS-1", "LS-2", "ls-1", " LS-1", "LS|1"]), st.integers(1, 4),
                 quantity=st.sampled_from(["1", "7", "0", "-3", "1,5", "999999999999", "x", ""]),
                 unit=st.sampled_from(["PCE", "PAL", "BOX"]),
                 article_number=st.sampled_from(["SW-M-400", "m400", "SW-M-405", "SW-W-10H", "NOPE"]),
                 customer_number=st.sampled_from(["10017", "0010017", "10109", "10200", "99999", ""]),
                 delivered_on=st.sampled_from(["2026-05-04", "2026-06-02", "2023-12-31", "04.05.2026", "2026-02-30"]),
                 scope=st.sampled_from(["SYSTEM", "MODULE", "KOMPLETT", ""]),
                 movement=st.sampled_from(["", "", "", "CANCEL", "RETURN", "GIFT"]))
rows_of_a_file = st.lists(st.one_of(good.map(lambda row: table([row]).splitlines()[1]), st.sampled_from(GARBAGE)),
                          max_size=40)


def fates(receipt: Receipt) -> dict[str, int]:
    """The fates that at least one line met."""
    shown = receipt.as_json()
    return {name: shown[name] for name in ("booked", "duplicate", "waiting", "rejected", "ignored") if shown[name]}


@pytest.mark.slow
@examples(max_examples=25)
@given(files=st.lists(rows_of_a_file, min_size=1, max_size=3))
def test_whatever_comes_in_the_fates_add_up_and_the_books_agree(
        tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], AbstractContextManager[Database]],
        files: list[list[str]]) -> None:
    with new_database() as database:
        world = make_world(tmp_path_factory.mktemp("league"), database, other=[
            ("[measures]", "[sources.hold]\nbad_percent = 100\n\n[measures]")])

        receipts = [world.clear("\n".join([";".join(COLUMNS), *rows, ""]).encode(), name=f"{number}.csv")
                    for number, rows in enumerate(files)]

        for rows, receipt in zip(files, receipts, strict=True):
            assert sum(fates(receipt).values()) == receipt.tally.lines == len(rows)
            assert receipt.first or len(receipt.problems) == receipt.tally.waiting + receipt.tally.rejected
        assert world.points() == total_points(receipts)
        assert world.violated() == {}
        assert connections_in_use(database.engine) == 0


def total_points(receipts: list[Receipt]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for receipt in receipts:
        for unit, points in receipt.tally.points.items():
            sums[unit] = sums.get(unit, 0) + points
    return sums


def test_the_receipt_has_the_keys_that_others_rely_on(world: World) -> None:
    shown = world.clear([line(), line(position=2, scope="KOMPLETT")]).as_json()

    assert {"file", "sha256", "source", "documents", "lines", "booked", "duplicate", "waiting", "rejected", "ignored",
            "transactions", "points", "problems"} <= set(shown)
    assert shown["points"] == {"bonus": 800, "status": 400}
    assert {"line", "document", "code", "reason"} <= set(shown["problems"][0])
    assert json.loads(json.dumps(shown)) == shown


def test_the_run_keeps_what_the_receipt_says(world: World) -> None:
    receipt = world.clear([*lines(250), line("LS-X", customer_number="4711"), line("LS-Y", scope="")])

    run = world.rows(select(clearing_run.c.lines, clearing_run.c.booked, clearing_run.c.waiting,
                            clearing_run.c.rejected, clearing_run.c.documents, clearing_run.c.points))
    assert run == [(252, 250, 1, 1, 26, '{"bonus": 200000, "status": 100000}')]
    assert receipt.run is not None
    assert receipt.tally.transactions == 250


def test_documents_are_counted_once_however_batches_cut_the_file(world: World) -> None:
    one_long_note = [line("LS-1", position) for position in range(1, 251)]

    receipt = world.clear([*one_long_note, line("LS-2")])

    assert receipt.tally.documents == 2


def test_a_bad_line_does_not_make_two_documents_of_one(world: World) -> None:
    receipt = world.clear([line(position=1), line(position=2, quantity="many"), line(position=3)])

    assert receipt.tally.documents == 1


def test_an_empty_file_with_a_header_is_a_receipt_of_nothing(world: World) -> None:
    receipt = world.clear([])

    assert receipt.tally.lines == 0
    assert fates(receipt) == {}
    assert world.violated() == {}
