"""Complete systems and modules: what the sender says, what the parts of an order say, and what is booked of it."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.assemblies import bare, delivery, later, system_world
from tests.support.corrections import bonus, clear, goods
from tests.support.worlds import SIX_IN_THE_EVENING, World, line
from treuwerk.domain.documents import DocumentLine, Movement
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.store.database import Database
from treuwerk.store.tables import journal

MODULES, INVERTER, MOUNTING = bare(1, "10"), bare(1, "1", "SW-W-10H"), bare(2, "4", "SW-G")


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme in which the parts of an order tell a system; runs once per database."""
    return system_world(tmp_path / "league", database)


def codes(receipt: Receipt) -> list[str]:
    return [problem["code"] for problem in receipt.problems]


@pytest.mark.parametrize(("scope", "points"), [("SYSTEM", 1610), ("MODULE", 805)])
def test_case_32_what_the_sender_says_holds_for_all_lines_of_the_delivery(world: World, scope: str,
                                                                        points: int) -> None:
    receipt = clear(world, delivery("D-1", goods(1, "10", features={"scope": scope}),
                                    goods(2, "10", "SW-M-405", features={"scope": scope}),
                                    goods(3, "1", "SW-W-10H", features={"scope": scope})))

    assert (receipt.tally.booked, bonus(world)) == (2, points)


def test_case_32_an_unknown_value_holds_the_whole_delivery(world: World) -> None:
    receipt = world.clear([line("LS-1", 1), line("LS-1", 2, scope="SYSTM"), line("LS-2", 1)])

    assert (receipt.tally.booked, receipt.tally.waiting, receipt.tally.rejected) == (1, 1, 1)
    assert codes(receipt) == ["document_held", "unknown_feature"]
    assert "'SYSTM'" in receipt.problems[0]["reason"]
    assert bonus(world) == 800
    assert world.violated() == {}


def test_case_33_what_is_missing_earns_alone_and_is_reported(world: World) -> None:
    receipt = clear(world, delivery("D-1", MODULES, order=""))

    assert (receipt.tally.booked, bonus(world), codes(receipt)) == (1, 400, ["feature_missing"])


def test_case_33_the_parts_of_one_order_tell_a_system(world: World) -> None:
    receipt = clear(world, delivery("D-1", MODULES, bare(3, "1", "SW-W-10H"), MOUNTING))

    assert (bonus(world), codes(receipt)) == (800, [])
    assert receipt.tally.points == {"bonus": 800, "status": 400}
    assert world.points()["status"] == 400
    assert world.violated() == {}


@pytest.mark.parametrize("lines", [
    [MODULES, bare(3, "1", "SW-W-10H")], [bare(1, "4"), bare(3, "1", "SW-W-10H"), MOUNTING],
    [bare(1, "20"), bare(3, "1", "SW-W-03"), MOUNTING]], ids=["no mounting", "few modules", "small inverter"])
def test_case_33_with_too_little_of_a_part_it_is_no_system(world: World, lines: list[DocumentLine]) -> None:
    clear(world, delivery("D-1", *lines))

    assert bonus(world) == 40 * int(lines[0].qty)


def test_case_35_a_system_that_comes_in_several_deliveries(world: World) -> None:
    clear(world, delivery("D-1", MODULES))
    before = bonus(world)
    receipt = clear(world, delivery("D-2", INVERTER, MOUNTING, after=7))

    assert (before, bonus(world), receipt.tally.points) == (400, 800, {"bonus": 400})
    assert world.violated() == {}


def test_case_35_a_delivery_behind_the_window_is_not_part_of_it(world: World) -> None:
    clear(world, delivery("D-1", MODULES))
    clear(world, delivery("D-2", INVERTER, MOUNTING, after=31), now=later(40))

    assert bonus(world) == 400


@pytest.mark.parametrize(("broken", "points"), [("keep", 7 * 80), ("recalculate", 7 * 80)])
def test_case_37_modules_go_back_and_it_is_still_a_system(tmp_path: Path, database: Database, broken: str,
                                                         points: int) -> None:
    world = system_world(tmp_path / "league", database, other=[('missing = "derive"',
                                                               f'missing = "derive"\nbroken = "{broken}"')])
    clear(world, delivery("D-1", MODULES, bare(3, "1", "SW-W-10H"), MOUNTING))
    clear(world, delivery("D-1", bare(1, "3", movement=Movement.RETURN)))

    assert bonus(world) == points
    assert world.violated() == {}


@pytest.mark.parametrize(("broken", "points"), [("keep", 800), ("recalculate", 400)])
def test_case_37_the_inverter_goes_back_and_it_is_no_system_any_more(tmp_path: Path, database: Database, broken: str,
                                                                    points: int) -> None:
    world = system_world(tmp_path / "league", database, other=[('missing = "derive"',
                                                               f'missing = "derive"\nbroken = "{broken}"')])
    clear(world, delivery("D-1", MODULES, bare(3, "1", "SW-W-10H"), MOUNTING))
    clear(world, delivery("D-1", bare(3, "1", "SW-W-10H", movement=Movement.RETURN)))

    assert bonus(world) == points
    assert world.violated() == {}


def test_case_35_goods_that_earn_nothing_alone_earn_as_part_of_a_system(tmp_path: Path, database: Database) -> None:
    world = system_world(tmp_path / "league", database, other=[(
        "factors = { SYSTEM = 2, MODULE = 1 }", "factors = { SYSTEM = 2, MODULE = 0.001 }")])
    clear(world, delivery("D-1", MODULES))
    clear(world, delivery("D-2", INVERTER, MOUNTING, after=7))
    whole = bonus(world)
    clear(world, delivery("D-1", bare(1, "4", movement=Movement.RETURN)))

    assert (whole, bonus(world)) == (800, 480)
    assert world.violated() == {}


def test_case_37_pieces_that_a_clerk_takes_back_lose_their_share_of_the_system(world: World) -> None:
    clear(world, delivery("D-1", MODULES, bare(3, "1", "SW-W-10H"), MOUNTING))
    (account, line_id), = world.rows(select(journal.c.account_id, journal.c.id).where(journal.c.kind == "accrual"))

    reverse(world.installation, account, line_id, "by hand", SIX_IN_THE_EVENING, pieces=3)

    assert bonus(world) == 7 * 80
    assert world.violated() == {}
