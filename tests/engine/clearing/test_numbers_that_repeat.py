"""Lines of one document with the same number: in packages of a despatch advice, and by place in a sales report."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.engine.clearing.test_edi_files import HEAD, SOURCES, clear, note, problems
from tests.support.corrections import bonus
from tests.support.edifact import message
from tests.support.worlds import World, make_world
from treuwerk.store.database import Database
from treuwerk.store.tables import purchase_identity, purchase_line

TEN = ("CPS+2+1", "LIN+1++SW-M-400:SA", "QTY+12:10:PCE")  # 40 bonus points a piece
SEVEN = ("CPS+3+1", "LIN+1++SW-M-400:SA", "QTY+12:7:PCE")
THREE = ("CPS+3+1", "LIN+1++SW-M-405:SA", "QTY+12:2:PCE")  # 40.5 points a piece
LATER = ("DTM+137:20260505:102", *HEAD[1:])


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with two sources of EDIFACT, in which what says nothing of its scope counts as modules."""
    return make_world(tmp_path / "league", database, other=[
        ('"csv_feed",', '"csv_feed", "edifact",'), ("MODULE = 1 }", 'MODULE = 1, "" = 1 }'),
        ("[measures]", f"{SOURCES}\n[measures]")])


def keys(world: World) -> list[str]:
    return [key.rpartition("|2026|")[2] for (key,) in world.rows(
        select(purchase_identity.c.key).order_by(purchase_identity.c.key))]


def test_one_number_in_two_packages_is_two_purchases_however_often_it_comes(world: World) -> None:
    first = clear(world, note(*TEN, *SEVEN))
    again = clear(world, note(*TEN, *SEVEN), between="\r\n")

    assert (first.tally.booked, again.tally.duplicate, again.tally.transactions) == (2, 2, 0)
    assert bonus(world) == 17 * 40
    assert keys(world) == ["1", "1%@3"]
    assert world.rows(select(purchase_line.c.line, purchase_line.c.place).order_by(purchase_line.c.place)) == [
        ("1", "2"), ("1", "3")]
    assert world.violated() == {}


def test_what_was_booked_of_the_first_line_before_stays_known(world: World) -> None:
    clear(world, note(*TEN[1:]))  # as every version read it: the number alone is the key

    receipt = clear(world, note(*TEN, *SEVEN))

    assert (receipt.tally.duplicate, receipt.tally.booked) == (1, 1)
    assert bonus(world) == 17 * 40


def test_packages_in_another_order_are_the_same_goods(world: World) -> None:
    clear(world, note(*TEN, *SEVEN))

    receipt = clear(world, note(*SEVEN, *TEN))

    assert (receipt.tally.duplicate, receipt.tally.transactions) == (2, 0)
    assert bonus(world) == 17 * 40
    assert world.violated() == {}


@pytest.mark.parametrize(("package", "left"), [("2", 4 + 7), ("3", 10 + 4)])
def test_a_change_finds_the_line_in_its_package(world: World, package: str, left: int) -> None:
    clear(world, note(*TEN, *SEVEN))

    clear(world, note(f"CPS+{package}+1", *TEN[1:2], "QTY+12:4:PCE", function="4", head=LATER))

    assert bonus(world) == left * 40
    assert world.violated() == {}


def test_a_change_in_a_package_that_nobody_knows_waits(world: World) -> None:
    clear(world, note(*TEN, *SEVEN))

    receipt = clear(world, note("CPS+9+1", *TEN[1:], function="4", head=LATER))

    assert problems(receipt) == [(9, "unknown_line")]
    assert bonus(world) == 17 * 40


def test_one_number_twice_in_a_package_is_told_apart_by_the_article(world: World) -> None:
    twice = (*TEN, *THREE[1:])

    receipt = clear(world, note(*twice))

    assert receipt.tally.booked == 2
    assert keys(world) == ["1", "1%@2/SW-M-405"]
    clear(world, note(*TEN[:1], *THREE[1:2], "QTY+12:4:PCE", function="4", head=LATER))
    assert bonus(world) == 10 * 40 + 4 * 40 + 2


def test_the_same_line_twice_is_one_purchase(world: World) -> None:
    receipt = clear(world, note(*TEN, *TEN[1:]))

    assert (receipt.tally.booked, receipt.tally.duplicate) == (1, 1)
    assert bonus(world) == 400


def test_a_replacement_stands_for_all_packages(world: World) -> None:
    clear(world, note(*TEN, *SEVEN))

    clear(world, note(*TEN, "CPS+3+1", *SEVEN[1:2], "QTY+12:1:PCE", function="5", head=LATER))

    assert bonus(world) == 11 * 40
    assert world.violated() == {}


def report(*lines: str, number: str = "V1") -> list[str]:
    head = (f"BGM+73E+{number}+9", "DTM+137:20260504:102", "NAD+SE+4098765000001::9++SolarWorld")
    return message("SLSRPT", *head, *lines)


def test_each_place_of_a_sales_report_has_numbers_of_its_own(world: World) -> None:
    lines = ("LOC+162+10017", "DTM+356:20260501:102", "LIN+1++SW-M-400:SA", "QTY+153:10",
             "LOC+162+10109", "DTM+356:20260501:102", "LIN+1++SW-M-400:SA", "QTY+153:5")

    first, again = clear(world, report(*lines)), clear(world, report(*lines), between="\r\n")

    assert (first.tally.booked, again.tally.duplicate) == (2, 2)
    assert (bonus(world), bonus(world, "10109")) == (400, 200)
    assert world.violated() == {}


def test_each_period_of_a_place_has_its_day(world: World) -> None:
    lines = ("LOC+162+10017", "DTM+356:20260501:102", "LIN+1++SW-M-400:SA", "QTY+153:10",
             "LOC+162+10017", "DTM+356:20260503:102", "LIN+1++SW-M-400:SA", "QTY+153:5")

    receipt = clear(world, report(*lines))

    assert receipt.tally.booked == 2
    assert world.rows(select(purchase_line.c.occurred_on, purchase_line.c.quantity).order_by(
        purchase_line.c.occurred_on)) == [("2026-05-01", 10), ("2026-05-03", 5)]
