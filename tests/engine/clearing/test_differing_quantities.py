"""A feed brings another quantity than the upload that is booked: the feed's counts, by a reversal and a new booking."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.accounts import DONNELLY
from tests.support.reports import codes, document, goods, invoice, report
from tests.support.worlds import World, line, make_world
from treuwerk.domain.documents import Purpose
from treuwerk.services.proof.digesting import state_digest
from treuwerk.store.database import Database
from treuwerk.store.tables import journal, purchase_evidence, purchase_line, serial_claim, taken_back

ONE = 80
"""Bonus points of a module of 400 Wp that is part of a system."""


def bonus(world: World) -> int:
    return world.points()["bonus"]


def quantities(world: World, source: str) -> list[int]:
    rows = world.rows(select(purchase_line.c.quantity).where(purchase_line.c.source == source).order_by(
        purchase_line.c.id))
    return [quantity for quantity, in rows]


@pytest.mark.parametrize(("uploaded", "delivered"), [(12, 10), (7, 10)], ids=["too many", "too few"])
def test_case_13_a_differing_quantity_is_corrected_to_that_of_the_feed(world: World, uploaded: int,
                                                                       delivered: int) -> None:
    report(world, document("LS-1", goods(qty=uploaded)), name="upload", owner="sub_1")

    receipt = world.clear([line(quantity=str(delivered))])

    assert (receipt.tally.booked, receipt.tally.waiting, receipt.tally.reversals) == (1, 0, 1)
    assert bonus(world) == ONE * delivered
    assert receipt.tally.points["bonus"] == ONE * (delivered - uploaded)
    assert world.violated() == {}


def test_case_13_both_reports_are_linked_to_each_other(world: World) -> None:
    report(world, document("LS-1", goods(qty=12)), name="upload", owner="sub_1")

    receipt = world.clear([line()])

    proof = purchase_evidence.c
    found = world.rows(select(purchase_line.c.source, purchase_line.c.quantity, proof.owner, proof.quantity)
                       .join(purchase_line, (purchase_line.c.account_id == proof.account_id)
                             & (purchase_line.c.id == proof.line_id)).order_by(proof.quantity))
    assert found == [("upload", 12, "direct:deliveries", 10), ("deliveries", 10, "upload:sub_1", 12)]
    assert receipt.evidence[0]["booked"]["quantity"] == 12
    assert world.rows(select(journal.c.refers_to.is_not(None)).where(journal.c.kind == "reversal")) == [(True,)]


def test_case_13_the_same_file_again_and_in_other_files_changes_nothing(world: World) -> None:
    report(world, document("LS-1", goods(qty=12)), name="upload", owner="sub_1")
    world.clear([line()])
    before, evidence = state_digest(world.database), world.rows(select(purchase_evidence))

    receipts = [world.clear([line(), line("LS-9")], name="more.csv"), world.clear([line("LS-9"), line()], name="x.csv")]

    assert [(one.tally.booked, one.tally.duplicate) for one in receipts] == [(1, 1), (0, 2)]
    assert bonus(world) == ONE * 20
    world.clear([line()], name="once more.csv")
    assert world.rows(select(purchase_evidence)) == evidence
    assert before != state_digest(world.database)
    assert world.violated() == {}


def test_another_content_of_the_feed_itself_is_a_conflict_and_corrects_nothing(world: World) -> None:
    report(world, document("LS-1", goods(qty=12)), name="upload")
    world.clear([line()])

    receipt = world.clear([line(quantity="11")], name="other.csv")

    assert codes(receipt) == ["conflict"]
    assert bonus(world) == ONE * 10
    assert world.violated() == {}


def test_lines_that_agree_stay_and_only_the_others_are_corrected(world: World) -> None:
    report(world, document("LS-1", goods(1, qty=5), goods(2, qty=7), goods(3, "SW-M-405", 4)), name="upload")

    receipt = world.clear([line(position=10, article_number="SW-M-405", quantity="4"), line(position=1, quantity="5"),
                           line(position=2, quantity="6")])

    assert (receipt.tally.booked, receipt.tally.duplicate) == (1, 2)
    assert world.rows(select(taken_back.c.pieces)) == [(7,)]
    assert world.violated() == {}


def test_a_feed_that_comes_in_parts_adds_up_to_its_own_figure(world: World) -> None:
    report(world, document("LS-1", goods(qty=12)), name="upload")

    world.clear([line(quantity="4")])
    world.clear([line(position=2, quantity="9")], name="second.csv")

    assert bonus(world) == ONE * 13
    assert world.violated() == {}


def test_a_return_after_the_correction_takes_from_what_the_feed_brought(world: World) -> None:
    report(world, document("LS-1", goods(qty=12)), name="upload")
    world.clear([line()])

    world.clear([line(movement="RETURN", quantity="3")], name="return.csv")

    assert bonus(world) == ONE * 7
    assert world.violated() == {}


def test_a_return_before_the_correction_is_taken_from_it_once(world: World) -> None:
    report(world, document("LS-1", goods(qty=12)), name="upload")
    world.clear([line(movement="RETURN", quantity="3")], name="return.csv")

    world.clear([line()])

    assert bonus(world) == ONE * 7
    assert world.violated() == {}


def test_serials_go_over_to_the_line_of_the_feed(world: World) -> None:
    report(world, document("LS-1", goods(qty=2, serials=("A1", "A2"))), name="upload")

    receipt = world.clear([line(quantity="1", serials="A1")])

    assert (receipt.tally.booked, receipt.tally.waiting) == (1, 0)
    assert world.rows(select(serial_claim.c.serial)) == [("A1",)]
    assert report(world, document("LS-2", goods(qty=1, serials=("A2",))), name="other").tally.booked == 1
    assert world.violated() == {}


def test_a_feed_whose_serial_another_purchase_has_waits_and_leaves_the_upload_as_it_is(world: World) -> None:
    report(world, document("LS-9", goods(qty=1, serials=("B1",))), name="other")
    report(world, document("LS-1", goods(qty=2, serials=("A1", "A2"))), name="upload")

    receipt = world.clear([line(quantity="1", serials="B1")])

    assert codes(receipt) == ["serial_known"]
    assert bonus(world) == ONE * 3
    assert {serial for serial, in world.rows(select(serial_claim.c.serial))} == {"A1", "A2", "B1"}
    assert world.violated() == {}


def test_an_uploaded_invoice_over_this_note_alone_is_corrected_too(world: World) -> None:
    report(world, invoice("RE-1", goods(qty=12), deliveries=("LS-1",)), name="invoice")

    world.clear([line()])

    assert bonus(world) == ONE * 10
    assert world.violated() == {}


def test_an_uploaded_invoice_over_several_notes_waits_for_a_person(world: World) -> None:
    report(world, invoice("RE-1", goods(qty=22), deliveries=("LS-1", "LS-2")), name="invoice")

    receipt = world.clear([line()])

    assert codes(receipt) == ["quantity_differs"]
    assert bonus(world) == ONE * 22


def test_a_feed_of_another_quantity_for_another_company_waits(world: World) -> None:
    report(world, document("LS-1", goods(qty=12)), name="upload")

    receipt = world.clear([line(customer_number=DONNELLY)])

    assert codes(receipt) == ["claimed_by_other"]
    assert bonus(world) == ONE * 12


def test_what_the_clerk_says_anew_of_the_upload_counts_once(world: World) -> None:
    report(world, document("LS-1", goods(qty=12)), name="upload", owner="sub_1")
    world.clear([line()])

    report(world, document("LS-1", goods(qty=11), purpose=Purpose.REPLACE, version="2026-06-01"), name="put right",
           owner="sub_1")

    assert bonus(world) == ONE * 11
    assert world.violated() == {}


def test_a_rehearsal_tells_of_the_correction_and_books_nothing(world: World) -> None:
    report(world, document("LS-1", goods(qty=12)), name="upload")

    receipt = world.clear([line()], dry_run=True)

    assert (receipt.tally.booked, receipt.tally.reversals) == (1, 1)
    assert bonus(world) == ONE * 12


def test_the_programme_can_let_it_wait_for_a_person(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database, other=[
        ("batch_lines = 100", 'batch_lines = 100\ndiffering_upload = "wait"')])
    report(world, document("LS-1", goods(qty=12)), name="upload")

    receipt = world.clear([line()])

    assert codes(receipt) == ["quantity_differs"]
    assert bonus(world) == ONE * 12
