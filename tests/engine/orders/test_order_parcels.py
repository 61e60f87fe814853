"""Parcels as rows: what left in which, when it arrived, and that they always hold what was sent."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from tests.support.ordering import Counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.parcels import Parcel
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import LineState, OrderAct
from treuwerk.domain.rights import NotAllowed
from treuwerk.services.orders.arriving import parcel_arrived, parcel_not_arrived
from treuwerk.services.orders.cancelling_lines import Cut
from treuwerk.services.orders.exporting_orders import order_lines
from treuwerk.services.orders.moving_on import move_on
from treuwerk.services.orders.placing import Placed
from treuwerk.services.orders.viewing_orders import PlacedOrder, order_of

SOON = SIX_IN_THE_EVENING + 3_600_000_000


def sent(counter: Counter, placed: Placed, *cuts: Cut, carrier: str = "DHL", tracking: str = "1") -> None:
    move_on(counter.world.installation, counter.office(), placed.public_id, OrderAct.SHIP, cuts, SOON,
            parcel=Parcel(carrier, tracking))


def order(counter: Counter, placed: Placed) -> PlacedOrder:
    with counter.world.database.reading() as connection:
        return order_of(counter.office(), connection, placed.public_id)


def test_each_parcel_has_its_pieces_and_arrives_by_itself(counter: Counter) -> None:
    placed = counter.order(("DRILL-12", 2), ("MUG-RED", 3))
    sent(counter, placed, Cut(1, 1), Cut(2, 3))
    sent(counter, placed, tracking="2")

    parcel_arrived(counter.world.installation, counter.office(), placed.public_id, 1, SOON + 1)
    seen = order(counter, placed)

    assert [(one.parcel.tracking, dict(one.pieces), bool(one.delivered_at)) for one in seen.parcels] == [
        ("1", {1: 1, 2: 3}, True), ("2", {1: 1}, False)]
    assert [line.progress.delivered for line in seen.lines] == [1, 3]
    assert seen.state is LineState.SHIPPED
    assert counter.world.violated() == {}


def test_an_arrival_that_was_noted_by_mistake_is_taken_back(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 3))
    sent(counter, placed)
    parcel_arrived(counter.world.installation, counter.office(), placed.public_id, 1, SOON)

    parcel_not_arrived(counter.world.installation, counter.office(), placed.public_id, 1, SOON)
    seen = order(counter, placed)

    assert (seen.state, seen.lines[0].progress.delivered, seen.parcels[0].delivered_at) == (LineState.SHIPPED, 0, 0)
    assert [one.kind for one in seen.events] == ["placed", "ship", "deliver", "not_delivered"]
    assert counter.world.violated() == {}


def test_all_that_is_delivered_makes_its_parcels_arrive(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 3))
    sent(counter, placed, Cut(1, 2))

    move_on(counter.world.installation, counter.office(), placed.public_id, OrderAct.DELIVER, (), SOON)

    assert [(dict(one.pieces), one.delivered_at) for one in order(counter, placed).parcels] == [
        ({1: 2}, SOON), ({1: 1}, SOON)]
    assert counter.world.violated() == {}


@pytest.mark.parametrize(("parcel", "code"), [(2, "unknown_parcel"), (1, "arrived_already")])
def test_a_parcel_arrives_once(counter: Counter, parcel: int, code: str) -> None:
    placed = counter.order(("MUG-RED", 1))
    sent(counter, placed)
    parcel_arrived(counter.world.installation, counter.office(), placed.public_id, 1, SOON)

    with pytest.raises(Refusal) as refused:
        parcel_arrived(counter.world.installation, counter.office(), placed.public_id, parcel, SOON)

    assert refused.value.code == code


def test_who_may_only_look_notes_no_arrival(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 1))
    sent(counter, placed)

    with pytest.raises(NotAllowed):
        parcel_arrived(counter.world.installation, counter.office("orders.write"), placed.public_id, 1, SOON)


def test_two_clerks_send_the_same_pieces_once(counter: Counter) -> None:
    placed, barrier = counter.order(("MUG-RED", 1)), Barrier(2)

    def ship(tracking: str) -> str:
        barrier.wait()
        try:
            sent(counter, placed, Cut(1, 1), tracking=tracking)
        except Refusal as refusal:
            return refusal.code
        return "sent"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(ship, ["1", "2"]))

    assert outcomes == ["sent", "wrong_state"]
    assert len(order(counter, placed).parcels) == 1
    assert counter.world.violated() == {}


@pytest.mark.parametrize("tampering", [
    "UPDATE order_parcel_line SET pieces = 2", "DELETE FROM order_parcel_line", "DELETE FROM order_parcel",
    "UPDATE order_line SET shipped = 2"])
def test_parcels_that_were_changed_by_sql_show(counter: Counter, tampering: str) -> None:
    placed = counter.order(("MUG-RED", 3))
    sent(counter, placed, Cut(1, 1))
    with counter.world.database.writing() as connection:
        connection.execute(text(tampering))

    assert "parcels_hold_what_was_sent" in counter.world.violated()


def test_the_export_tells_of_parcels_and_not_how_to_follow_them(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 1))
    sent(counter, placed, tracking="SECRET-1")

    [line] = order_lines(counter.world.installation)

    assert '"parcels":[{"carrier":"DHL"' in line
    assert "SECRET-1" not in line
