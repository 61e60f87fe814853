"""An upload of which nothing stands any more keeps nobody from the goods: who delivered them is paid, once."""

from functools import partial

import pytest
from sqlalchemy import select

from tests.engine.clearing.test_deciding import is_proven, points
from tests.engine.clearing.test_racing_reports import at_once
from tests.engine.clearing.test_revising import LATER, corrected
from tests.support.accounts import BRANDMAIER, DONNELLY
from tests.support.clerks import decided, handed_in, note
from tests.support.clerks import line as entered
from tests.support.office import CLARA, acting
from tests.support.portal import Portal
from tests.support.reports import codes, document, goods, report
from tests.support.worlds import SIX_IN_THE_EVENING, World, line
from treuwerk.domain.documents import Purpose
from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes.reversing import reverse
from treuwerk.services.submissions.deciding import Verdict, decide
from treuwerk.store.tables import journal, purchase_line

ONE = {"bonus": 800, "status": 400}
VOID = document("LS-1", purpose=Purpose.CANCEL, version="2026-06-01")


def voided(world: World) -> None:
    report(world, document("LS-1"), name="upload", owner="sub_1")
    report(world, VOID, name="void", owner="sub_1")
    assert world.points()["bonus"] == 0


@pytest.mark.parametrize("delivered", [{}, {"position": "7"}, {"quantity": "10", "scope": "SYSTEM", "serials": "X"}])
def test_the_genuine_delivery_of_a_void_upload_is_booked(world: World, delivered: dict[str, str]) -> None:
    voided(world)

    receipt = world.clear([line(**delivered)])

    assert receipt.tally.booked == 1
    assert world.points() == ONE
    assert world.violated() == {}


def test_it_is_booked_once_however_often_it_comes(world: World) -> None:
    voided(world)
    world.clear([line()])

    receipts = [world.clear([line(), line("LS-2")], name="again.csv"), world.clear([line()], name="more.csv")]

    assert [receipt.tally.duplicate for receipt in receipts] == [1, 1]
    assert world.points()["bonus"] == 1_600
    assert world.violated() == {}


def test_it_is_booked_for_whom_it_was_delivered_to(world: World) -> None:
    voided(world)

    world.clear([line(customer_number=DONNELLY)])

    assert world.balances()[DONNELLY, "bonus"] == 800
    assert world.balances()[BRANDMAIER, "bonus"] == 0
    assert world.violated() == {}


def test_goods_that_went_back_are_not_booked_by_a_late_report_of_their_delivery(world: World) -> None:
    report(world, document("LS-1"), name="upload", owner="sub_1")
    world.clear([line(movement="RETURN")], name="return.csv")

    receipt = world.clear([line()])

    assert receipt.tally.duplicate == 1
    assert world.points()["bonus"] == 0


def test_what_a_person_took_back_waits_for_a_person(world: World) -> None:
    report(world, document("LS-1"), name="upload", owner="sub_1")
    [(account_id, booking)] = world.rows(select(journal.c.account_id, journal.c.id))
    reverse(world.installation, account_id, booking, "by hand", SIX_IN_THE_EVENING + 1)

    receipt = world.clear([line()])

    assert codes(receipt) == ["taken_back"]
    assert "Booked: 10 of SW-M-400 on 2026-05-04, line 1 of LS-1 by upload" in receipt.problems[0]["reason"]
    assert world.points()["bonus"] == 0


def test_an_upload_that_was_put_right_is_met_as_it_stands_now(world: World) -> None:
    report(world, document("LS-1"), name="upload", owner="sub_1")
    report(world, document("LS-1", goods(qty=8), purpose=Purpose.REPLACE, version="2026-06-01"), name="put right",
           owner="sub_1")

    same = world.clear([line(quantity="8")])

    assert same.tally.duplicate == 1
    assert world.points()["bonus"] == 640


def test_the_same_document_reported_again_after_it_was_void_is_booked(empty_portal: Portal) -> None:
    first = handed_in(empty_portal)
    decided(empty_portal, first, note(entered(qty=10), number="LS-78"), acting(CLARA))
    corrected(empty_portal, first, note(entered(qty=10), number="LS-87"))
    second = handed_in(empty_portal, number="LS-78")

    outcome = decide(acting(CLARA), empty_portal.installation, second.public_id,
                     Verdict(note(entered(qty=10), number="LS-78")), second.version, LATER + 1)

    assert outcome.points["bonus"] == 800
    assert points(empty_portal)["bonus"] == 1_600
    assert is_proven(empty_portal)


def test_what_a_feed_proves_is_not_void_by_a_correction_of_the_upload(empty_portal: Portal) -> None:
    first = handed_in(empty_portal)
    decided(empty_portal, first, note(entered(qty=10), number="LS-78"), acting(CLARA))
    empty_portal.deliver("2026-11-20", "LS-78;10;2026-11-05;1001;M400;10;PCE;SYSTEM;")

    with pytest.raises(Refusal, match="expected the 10 that"):
        corrected(empty_portal, first, note(entered(qty=10), number="LS-87"))

    assert points(empty_portal)["bonus"] == 800


@pytest.mark.parametrize("attempt", range(3))
def test_a_delivery_beside_two_uploads_of_a_void_note_at_once_is_paid_once(world: World, attempt: int) -> None:
    voided(world)
    anew = document("LS-1", purpose=Purpose.REPLACE, version=f"2026-06-02T0{attempt}")

    at_once(partial(world.clear, [line()], name="one.csv"), partial(world.clear, [line(), line("X")], name="two.csv"),
            partial(report, world, anew, name="second", owner="sub_2"),
            partial(report, world, anew, name="third", owner="sub_3"))

    assert world.points()["bonus"] == 1_600
    assert world.violated() == {}


@pytest.mark.parametrize("attempt", range(3))
def test_a_delivery_and_the_withdrawal_of_its_upload_at_once_are_paid_at_most_once(world: World, attempt: int) -> None:
    report(world, document("LS-1"), name="upload", owner="sub_1")

    at_once(partial(world.clear, [line()]), partial(report, world, VOID, name=f"void {attempt}", owner="sub_1"))

    assert len(world.rows(select(purchase_line.c.id))) == 1 + (world.points()["bonus"] == 800)
    assert world.violated() == {}
