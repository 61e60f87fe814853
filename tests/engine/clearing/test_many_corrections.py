"""Corrections by the hundred: as many statements as for a few, and the same books as one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, select

from tests.support.corrections import bonus, clear, document, goods
from tests.support.singles import redeem_one_lot
from tests.support.worlds import SIX_IN_THE_EVENING, World, make_world
from treuwerk.domain.documents import Document, DocumentKind
from treuwerk.store.database import Database
from treuwerk.store.tables import balance


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with three participants and three articles; runs once per database."""
    return make_world(tmp_path / "league", database)


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(*values: object) -> None:
        asked.append(str(values[2]))

    event.listen(world.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(world.database.engine, "before_cursor_execute", note)


def credits_of(number: str, lines: int) -> Document:
    return document(f"G-{number}", *(goods(line, "1") for line in range(1, lines + 1)),
                    kind=DocumentKind.CREDIT_NOTE, previous=(number,))


def test_the_number_of_statements_does_not_depend_on_the_number_of_corrections(world: World) -> None:
    clear(world, document("D-1", *(goods(line, "3") for line in range(1, 4))),
          document("D-2", *(goods(line, "3") for line in range(1, 91))))

    with statements(world) as few:
        clear(world, credits_of("D-1", 3))
    with statements(world) as many:
        clear(world, credits_of("D-2", 90))

    assert len(many) <= len(few) + 2
    assert bonus(world) == 2 * 93 * 80
    assert world.violated() == {}


def test_many_returns_of_spent_points_take_what_is_left_and_owe_the_rest(world: World) -> None:
    clear(world, document("D-1", *(goods(line, "1") for line in range(1, 41))))
    redeem_one_lot(world, SIX_IN_THE_EVENING, amount=70)

    clear(world, credits_of("D-1", 40))

    assert world.rows(select(balance.c.posted, balance.c.deficit).where(balance.c.unit == "bonus")) == [(0, 70)]
    assert world.violated() == {}
