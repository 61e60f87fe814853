"""Returns of goods that several documents speak of: the delivery note that booked them, and the invoice behind it."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.corrections import bonus, clear, document, goods
from tests.support.worlds import World, line, make_world
from treuwerk.domain.documents import DocumentKind
from treuwerk.store.database import Database
from treuwerk.store.tables import problem, serial_claim

JUNE = date(2026, 6, 1)


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with three participants and three articles; runs once per database."""
    return make_world(tmp_path / "league", database)


DELIVERY = document("D-1", goods(1, "10"), goods(2, "5"))
INVOICED = document("R-1", goods(1, "10"), goods(2, "5"), kind=DocumentKind.INVOICE, deliveries=("D-1",))
CREDITED = document("G-1", goods(1, "12"), kind=DocumentKind.CREDIT_NOTE, day=JUNE, previous=("R-1",))


def test_a_credit_note_for_an_invoice_finds_the_goods_that_the_delivery_note_booked(world: World) -> None:
    for one in (DELIVERY, INVOICED):
        clear(world, one)

    receipt = clear(world, CREDITED)

    assert receipt.tally.corrected == 1
    assert bonus(world) == 3 * 80
    assert world.violated() == {}


def test_it_waits_for_the_invoice_that_says_what_it_is_about(world: World) -> None:
    before = clear(world, CREDITED)
    clear(world, DELIVERY)

    clear(world, INVOICED)

    assert before.tally.waiting == 1
    assert bonus(world) == 3 * 80
    assert world.rows(select(problem.c.settled_at.is_(None))) == [(False,)]


def test_returned_goods_of_a_delivery_note_are_found_by_the_invoice_that_booked_them(world: World) -> None:
    clear(world, INVOICED)

    clear(world, document("RE-1", goods(1, "4"), kind=DocumentKind.RETURN, day=JUNE, deliveries=("D-1",)))

    assert bonus(world) == 11 * 80
    assert world.violated() == {}


def test_case_68_a_serial_that_came_back_can_be_bought_again(world: World) -> None:
    world.clear([line("LS-1", quantity="2", serials="A-1|A-2")])

    world.clear([line("LS-1", quantity="1", serials="A-2", movement="RETURN")], name="back.csv")
    again = world.clear([line("LS-2", quantity="1", serials="A-2")], name="again.csv")

    assert again.tally.booked == 1
    assert sorted(world.rows(select(serial_claim.c.serial))) == [("A1",), ("A2",)]
    assert bonus(world) == 160
    assert world.violated() == {}


def test_two_returns_of_one_purchase_count_both_by_whatever_document_each_names(world: World) -> None:
    for one in (DELIVERY, INVOICED):
        clear(world, one)
    clear(world, document("RE-1", goods(1, "3"), kind=DocumentKind.RETURN, day=JUNE, deliveries=("D-1",)))

    receipt = clear(world, document("G-2", goods(1, "4"), kind=DocumentKind.CREDIT_NOTE, day=JUNE, previous=("R-1",)))

    assert receipt.tally.corrected == 1
    assert bonus(world) == 8 * 80
    assert world.violated() == {}


def test_a_document_that_comes_later_is_not_asked_for_what_went_back_already(world: World) -> None:
    clear(world, document("D-1", goods(1, "10")))
    clear(world, document("G-1", goods(1, "4"), kind=DocumentKind.CREDIT_NOTE, day=JUNE, previous=("R-1",),
                          deliveries=("D-1",)))

    clear(world, document("R-1", goods(1, "8"), kind=DocumentKind.INVOICE))

    assert bonus(world) == (10 - 4 + 8) * 80
    assert world.violated() == {}
