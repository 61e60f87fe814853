"""Credit notes, returns and negative lines: with the number of a purchase, and without one."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.corrections import MAY, bonus, clear, document, goods
from tests.support.worlds import World, make_world
from treuwerk.domain.documents import Document, DocumentKind
from treuwerk.services.ledger.points_back import reversals_of
from treuwerk.store.database import Database
from treuwerk.store.tables import balance, journal, problem

CREDIT, INVOICE, RETURN = DocumentKind.CREDIT_NOTE, DocumentKind.INVOICE, DocumentKind.RETURN
LATEST = ("batch_lines = 100", 'batch_lines = 100\nunreferenced_returns = "latest"')
JUNE = date(2026, 6, 1)


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme where returns without reference wait; runs once per database."""
    return make_world(tmp_path / "league", database)


@pytest.fixture
def latest(tmp_path: Path, database: Database) -> World:
    """A programme where they take back the latest purchase."""
    return make_world(tmp_path / "league", database, other=[LATEST])


def credited(*lines: object, previous: str = "R-1", kind: DocumentKind = CREDIT, **more: object) -> Document:
    """A credit note of June for an invoice of May."""
    return document("G-1", *lines, kind=kind, day=JUNE, previous=(previous,) if previous else (), **more)  # type: ignore[arg-type]


def test_case_22_part_of_a_line_goes_back_by_the_breakdown_that_gave_its_points(world: World) -> None:
    clear(world, document("R-1", goods(1, "10"), goods(2, "4", features={"scope": "MODULE"}), kind=INVOICE))

    receipt = clear(world, credited(goods(1, "12")))

    assert receipt.tally.points == {"bonus": -10 * 80 - 2 * 40, "status": -12 * 40}
    assert bonus(world) == 2 * 40
    assert world.violated() == {}


def test_a_credit_note_of_another_participant_takes_nothing(world: World) -> None:
    clear(world, document("R-1", goods(1, "10"), kind=INVOICE))

    receipt = clear(world, credited(goods(1, "2"), buyer="10109"))

    assert receipt.tally.waiting == 1
    assert bonus(world) == 800


def test_a_return_whose_buyer_is_known_only_later_is_no_conflict(world: World) -> None:
    clear(world, credited(goods(1, "4"), buyer="99999"))

    receipt = clear(world, credited(goods(1, "4")))

    assert (receipt.tally.rejected, receipt.tally.lines) == (0, 1)
    clear(world, document("R-1", goods(1, "10"), kind=INVOICE))
    assert bonus(world) == 6 * 80


def test_case_23_without_a_reference_a_credit_note_waits(world: World) -> None:
    clear(world, document("R-1", goods(1, "10"), kind=INVOICE))

    receipt = clear(world, credited(goods(1, "2"), previous=""))

    assert [one["code"] for one in receipt.problems] == ["no_reference"]
    assert bonus(world) == 800
    assert world.violated() == {}


@pytest.mark.parametrize("previous", ["", "R-77"], ids=["no reference", "unknown original"])
def test_case_23_or_takes_back_what_was_bought_last(latest: World, previous: str) -> None:
    clear(latest, document("R-1", goods(1, "10"), kind=INVOICE),
          document("R-2", goods(1, "3", features={"scope": "MODULE"}), kind=INVOICE, day=MAY.replace(day=9)))

    receipt = clear(latest, credited(goods(1, "5"), previous=previous))

    assert receipt.tally.booked == 1
    assert receipt.tally.points == {"bonus": -3 * 40 - 2 * 80, "status": -5 * 40}
    assert latest.violated() == {}


def test_the_latest_purchase_may_come_after_its_return_was_reported(latest: World) -> None:
    waiting = clear(latest, credited(goods(1, "5"), previous=""))

    clear(latest, document("R-1", goods(1, "10"), kind=INVOICE))

    assert waiting.tally.waiting == 1
    assert bonus(latest) == 5 * 80
    assert latest.rows(select(problem.c.settled_at.is_(None))) == [(False,)]


def test_nothing_goes_back_that_was_bought_after_it(latest: World) -> None:
    clear(latest, document("R-1", goods(1, "10"), kind=INVOICE, day=MAY.replace(day=20)))

    receipt = clear(latest, document("G-1", goods(1, "5"), kind=CREDIT, day=MAY.replace(day=19)))

    assert receipt.tally.waiting == 1
    assert bonus(latest) == 800


def test_case_26_more_than_was_bought_waits(world: World) -> None:
    clear(world, document("R-1", goods(1, "10"), kind=INVOICE))

    first, second = clear(world, credited(goods(1, "6"))), clear(world, document(
        "G-2", goods(1, "6"), kind=CREDIT, day=JUNE, previous=("R-1",)))

    assert (first.tally.booked, second.tally.waiting) == (1, 1)
    assert [one["code"] for one in second.problems] == ["returned_too_many"]
    assert bonus(world) == 0
    assert world.violated() == {}


