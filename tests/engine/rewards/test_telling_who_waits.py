"""A reward that was withdrawn is published again: who waits for it is told, by whatever way it came back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.catalogues import DRILL
from tests.support.ordering import Counter, make_counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.services.shop.watching import watch
from treuwerk.store.database import Database
from treuwerk.store.tables import outbox, stock_watch


@pytest.fixture
def counter(tmp_path: Path, database: Database) -> Counter:
    """A drill that is sold out, and somebody who waits for it."""
    made = make_counter(tmp_path / "league", database)
    made.shelf.bring({**DRILL, "stock": "0"})
    with made.world.database.writing() as connection:
        assert watch(made.access(), connection, made.world.installation.programme.settings, "DRILL-12",
                     SIX_IN_THE_EVENING)
    made.shelf.bring({**DRILL, "stock": "0", "state": "withdrawn"})
    return made


def told(counter: Counter) -> int:
    return len(counter.world.rows(select(outbox.c.id).where(outbox.c.topic == "reward_in_stock")))


def test_pieces_that_came_while_it_was_withdrawn_are_told_once_it_is_published(counter: Counter) -> None:
    counter.shelf.bring({**DRILL, "stock": "5", "state": "withdrawn"})
    before = told(counter)

    counter.shelf.bring({**DRILL, "stock": "5"})

    assert (before, told(counter), counter.world.rows(select(stock_watch))) == (0, 1, [])


def test_nobody_is_told_of_what_comes_back_sold_out(counter: Counter) -> None:
    counter.shelf.bring({**DRILL, "stock": "5", "state": "withdrawn"})

    counter.shelf.bring({**DRILL, "stock": "0"})

    assert told(counter) == 0
