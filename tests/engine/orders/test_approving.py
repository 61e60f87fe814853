"""Orders above a limit: approved by another person, refused with a reason, or cancelled when time is over."""

from pathlib import Path

import attrs
import pytest
from sqlalchemy import select

from tests.support.ordering import Counter, make_counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.ledger.holding import capture, release
from treuwerk.services.orders.approving import approve, cancel_overdue, refuse
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.placing import Placed
from treuwerk.store.database import Database
from treuwerk.store.tables import hold, order_event

DAY = 86_400 * 1_000_000
SOON = SIX_IN_THE_EVENING + DAY
LIMIT = ('unit = "bonus"\n\n[rewards.pricing]',
         'unit = "bonus"\n\n[rewards.orders]\napproval_above = 7_000\n\n[rewards.pricing]')


@pytest.fixture
def counter(tmp_path: Path, database: Database) -> Counter:
    """A programme in which somebody approves what costs more than 7,000 points."""
    return make_counter(tmp_path / "league", database, [LIMIT])


@pytest.fixture
def waiting(counter: Counter) -> Placed:
    """A drill and a mug that wait."""
    return counter.order(("DRILL-12", 1), ("MUG-RED", 1))


def test_approved_points_are_spent_and_the_order_goes_on(counter: Counter, waiting: Placed) -> None:
    state = approve(counter.world.installation, counter.office(), waiting.public_id, SOON)

    assert state == "ordered"
    assert [kind for kind, _ in counter.spent()] == ["hold", "hold", "capture", "capture"]
    assert (counter.bonus(), counter.stock()) == (8_300, (7, 1))
    assert [kind for (kind,) in counter.world.rows(select(order_event.c.kind).order_by(order_event.c.id))] == [
        "placed", "approve", "approve", "approved"]
    done = cancel_lines(counter.world.installation, counter.office(), waiting.public_id, [Cut(1)], SOON,
                        reason="Not available any more")
    assert (done.points, counter.bonus()) == (7_200, 15_500)
    assert counter.world.violated() == {}


def test_refused_points_and_pieces_are_free_again(counter: Counter, waiting: Placed) -> None:
    state = refuse(counter.world.installation, counter.office(), waiting.public_id, SOON, reason="Above the budget")

    assert state == "cancelled"
    assert (counter.bonus(), counter.stock()) == (16_000, (7, 0))
    assert counter.world.rows(select(hold.c.remaining)) == [(0,), (0,)]
    [(details,)] = counter.world.rows(select(order_event.c.details).where(order_event.c.kind == "refused"))
    assert "Above the budget" in details
    assert counter.world.violated() == {}


def test_an_order_is_decided_once(counter: Counter, waiting: Placed) -> None:
    approve(counter.world.installation, counter.office(), waiting.public_id, SOON)

    with pytest.raises(Refusal) as again:
        approve(counter.world.installation, counter.office(), waiting.public_id, SOON)
    with pytest.raises(Refusal) as late:
        refuse(counter.world.installation, counter.office(), waiting.public_id, SOON, reason="Above the budget")

    assert [(one.value.code, one.value.facts["state"]) for one in (again, late)] == [("already_decided", "ordered")] * 2
    assert counter.bonus() == 8_300


def test_nobody_approves_what_he_ordered_or_what_is_for_his_own_company(counter: Counter) -> None:
    for_others = counter.order(("DRILL-12", 1), access=counter.office(), account_id=counter.account())

    with pytest.raises(Refusal) as own:
        approve(counter.world.installation, counter.office(), for_others.public_id, SOON)
    with pytest.raises(NotAllowed):
        approve(counter.world.installation, counter.office("orders.approve"), for_others.public_id, SOON)
    with pytest.raises(OutOfScope):
        approve(counter.world.installation, counter.office(), "ord_00000000000000000000000000", SOON)
    other = attrs.evolve(counter.office(), user_id=3, actor="hedy")

    assert own.value.code == "self_approval"
    assert approve(counter.world.installation, other, for_others.public_id, SOON) == "ordered"


def test_what_nobody_approved_in_time_is_cancelled_once(counter: Counter, waiting: Placed) -> None:
    late = SIX_IN_THE_EVENING + 14 * DAY

    with pytest.raises(Refusal) as refused:
        approve(counter.world.installation, counter.office(), waiting.public_id, late)
    before = cancel_overdue(counter.world.installation, late - 1)
    done = [cancel_overdue(counter.world.installation, late) for _ in range(2)]

    assert (refused.value.code, before, done) == ("too_late", 0, [1, 0])
    assert (counter.bonus(), counter.stock(), counter.orders()[0][1]) == (16_000, (7, 0), "cancelled")
    assert counter.world.violated() == {}


def test_a_reservation_that_ended_by_itself_is_no_hindrance(counter: Counter, waiting: Placed) -> None:
    much_later = SIX_IN_THE_EVENING + 40 * DAY
    counter.world.goes_on(much_later)
    expire(counter.world.installation, much_later)

    assert counter.bonus() == 16_000
    assert cancel_overdue(counter.world.installation, much_later) == 1
    assert (counter.bonus(), counter.stock()) == (16_000, (7, 0))
    assert counter.world.violated() == {}


def test_whoever_ordered_cancels_pieces_while_it_waits(counter: Counter, waiting: Placed) -> None:
    cancel_lines(counter.world.installation, counter.access(), waiting.public_id, [Cut(2)], SOON + DAY)

    assert (counter.bonus(), counter.orders()[0][1]) == (8_800, "waiting")
    assert approve(counter.world.installation, counter.office(), waiting.public_id, SOON + 2 * DAY) == "ordered"
    assert counter.lines() == [("DRILL-12", "ordered", 1, 0, 1), ("MUG-RED", "cancelled", 1, 1, 0)]
    assert counter.world.violated() == {}


def test_a_reservation_of_an_order_is_ended_by_its_order_only(counter: Counter, waiting: Placed) -> None:
    [(number,), _] = counter.world.rows(select(hold.c.id).order_by(hold.c.id))

    for end in (capture, release):
        with pytest.raises(Refusal) as refused:
            end(counter.world.installation, waiting.account_id, number, "mine", SOON)
        assert refused.value.code == "belongs_to_order"