def test_case_28_a_corrected_invoice_with_negative_lines_takes_these_back(world: World) -> None:
    clear(world, document("R-1", goods(1, "10"), kind=INVOICE))

    clear(world, document("R-2", goods(1, "-10"), goods(2, "7"), kind=INVOICE, day=JUNE, previous=("R-1",),
                          type_code="384"))

    assert bonus(world) == 7 * 80
    assert world.violated() == {}


def test_case_28_and_one_that_says_all_anew_takes_the_place_of_the_former(world: World) -> None:
    clear(world, document("R-2", goods(1, "7"), kind=INVOICE, day=JUNE, previous=("R-1",), type_code="384"))

    clear(world, document("R-1", goods(1, "10"), goods(2, "1"), kind=INVOICE))

    assert bonus(world) == 7 * 80
    assert world.violated() == {}


def test_case_29_a_self_billed_invoice_is_a_purchase(world: World) -> None:
    clear(world, document("R-1", goods(1, "10"), kind=INVOICE, type_code="389"))

    assert bonus(world) == 800


@pytest.mark.parametrize("line", [goods(1, "-4", amount=Decimal(-400)), goods(1, "4", amount=Decimal(-400))],
                         ids=["negative quantity", "negative amount"])
def test_case_30_a_negative_line_of_an_invoice_takes_back(world: World, line: object) -> None:
    clear(world, document("R-1", goods(1, "10"), kind=INVOICE))

    receipt = clear(world, document("R-2", line, kind=INVOICE, day=JUNE, previous=("R-1",)))  # type: ignore[arg-type]

    assert (receipt.tally.booked, receipt.tally.corrected) == (1, 1)
    assert bonus(world) == 6 * 80


def test_case_31_a_prepaid_invoice_is_a_normal_purchase(world: World) -> None:
    clear(world, document("R-1", goods(1, "10", amount=Decimal(1000)), kind=INVOICE, sums={"payable": Decimal(-5)}))

    assert bonus(world) == 800


def test_returned_goods_name_the_delivery_note_that_brought_them(world: World) -> None:
    clear(world, document("D-1", goods(1, "10")))

    clear(world, document("RE-1", goods(1, "4"), kind=RETURN, day=JUNE, deliveries=("D-1",)))

    assert bonus(world) == 6 * 80


def test_freight_of_a_credit_note_is_nothing_to_take_back(world: World) -> None:
    clear(world, document("R-1", goods(1, "10"), kind=INVOICE))

    receipt = clear(world, credited(goods(1, "1", role="charge", article="FREIGHT"), goods(2, "1")))

    assert (receipt.tally.ignored, receipt.tally.booked) == (1, 1)


def test_case_25_points_that_expired_are_not_taken_a_second_time(world: World) -> None:
    clear(world, document("R-1", goods(1, "10"), kind=INVOICE, day=date(2025, 5, 4)))

    clear(world, document("G-1", goods(1, "5"), kind=CREDIT, day=JUNE, previous=("R-1",)))

    owed = world.rows(select(balance.c.unit, balance.c.posted, balance.c.deficit).order_by(balance.c.unit))
    assert owed == [("bonus", 400, 0), ("status", 0, 0)]
    assert world.violated() == {}


def test_case_21_what_did_not_arrive_reduces_the_delivery(world: World) -> None:
    clear(world, document("D-1", goods(1, "20"), goods(2, "10")))
    arrived = document("E-1", goods(1, "18"), goods(2, "7"), kind=DocumentKind.RECEIPT, deliveries=("D-1",))

    clear(world, arrived)

    assert bonus(world) == 25 * 80
    assert clear(world, arrived).tally.duplicate == 2
    assert world.violated() == {}


def test_case_21_more_than_was_sent_counts_only_once_it_is_invoiced(world: World) -> None:
    clear(world, document("E-1", goods(1, "22"), kind=DocumentKind.RECEIPT, deliveries=("D-1",)))

    clear(world, document("D-1", goods(1, "20")))

    assert bonus(world) == 1600
    assert world.violated() == {}


def test_a_reversal_names_the_correction_and_the_purchase(world: World) -> None:
    clear(world, document("R-1", goods(1, "10"), kind=INVOICE))
    clear(world, credited(goods(1, "3")))
    ((account, accrual),) = world.rows(select(journal.c.account_id, journal.c.id).where(journal.c.kind == "accrual"))

    with world.database.reading() as connection:
        (reversal,) = reversals_of(connection, account, accrual)

    assert reversal.occurred_on == "2026-06-01"
    assert reversal.business_key.startswith("correction|correction|purchase|SolarWorld|credit_note|G-1|2026|1|")
