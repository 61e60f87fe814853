"""Points that come back after their goods went back: nobody gains, and nobody owes what he never used."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.worlds import SIX_IN_THE_EVENING, World, line, make_world
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.finding import account_of
from treuwerk.services.ledger.cancelling import cancel
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.ledger.holding import hold, release
from treuwerk.services.ledger.redeeming import redeem
from treuwerk.store.database import Database
from treuwerk.store.tables import balance, journal, posting

NOW = SIX_IN_THE_EVENING
DAY = 86_400_000_000
FIVE_YEARS = 5 * 366 * DAY
World_ = Callable[[str], tuple[World, int, int]]


@pytest.fixture
def with_policy(tmp_path: Path, database: Database) -> World_:
    """A participant whose delivery has earned 800 bonus points, in a programme with a policy of returns."""
    def made(policy: str) -> tuple[World, int, int]:
        folder = make_world(tmp_path / "league", database).folder
        file = folder / "programme.toml"
        file.write_text(file.read_text("utf-8").replace("[units.bonus]\n", f'[units.bonus]\nreturns = "{policy}"\n'))
        world = make_again(folder, database)
        world.clear([line()])
        with database.reading() as connection:
            account_id = account_of(connection, "10017")
            accrual = connection.execute(select(journal.c.id).where(journal.c.account_id == account_id)).scalar_one()
        return world, account_id, accrual
    return made


def make_again(folder: Path, database: Database) -> World:
    from treuwerk.services.installation import open_installation
    return World(folder, open_installation(folder, database))


def bonus(world: World) -> tuple[int, int, int]:
    """Points to spend, reserved and owed."""
    rows = world.rows(select(balance.c.posted, balance.c.held, balance.c.deficit).where(balance.c.unit == "bonus"))
    return rows[0]


def lost(world: World) -> int:
    found = world.rows(select(posting.c.amount).where(posting.c.book == "clawback"))
    return -sum(int(amount) for (amount,) in found)


def test_a_loss_is_recovered_when_the_reserved_points_come_back(with_policy: World_) -> None:
    world, account_id, accrual = with_policy("clamp")
    held = hold(world.installation, account_id, "bonus", 500, "H", NOW, NOW + DAY)
    reverse(world.installation, account_id, accrual, "R", NOW)

    borne = lost(world)
    release(world.installation, account_id, held.row.id, "H", NOW)

    assert (borne, lost(world), bonus(world)) == (500, 0, (0, 0, 0))
    assert world.violated() == {}


def test_a_loss_is_recovered_part_by_part_and_never_twice(with_policy: World_) -> None:
    world, account_id, accrual = with_policy("clamp")
    spent = redeem(world.installation, account_id, "bonus", 800, "A", NOW)
    reverse(world.installation, account_id, accrual, "R", NOW, pieces=5)

    cancel(world.installation, account_id, spent.row.id, "X-1", NOW, amount=300)
    first = lost(world), bonus(world)[0]
    cancel(world.installation, account_id, spent.row.id, "X-2", NOW)

    assert first == (100, 0)
    assert (lost(world), bonus(world)[0]) == (0, 400)
    assert world.violated() == {}


@pytest.mark.parametrize("policy", ["negative", "block"])
def test_expired_points_that_come_back_settle_what_is_owed_for_them_first(with_policy: World_, policy: str) -> None:
    world, account_id, accrual = with_policy(policy)
    spent = redeem(world.installation, account_id, "bonus", 800, "A", NOW)
    reverse(world.installation, account_id, accrual, "R", NOW)

    cancel(world.installation, account_id, spent.row.id, "X", NOW + FIVE_YEARS)

    assert bonus(world) == (0, 0, 0)
    assert world.violated() == {}


def test_what_expired_of_a_purchase_is_taken_once_however_many_parts_go_back(with_policy: World_) -> None:
    world, account_id, accrual = with_policy("negative")
    redeem(world.installation, account_id, "bonus", 200, "A", NOW)
    later = NOW + FIVE_YEARS
    expire(world.installation, later, confirm=True)

    reverse(world.installation, account_id, accrual, "R-1", later, pieces=4)
    first = bonus(world)
    reverse(world.installation, account_id, accrual, "R-2", later, pieces=4)
    reverse(world.installation, account_id, accrual, "R-3", later)

    assert first == (0, 0, 0)  # 320 of the 600 points that expired
    assert bonus(world) == (0, 0, 200)  # 280 more of them; then what had been spent is owed
    assert world.violated() == {}


def test_a_hold_asked_for_again_with_another_end_is_the_first_one(with_policy: World_) -> None:
    world, account_id, _ = with_policy("negative")

    first = hold(world.installation, account_id, "bonus", 500, "H", NOW, NOW + DAY)
    again = hold(world.installation, account_id, "bonus", 500, "H", NOW + 1, NOW + DAY + 1)

    assert (again.repeated, again.id) == (True, first.id)
    assert bonus(world) == (300, 500, 0)
