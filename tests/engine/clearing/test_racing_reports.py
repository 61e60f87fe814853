"""Several at once: whoever is first is paid, on both databases, and the others find it booked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from tests.support.accounts import DONNELLY
from tests.support.reports import document, goods, invoice, report
from tests.support.worlds import World, connections_in_use, line
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.store.tables import document_claim, purchase_line

Report = Callable[[], Receipt]


def at_once(*reports: Report) -> list[Receipt]:
    barrier = Barrier(len(reports))

    def work(one: Report) -> Receipt:
        barrier.wait()
        return one()

    with ThreadPoolExecutor(len(reports)) as pool:
        return list(pool.map(work, reports))


def assert_paid_once(world: World, receipts: list[Receipt], lines: int) -> None:
    booked = [receipt.tally.booked for receipt in receipts]
    assert sorted(booked) == [0] * (len(booked) - 1) + [lines]
    assert len(world.rows(select(purchase_line.c.id))) == lines
    assert world.points()["bonus"] == 800 * lines
    assert world.violated() == {}
    assert connections_in_use(world.database.engine) == 0


@pytest.mark.parametrize("attempt", range(3))
def test_a_direct_file_and_an_upload_of_the_same_notes_at_once(world: World, attempt: int) -> None:
    notes = [f"LS-{attempt}-{number}" for number in range(20)]

    receipts = at_once(
        lambda: world.clear([line(number) for number in notes], name="direct"),
        lambda: report(world, *(document(number, goods(at)) for at, number in enumerate(reversed(notes), 1)),
                       name="upload"))

    assert sum(receipt.tally.booked + receipt.tally.duplicate for receipt in receipts) == 40
    assert_paid_once(world, receipts, 20)


@pytest.mark.parametrize("attempt", range(3))
def test_one_note_uploaded_by_two_companies_at_once_is_paid_to_one(world: World, attempt: int) -> None:
    receipts = at_once(lambda: report(world, document(f"LS-{attempt}"), name="one"),
                       lambda: report(world, document(f"LS-{attempt}", buyer=DONNELLY), name="other"))

    assert_paid_once(world, receipts, 1)
    assert sorted(receipt.tally.waiting for receipt in receipts) == [0, 1]


def test_a_note_and_its_invoice_at_once_are_one_purchase(world: World) -> None:
    receipts = at_once(
        lambda: report(world, invoice("RE-1", deliveries=("LS-1",)), name="invoice"),
        lambda: world.clear([line()], name="direct"),
        lambda: report(world, document("LS-1", goods(7)), name="note"))

    assert_paid_once(world, receipts, 1)


def test_one_serial_in_two_documents_at_once_is_booked_once(world: World) -> None:
    receipts = at_once(
        lambda: report(world, document("LS-1", goods(qty=10, serials=("SN-1",))), name="one"),
        lambda: report(world, document("LS-2", goods(qty=10, serials=("sn1",))), name="other"))

    assert_paid_once(world, receipts, 1)
    assert sorted(receipt.tally.waiting for receipt in receipts) == [0, 1]


def test_an_error_in_the_middle_leaves_no_claim(world: World) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the decision cannot be written")

    with pytest.raises(RuntimeError):
        report(world, document("LS-1"), name="upload", effects=broken)

    assert world.rows(select(document_claim)) == []
    assert world.clear([line()]).tally.booked == 1
    assert world.violated() == {}
