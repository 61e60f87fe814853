"""A clock that was set back: bookings keep the order in which they were made, and points do not wait for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.worlds import SIX_IN_THE_EVENING, World, line, make_world
from treuwerk.services.account.statements import statement
from treuwerk.services.finding import account_of
from treuwerk.services.ledger.balances import balances
from treuwerk.services.ledger.batch_redeeming import Request, redeem_all
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database

NOW = SIX_IN_THE_EVENING
HOUR = 3_600_000_000
DAY = 24 * HOUR


def account(world: World) -> int:
    with world.database.reading() as connection:
        return account_of(connection, "10017")


def one_by_one(world: World, amount: int, now: int) -> None:
    redeem(world.installation, account(world), "bonus", amount, "A", now)


def from_a_file(world: World, amount: int, now: int) -> None:
    (answer,) = redeem_all(world.installation, [Request(account(world), "bonus", amount, "A")], now)
    assert answer.refusal is None


def available(world: World, now: int) -> tuple[int, int]:
    with world.database.reading() as connection:
        bonus = balances(connection, ["bonus"], account_of(connection, "10017"), now)["bonus"]
    return bonus.available, bonus.pending


def test_statements_keep_the_order_of_booking_when_the_clock_is_set_back(world: World) -> None:
    world.clear([line("LS-1", quantity="1")], name="first.csv")
    world.clear([line("LS-2", quantity="2")], name="second.csv", now=NOW - HOUR)
    account_id = account(world)
    redeem(world.installation, account_id, "bonus", 10, "A-1", NOW)
    world.clear([line("LS-3", quantity="3")], name="third.csv", now=NOW - 3 * HOUR)

    with world.database.reading() as connection:
        page = statement(connection, account_id, "bonus")

    assert [entry.balance for entry in page.entries] == [80 + 160 - 10 + 240, 80 + 160 - 10, 80 + 160, 80]


@pytest.mark.parametrize("spend", [one_by_one, from_a_file])
def test_points_that_a_clock_ahead_booked_can_be_spent_when_it_is_set_right(
        world: World, spend: Callable[[World, int, int], None]) -> None:
    world.clear([line("LS-1", quantity="1")], name="first.csv")
    world.clear([line("LS-2", quantity="2")], name="second.csv", now=NOW + 3 * DAY)

    before = available(world, NOW + HOUR)
    spend(world, 200, NOW + HOUR)

    assert before == (240, 0)
    assert available(world, NOW + HOUR) == (40, 0)
    assert world.violated() == {}


def test_points_wait_for_their_time_although_a_clock_ahead_booked_others_before(
        tmp_path: Path, database: Database) -> None:
    named = 'name = { de = "Bonuspunkte" }'
    world = make_world(tmp_path / "league", database, other=[(named, named + '\npending = { after = "14D" }')])
    world.clear([line("LS-1", quantity="1")], name="first.csv", now=NOW + 30 * DAY)
    world.clear([line("LS-2", quantity="2")], name="second.csv", now=NOW)

    assert available(world, NOW + DAY) == (0, 240)
    assert available(world, NOW + 15 * DAY) == (160, 80)
