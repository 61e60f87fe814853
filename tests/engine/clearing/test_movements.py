"""Lines of the direct feed that say CANCEL or RETURN, whenever they come."""

from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.engine.conftest import NewDatabase
from tests.support.corrections import DAY, bonus, digest
from tests.support.singles import redeem_one_lot
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, make_world
from treuwerk.store.database import Database
from treuwerk.store.tables import balance, problem, work_item


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with three participants and three articles; runs once per database."""
    return make_world(tmp_path / "league", database)


def fates(world: World, *files: list[dict[str, str]]) -> list[dict[str, int]]:
    """What became of the lines of each file."""
    receipts = [world.clear(rows, name=f"{number}.csv", now=SIX_IN_THE_EVENING + number * DAY)
                for number, rows in enumerate(files)]
    names = ("booked", "duplicate", "waiting", "rejected", "ignored")
    return [{name: found for name in names if (found := getattr(one.tally, name))} for one in receipts]


def test_a_cancelled_line_gives_back_all_that_it_earned(world: World) -> None:
    found = fates(world, [line("LS-1"), line("LS-2")], [line("LS-1", movement="CANCEL")])

    assert found == [{"booked": 2}, {"booked": 1}]
    assert world.balances() == {("10017", "bonus"): 800, ("10017", "status"): 400}
    assert world.violated() == {}


def test_pieces_that_go_back_take_their_share(world: World) -> None:
    back = world.clear([line("LS-1"), line("LS-1", movement="RETURN", quantity="3", delivered_on="2026-05-20")])

    assert (back.tally.booked, back.tally.corrected, back.tally.transactions, back.tally.reversals) == (2, 1, 2, 1)
    assert back.tally.points == {"bonus": 560, "status": 280}
    assert world.balances() == {("10017", "bonus"): 560, ("10017", "status"): 280}
    assert world.violated() == {}


@pytest.mark.parametrize("movement", ["CANCEL", "RETURN"])
def test_case_07_a_cancellation_before_the_original_is_parked_and_books_nothing_net(world: World,
                                                                                   movement: str) -> None:
    found = fates(world, [line("LS-1", movement=movement)], [line("LS-1")])

    assert found == [{"waiting": 1}, {"booked": 1}]
    assert world.balances() == {("10017", "bonus"): 0, ("10017", "status"): 0}
    assert world.rows(select(problem.c.code, problem.c.settled_at.is_(None))) == [("parked", False)]
    assert world.rows(select(work_item.c.state).where(work_item.c.state == "open")) == []
    assert world.violated() == {}


def test_a_cancellation_in_front_of_its_line_in_one_file_books_nothing_net(world: World) -> None:
    found = fates(world, [line("LS-1", movement="CANCEL"), line("LS-1")])

    assert found == [{"booked": 2}]
    assert bonus(world) == 0
    assert world.violated() == {}


def test_a_correction_that_comes_again_is_known(world: World) -> None:
    back = line("LS-1", movement="RETURN", quantity="3")

    found = fates(world, [line("LS-1")], [back], [line("LS-7"), back], [back, line("LS-1")])

    assert found == [{"booked": 1}, {"booked": 1}, {"booked": 1, "duplicate": 1}, {"duplicate": 2}]
    assert bonus(world) == 800 - 240 + 800


def test_case_26_more_than_was_bought_is_limited_and_the_rest_waits(world: World) -> None:
    found = fates(world, [line("LS-1")], [line("LS-1", movement="RETURN", quantity="12")])

    assert found == [{"booked": 1}, {"waiting": 1}]
    assert bonus(world) == 0
    ((code, reason),) = world.rows(select(problem.c.code, problem.c.reason))
    assert code == "returned_too_many"
    assert reason == ("found 12 pieces that went back, expected at most 10 that were bought and not yet returned; "
                      "these were taken back, 2 wait")
    assert world.violated() == {}


def test_case_24_a_return_after_the_points_were_spent_is_owed(world: World) -> None:
    world.clear([line("LS-1")])
    redeem_one_lot(world, SIX_IN_THE_EVENING, amount=700)

    world.clear([line("LS-1", movement="CANCEL")], name="back.csv")

    assert world.rows(select(balance.c.posted, balance.c.deficit).where(balance.c.unit == "bonus")) == [(0, 700)]
    world.clear([line("LS-2")], name="next.csv")
    assert world.rows(select(balance.c.posted, balance.c.deficit).where(balance.c.unit == "bonus")) == [(100, 0)]
    assert world.violated() == {}


def test_part_returns_in_any_order_give_the_same_books(tmp_path: Path, new_database: NewDatabase) -> None:
    odd = {"article_number": "SW-M-405", "quantity": "7", "scope": "MODULE"}
    files = [[line("LS-1", **odd)], *([line("LS-1", movement="RETURN", **odd | {"quantity": quantity})]
                                      for quantity in ("2", "3"))]
    digests = set[str]()

    for number, order in enumerate(permutations(files)):
        with new_database() as database:
            world = make_world(tmp_path / str(number), database)
            fates(world, *order)
            assert world.violated() == {}
            digests.add(digest(world))

    assert len(digests) == 1
