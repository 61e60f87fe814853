"""Documents that cancel, replace or change earlier ones of the same number, in any order."""

from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.engine.conftest import NewDatabase
from tests.support.corrections import MAY, bonus, clear, digest, document, goods
from tests.support.worlds import World, make_world
from treuwerk.domain.documents import Document, DocumentKind, DocumentLine, Purpose
from treuwerk.store.database import Database
from treuwerk.store.tables import journal, problem

LATER, LAST = MAY.replace(day=6), MAY.replace(day=8)
ORIGINAL = document("D-1", goods(1, "10"), goods(2, "5"))
REPLACING = document("D-1", goods(1, "8"), goods(3, "1"), purpose=Purpose.REPLACE, issue_date=LATER)
CHANGING = document("D-1", goods(2, "7"), purpose=Purpose.CHANGE, issue_date=LAST)
CANCELLING = document("D-1", purpose=Purpose.CANCEL, issue_date=LAST)


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with three participants and three articles; runs once per database."""
    return make_world(tmp_path / "league", database)


def test_case_04_a_replacement_books_the_difference_and_both_stay_linked(world: World) -> None:
    clear(world, ORIGINAL)

    receipt = clear(world, REPLACING)

    assert bonus(world) == 9 * 80
    assert receipt.tally.points == {"bonus": -480, "status": -240}
    kinds = world.rows(select(journal.c.kind, journal.c.refers_to.is_(None)).order_by(journal.c.id))
    assert sorted(kinds) == [("accrual", True)] * 4 + [("reversal", False)] * 2
    assert world.violated() == {}


def test_a_replacement_that_comes_again_books_nothing(world: World) -> None:
    clear(world, ORIGINAL)
    clear(world, REPLACING)

    again = clear(world, REPLACING, ORIGINAL)

    assert (again.tally.duplicate, again.tally.transactions) == (4, 0)
    assert bonus(world) == 9 * 80


def test_case_05_a_change_replaces_only_the_lines_that_it_names(world: World) -> None:
    clear(world, ORIGINAL)

    clear(world, CHANGING)

    assert bonus(world) == 17 * 80
    assert world.violated() == {}


def test_case_05_a_change_of_a_line_that_nobody_knows_waits(world: World) -> None:
    clear(world, ORIGINAL)

    receipt = clear(world, document("D-1", goods(2, "7"), goods(9, "100"), purpose=Purpose.CHANGE, issue_date=LATER))

    assert (receipt.tally.booked, receipt.tally.waiting) == (1, 1)
    assert [(one["line"], one["code"]) for one in receipt.problems] == [(9, "unknown_line")]
    assert bonus(world) == 17 * 80
    assert world.violated() == {}


def test_case_06_a_cancelled_document_gives_back_all_and_stays_readable(world: World) -> None:
    clear(world, ORIGINAL)

    receipt = clear(world, CANCELLING)

    assert (receipt.tally.lines, receipt.tally.booked, receipt.tally.corrected) == (1, 1, 1)
    assert bonus(world) == 0
    assert len(world.rows(select(journal.c.id).where(journal.c.kind == "accrual"))) == 2
    assert world.violated() == {}


def test_case_07_a_cancellation_of_a_document_before_it_came_books_nothing_net(world: World) -> None:
    before = clear(world, CANCELLING)

    clear(world, ORIGINAL)

    assert (before.tally.waiting, before.problems[0]["code"]) == (1, "parked")
    assert bonus(world) == 0
    assert world.rows(select(problem.c.settled_at.is_(None))) == [(False,)]
    assert world.violated() == {}


def test_another_document_of_the_number_stays_booked_when_one_is_cancelled(world: World) -> None:
    clear(world, ORIGINAL, document("D-1", goods(1, "1"), day=MAY.replace(year=2025)),
          document("D-1", goods(1, "2"), kind=DocumentKind.INVOICE))

    clear(world, CANCELLING)

    assert bonus(world) == 3 * 80


@pytest.mark.parametrize("documents", [
    (ORIGINAL, REPLACING, CANCELLING),
    (ORIGINAL, REPLACING, document("D-1", goods(1, "3"), goods(2, "2"), purpose=Purpose.REPLACE, issue_date=LAST)),
    (ORIGINAL, CANCELLING, document("D-1", goods(1, "4"), purpose=Purpose.REPLACE, issue_date=MAY.replace(day=9))),
], ids=["cancelled", "replaced twice", "revived"])
def test_versions_in_any_order_give_the_same_books(tmp_path: Path, new_database: NewDatabase,
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


def test_pieces_that_went_back_stay_back_when_their_document_is_replaced(tmp_path: Path,
                                                                         new_database: NewDatabase) -> None:
    credit = document("C-1", goods(1, "3"), kind=DocumentKind.CREDIT_NOTE, previous=("D-1",))
    digests = set[str]()

    for number, order in enumerate(permutations((ORIGINAL, REPLACING, credit))):
        with new_database() as database:
            world = make_world(tmp_path / str(number), database)
            for one in order:
                clear(world, one)
            assert bonus(world) == 6 * 80
            assert world.violated() == {}
            digests.add(digest(world))

    assert len(digests) == 1


@pytest.mark.parametrize("lines", [(), (goods(1, "10"), goods(2, "3"))])
def test_a_cancellation_without_a_day_is_refused_line_by_line(world: World, lines: tuple[DocumentLine, ...]) -> None:
    clear(world, document("D-1", goods(1, "10"), goods(2, "3")))

    receipt = clear(world, document("D-1", *lines, purpose=Purpose.CANCEL)._replace(delivery_date=None))

    assert receipt.tally.rejected == receipt.tally.lines == max(len(lines), 1)
    assert {problem["code"] for problem in receipt.problems} == {"no_date"}
    assert bonus(world) == 13 * 80
