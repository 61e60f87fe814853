"""Single bookings wait for a seal, and get one: gapless, once, with the deltas of the books of the system."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.support.singles import redeem_one_lot
from tests.support.worlds import SIX_IN_THE_EVENING, World, lines, make_world
from treuwerk.store import sealing
from treuwerk.store.database import Database
from treuwerk.store.sealing import seal_pending, waiting_for_a_seal
from treuwerk.store.tables import balance_delta, seal, sealed

LATER = SIX_IN_THE_EVENING + 1_000


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A batch under its seal."""
    world = make_world(tmp_path / "league", database)
    world.clear(lines(3))
    return world


def seal_now(world: World, now: int = LATER + 99) -> int:
    with world.database.writing() as connection:
        return seal_pending(connection, now)


def waiting(world: World) -> int:
    with world.database.reading() as connection:
        return waiting_for_a_seal(connection)


def test_the_oldest_comes_first_and_all_laws_hold(world: World) -> None:
    late, early = redeem_one_lot(world, LATER + 2), redeem_one_lot(world, LATER + 1)
    before = waiting(world)

    count = seal_now(world)

    assert (before, count, waiting(world)) == (2, 2, 0)
    assert world.rows(select(sealed).order_by(sealed.c.sequence))[-2:] == [(4, *early), (5, *late)]
    assert world.violated() == {}


def test_deltas_are_those_of_the_sealed_postings(world: World) -> None:
    redeem_one_lot(world, LATER, amount=5)
    redeem_one_lot(world, LATER, amount=7)
    redeemed = select(func.sum(balance_delta.c.amount)).where(balance_delta.c.book == "redeemed")
    before = world.rows(redeemed)

    seal_now(world)

    assert before == [(None,)]
    assert world.rows(redeemed) == [(12,)]


def test_nothing_that_waits_makes_no_seal(world: World) -> None:
    count = seal_now(world)

    assert count == 0
    assert world.rows(select(func.count()).select_from(seal)) == [(1,)]


def test_more_than_one_seal_holds_are_sealed_in_several(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "AT_ONCE", 2)
    for at in range(5):
        redeem_one_lot(world, LATER + at)

    count = seal_now(world)

    assert count == 5
    assert world.rows(select(seal.c.first_sequence, seal.c.last_sequence).order_by(seal.c.number)) == [
        (1, 3), (4, 5), (6, 7), (8, 8)]
    assert world.violated() == {}


def test_a_clock_that_was_set_back_makes_no_seal_older_than_the_one_before(world: World) -> None:
    redeem_one_lot(world, LATER)

    seal_now(world, now=5)

    at = [when for when, in world.rows(select(seal.c.sealed_at).order_by(seal.c.number))]
    assert at == sorted(at)
    assert at[-1] == LATER
    assert world.violated() == {}


def test_several_sealers_at_once_seal_everything_once(world: World) -> None:
    for at in range(12):
        redeem_one_lot(world, LATER + at)

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: seal_now(world), range(4)))

    assert sum(counts) == 12
    assert world.violated() == {}


def test_a_seal_that_fails_leaves_everything_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    redeem_one_lot(world, LATER)
    monkeypatch.setattr(sealing, "_add_deltas", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        seal_now(world)

    assert waiting(world) == 1
    assert world.rows(select(func.count()).select_from(sealed)) == [(3,)]
