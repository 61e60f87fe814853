"""Changes that come before what they change, and versions: numbers are compared as numbers."""

from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.engine.conftest import NewDatabase
from tests.support.corrections import MAY, bonus, clear, digest, document, goods
from tests.support.worlds import World, make_world
from treuwerk.domain.documents import Document, Purpose
from treuwerk.services.clearing.parked import report_parked
from treuwerk.store.database import Database
from treuwerk.store.tables import clearing_run, problem, work_item

ORIGINAL = document("D-1", goods(1, "10"), goods(2, "5"))
CHANGE = document("D-1", goods(2, "7"), purpose=Purpose.CHANGE, issue_date=MAY.replace(day=6))
CHANGED_AGAIN = document("D-1", goods(2, "3"), purpose=Purpose.CHANGE, issue_date=MAY.replace(day=8))
REPLACING = document("D-1", goods(2, "1"), purpose=Purpose.REPLACE, issue_date=MAY.replace(day=7))
CANCELLING = document("D-1", purpose=Purpose.CANCEL, issue_date=MAY.replace(day=9))


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with three participants and three articles; runs once per database."""
    return make_world(tmp_path / "league", database)


def test_a_change_before_its_document_is_parked_and_applied_with_it(world: World) -> None:
    before = clear(world, CHANGE)
    assert (before.tally.waiting, before.problems[0]["code"], bonus(world)) == (1, "parked", 0)

    after = clear(world, ORIGINAL)

    assert (after.tally.lines, after.tally.booked, after.tally.transactions) == (3, 3, 4)
    assert bonus(world) == 17 * 80
    assert world.rows(select(problem.c.settled_at.is_(None))) == [(False,)]
    assert world.violated() == {}


def test_a_parked_change_that_comes_again_waits_once(world: World) -> None:
    clear(world, CHANGE)

    clear(world, CHANGE)
    clear(world, ORIGINAL)
    again = clear(world, CHANGE, ORIGINAL)

    assert (again.tally.duplicate, again.tally.transactions) == (3, 0)
    assert bonus(world) == 17 * 80
    assert world.rows(select(problem.c.settled_at.is_(None)).distinct()) == [(False,)]
    assert world.violated() == {}


def test_one_that_waits_too_long_is_reported(world: World) -> None:
    clear(world, CHANGE)

    late = report_parked(world.installation, world.rows(select(clearing_run.c.started_at))[0][0] + 31 * 86_400_000_000)

    assert late == 1
    assert world.rows(select(work_item.c.state)) == [("open",)]


@pytest.mark.parametrize("documents", [
    (ORIGINAL, CHANGE, CHANGED_AGAIN), (ORIGINAL, CHANGE, REPLACING), (ORIGINAL, CHANGED_AGAIN, CANCELLING),
    (ORIGINAL, REPLACING, CHANGED_AGAIN), (CHANGE, CANCELLING, CHANGED_AGAIN),
], ids=["twice", "and replaced", "and cancelled", "behind a replacement", "of nothing"])
def test_changes_in_any_order_give_the_same_books(tmp_path: Path, new_database: NewDatabase,
                                                  documents: tuple[Document, ...]) -> None:
    digests = set[str]()

    for number, order in enumerate(permutations(documents)):
        with new_database() as database:
            world = make_world(tmp_path / str(number), database)
            for one in order:
                clear(world, one)
            assert world.violated() == {}
            digests.add(digest(world))

    assert len(digests) == 1


@pytest.mark.parametrize(("versions", "left"), [
    (("9", "10"), 2), (("10", "9"), 1), (("1.9", "1.10"), 2),
    (("2026-05-06T12:00+02:00", "2026-05-06T11:00Z"), 2), (("2026-05-06", "2026-05-06T08:00"), 2),
])
def test_case_80_the_later_version_counts_whichever_comes_last(world: World, versions: tuple[str, str],
                                                               left: int) -> None:
    clear(world, ORIGINAL)

    for pieces, version in enumerate(versions, start=1):
        clear(world, document("D-1", goods(1, str(pieces)), purpose=Purpose.REPLACE, version=version))

    assert bonus(world) == left * 80
    assert world.violated() == {}


def test_case_80_versions_that_nobody_can_put_in_order_wait(world: World) -> None:
    clear(world, ORIGINAL)
    clear(world, document("D-1", goods(1, "1"), purpose=Purpose.REPLACE, version="A"))

    receipt = clear(world, document("D-1", goods(1, "2"), purpose=Purpose.REPLACE, version="B"))

    assert [one["code"] for one in receipt.problems] == ["version_unclear"]
    assert bonus(world) == 80
    assert world.violated() == {}
