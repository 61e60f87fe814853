"""Pieces that leave, arrive, come back or will not come: in parts, with their parcels, and never twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from tests.support.ordering import Counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.parcels import NO_PARCEL, Parcel
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.changing import Effect
from treuwerk.services.orders.moving_on import move_on
from treuwerk.services.orders.own_orders import own_order
from treuwerk.services.orders.placing import Placed
from treuwerk.store.tables import audit_entry, order_line

HOUR = 3_600 * 1_000_000
SOON = SIX_IN_THE_EVENING + HOUR
WHY = "Arrived broken"


def moved(counter: Counter, placed: Placed, act: OrderAct, *cuts: Cut, parcel: Parcel = NO_PARCEL,
          reason: str = WHY, without: tuple[str, ...] = (), version: int | None = None) -> tuple[Effect, ...]:
    return move_on(counter.world.installation, counter.office(*without), placed.public_id, act, cuts, SOON,
                   parcel=parcel, reason=reason, version=version)


def pieces(counter: Counter) -> list[tuple[object, ...]]:
    line = order_line.c
    return counter.world.rows(select(line.state, line.shipped, line.delivered, line.returned).order_by(line.line))


def test_an_order_leaves_in_parts_and_the_participant_sees_each_parcel(counter: Counter) -> None:
    placed = counter.order(("DRILL-12", 2), ("MUG-RED", 1))

    moved(counter, placed, OrderAct.SHIP, Cut(1, 1), parcel=Parcel("DHL", "0034 1"))
    after_one = (counter.orders()[0][1], counter.stock())
    moved(counter, placed, OrderAct.SHIP, parcel=Parcel("UPS", "1Z"))
    after_all = (counter.orders()[0][1], counter.stock())
    moved(counter, placed, OrderAct.DELIVER)

    assert (after_one, after_all) == (("partly_shipped", (6, 1)), ("shipped", (5, 0)))
    assert pieces(counter) == [("delivered", 2, 2, 0), ("delivered", 1, 1, 0)]
    with counter.world.database.reading() as connection:
        seen = own_order(counter.access(), connection, placed.public_id)
    assert [dict(one.details) for one in seen.events if one.kind == "ship"] == [
        {"carrier": "DHL", "tracking": "0034 1"}, {"carrier": "UPS", "tracking": "1Z"},
        {"carrier": "UPS", "tracking": "1Z"}]
    assert counter.bonus() == 16_000 - 14_900
    assert counter.world.violated() == {}


def test_what_came_back_gives_its_points_back_and_says_why(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 3))
    moved(counter, placed, OrderAct.DELIVER)

    [effect] = moved(counter, placed, OrderAct.RETURN, Cut(1, 2))

    assert (effect.pieces, effect.points, counter.bonus()) == (2, 1_000, 15_500)
    assert pieces(counter) == [("delivered", 3, 1, 2)]
    told = counter.world.rows(select(audit_entry.c.action, audit_entry.c.reason).where(
        audit_entry.c.action.like("order.%")))
    assert sorted(told) == [("order.deliver", ""), ("order.place", ""), ("order.return", WHY)]
    assert counter.world.violated() == {}


def test_a_line_that_failed_is_sent_after_all_or_cancelled(counter: Counter) -> None:
    placed = counter.order(("DRILL-12", 1), ("MUG-RED", 1))
    moved(counter, placed, OrderAct.FAIL, reason="No longer made")
    failed = counter.orders()[0][1]

    moved(counter, placed, OrderAct.SHIP, Cut(2))
    cancel_lines(counter.world.installation, counter.office(), placed.public_id, [Cut(1)], SOON, reason="Sold out now")

    assert failed == "failed"
    assert [one[0] for one in pieces(counter)] == ["cancelled", "shipped"]
    assert (counter.bonus(), counter.stock()) == (15_500, (7, 0))
    assert counter.world.violated() == {}


@pytest.mark.parametrize(("act", "cuts", "code"), [
    (OrderAct.SHIP, (Cut(1, 4),), "wrong_quantity"),
    (OrderAct.SHIP, (Cut(1, 1), Cut(1, 1)), "twice"),
    (OrderAct.SHIP, (Cut(9),), "unknown_line"),
    (OrderAct.RETURN, (Cut(1),), "wrong_state"),
    (OrderAct.RETURN, (), "nothing_there"),
])
def test_what_cannot_be_is_refused_and_nothing_is_noted(counter: Counter, act: OrderAct, cuts: tuple[Cut, ...],
                                                        code: str) -> None:
    placed = counter.order(("MUG-RED", 3))

    with pytest.raises(Refusal) as refused:
        moved(counter, placed, act, *cuts)

    assert refused.value.code == code
    assert pieces(counter) == [("ordered", 0, 0, 0)]


@pytest.mark.parametrize("act", [OrderAct.RETURN, OrderAct.FAIL])
def test_a_reason_is_needed_for_what_went_wrong(counter: Counter, act: OrderAct) -> None:
    placed = counter.order(("MUG-RED", 3))

    with pytest.raises(Refusal) as refused:
        moved(counter, placed, act, reason="no")

    assert refused.value.code == "no_reason"


def test_a_number_of_a_parcel_that_is_none_is_refused(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 3))

    for tracking in ("1" * 101, "1\0002"):
        with pytest.raises(Refusal) as refused:
            moved(counter, placed, OrderAct.SHIP, parcel=Parcel(tracking=tracking))
        assert refused.value.code == "too_long"


def test_only_the_service_centre_notes_it_and_by_what_it_saw(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 3))

    with pytest.raises(NotAllowed):
        moved(counter, placed, OrderAct.SHIP, without=("orders.write",))
    with pytest.raises(NotAllowed):
        move_on(counter.world.installation, counter.access(), placed.public_id, OrderAct.SHIP, (), SOON)
    with pytest.raises(OutOfScope):
        move_on(counter.world.installation, counter.office(), "ord_1", OrderAct.SHIP, (), SOON)
    with pytest.raises(Refusal, match="somebody changed it meanwhile"):
        moved(counter, placed, OrderAct.SHIP, version=7)

    assert pieces(counter) == [("ordered", 0, 0, 0)]


def test_of_many_who_note_the_same_return_at_once_the_points_come_back_once(counter: Counter) -> None:
    placed, barrier = counter.order(("MUG-RED", 3)), Barrier(6)
    moved(counter, placed, OrderAct.DELIVER)

    def note(_: int) -> bool:
        barrier.wait()
        try:
            moved(counter, placed, OrderAct.RETURN)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        noted = list(pool.map(note, range(6)))

    assert (noted.count(True), counter.bonus()) == (1, 16_000)
    assert counter.world.violated() == {}
