"""Totals of a period: bands over what is bought, whatever order it comes in and whatever goes back."""

from pathlib import Path

import pytest

from tests.support.corrections import bonus, clear, document, goods
from tests.support.totals import totals_world
from tests.support.worlds import World
from treuwerk.domain.documents import Movement, Purpose
from treuwerk.store.database import Database

ALONE = 40  # bonus points that a module of 400 Wp earns by itself


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with bands of each quarter; runs once per database."""
    return totals_world(tmp_path / "league", database)


def extra(world: World, pieces: int) -> int:
    """What is there beside what the pieces earned by themselves."""
    return bonus(world) - pieces * ALONE


def module(line: int, qty: int, **more: object):
    return goods(line, str(qty), features={"scope": "MODULE"}, **more)


def test_bands(world: World) -> None:
    clear(world, document("D-1", module(1, 30)))
    assert extra(world, 30) == 30
    clear(world, document("D-2", module(1, 40)))
    assert extra(world, 70) == 50 + 40
    clear(world, document("D-2", module(1, 30, movement=Movement.RETURN)))
    assert extra(world, 40) == 40
    clear(world, document("D-1", purpose=Purpose.CANCEL))
    assert extra(world, 10) == 10
    assert world.violated() == {}
