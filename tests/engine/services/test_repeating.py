"""Files come again: renamed, reordered, with another line end. A purchase is booked once."""

import random
from typing import Any

import pytest

from tests.engine.services.test_receipt import fates
from tests.support.worlds import COLUMNS, World, line, lines, table


def test_the_same_file_again_books_nothing_and_names_the_first_receipt(world: World) -> None:
    first = world.clear(lines(150))
    before = world.balances()

    again = world.clear(lines(150), name="renamed.csv")

    assert fates(again) == {"duplicate": 150}
    assert again.tally.points == {}
    assert again.first is not None
    assert (again.first["run"], again.first["file"]) == (str(first.run), "deliveries.csv")
    assert world.balances() == before
    assert world.violated() == {}


@pytest.mark.parametrize("content", [
    pytest.param(lambda rows: table(rows, newline="\r\n").encode(), id="CRLF"),
    pytest.param(lambda rows: b"\xef\xbb\xbf" + table(rows).encode(), id="byte order mark"),
    pytest.param(lambda rows: table(rows, columns=COLUMNS[::-1]).encode(), id="other column order"),
    pytest.param(lambda rows: table(random.Random(1).sample(rows, len(rows))).encode(), id="shuffled lines"),
    pytest.param(lambda rows: table(rows).rstrip().encode(), id="no line end at the end"),
    pytest.param(lambda rows: table([row | {"remark": "x"} for row in rows], columns=[*COLUMNS, "remark"]).encode(),
                 id="a column more"),
    pytest.param(lambda rows: table([row | {"customer_number": " 0010017 ", "quantity": "10,00"} for row in rows])
                 .encode(), id="written in another way"),
])
def test_the_same_lines_in_another_dress_are_duplicates(world: World, content: Any) -> None:
    rows = lines(130)
    world.clear(rows)
    before = world.balances()

    again = world.clear(content(rows), name="other.csv")

    assert fates(again) == {"duplicate": 130}
    assert again.first is None
    assert world.balances() == before
    assert world.violated() == {}


@pytest.mark.parametrize("cells", [{"quantity": "11"}, {"customer_number": "10109"}, {"article_number": "SW-M-405"},
                                   {"delivered_on": "2026-05-05"}, {"scope": "MODULE"}, {"net_amount": "1,00"}])
def test_the_same_line_with_other_content_is_a_conflict_and_the_first_booking_stays(world: World,
                                                                                   cells: dict[str, str]) -> None:
    world.clear([line()])
    before = world.balances()

    receipt = world.clear([line(**cells)], name="other.csv")

    assert fates(receipt) == {"rejected": 1}
    assert receipt.problems[0]["code"] == "conflict"
    assert "the first one stays booked" in receipt.problems[0]["reason"]
    assert world.balances() == before
    assert world.violated() == {}


@pytest.mark.parametrize("between", [0, 120], ids=["in one batch", "batches apart"])
def test_a_purchase_twice_in_one_file_counts_once(world: World, between: int) -> None:
    receipt = world.clear([line("LS-A"), *lines(between), line("LS-A")])

    assert fates(receipt) == {"booked": 1 + between, "duplicate": 1}
    assert world.violated() == {}


@pytest.mark.parametrize("between", [0, 120], ids=["in one batch", "batches apart"])
def test_a_purchase_with_two_contents_in_one_file_is_booked_as_it_came_first(world: World, between: int) -> None:
    receipt = world.clear([line("LS-A", quantity="1"), *lines(between), line("LS-A", quantity="2")])

    assert fates(receipt) == {"booked": 1 + between, "rejected": 1}
    assert [problem["line"] for problem in receipt.problems] == [3 + between]
    assert world.balances()["10017", "bonus"] == 80 + 800 * between


def test_numbers_with_a_bar_do_not_meet_each_other(world: World) -> None:
    receipt = world.clear([line("A|2026|1", "2"), line("A", "1|2026|2")])

    assert fates(receipt) == {"booked": 2}


def test_the_same_number_in_another_year_is_another_delivery(world: World) -> None:
    receipt = world.clear([line("LS-1", delivered_on="2025-05-04"), line("LS-1", delivered_on="2026-05-04")])

    assert fates(receipt) == {"booked": 2}


def test_a_file_with_open_lines_is_worked_off_again(world: World) -> None:
    rows = [line("LS-1"), line("LS-2", customer_number="777")]
    first = world.clear(rows)

    again = world.clear(rows)

    assert fates(first) == {"booked": 1, "waiting": 1}
    assert fates(again) == {"duplicate": 1, "waiting": 1}
    assert again.first is not None
    assert again.first["run"] == str(first.run)
