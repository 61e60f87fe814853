"""Looking at orders: what stands there, who sees it, and lists that go on where a page ended."""

import attrs
import pytest

from tests.support.ordering import HOME, Counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.reward_orders import LineState
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.services.changes.merging import merge
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.services.orders.viewing_orders import listed, order_of, orders_of_account

HOUR = 3_600 * 1_000_000


def test_an_order_is_shown_as_it_was_placed_and_as_it_is(counter: Counter) -> None:
    placed = counter.order(("DRILL-12", 1), ("MUG-RED", 3), note="Bitte klingeln")
    cancel_lines(counter.world.installation, counter.access(), placed.public_id, [Cut(2, 1)], SIX_IN_THE_EVENING + 5)

    with counter.world.database.reading() as connection:
        order = order_of(counter.access(), connection, placed.public_id)

    assert (order.public_id, order.state, order.points, order.charged) == (placed.public_id, "ordered", 8_700, 8_200)
    assert (order.destination, order.note, order.actor, order.version) == (HOME, "Bitte klingeln", "ada", 2)
    drill, mug = order.lines
    assert (drill.names["de"], mug.variant_names["de"]) == ("Akkuschrauber", "Rot")
    assert (mug.progress.quantity, mug.progress.cancelled, mug.charged) == (3, 1, 1_000)
    assert drill.transaction.startswith("txn_")
    assert [(one.kind, one.line, one.quantity, one.actor) for one in order.events] == [
        ("placed", 0, 4, "ada"), ("cancel", 2, 1, "ada")]


def test_it_says_how_many_pieces_can_be_cancelled_and_until_when(counter: Counter) -> None:
    placed = counter.order(("DRILL-12", 1), ("MUG-RED", 3))

    with counter.world.database.reading() as connection:
        order = order_of(counter.access(), connection, placed.public_id)

    assert order.cancel_until == SIX_IN_THE_EVENING + 2 * HOUR
    assert (order.withdrawable(order.cancel_until - 1), order.withdrawable(order.cancel_until)) == (4, 0)


def test_only_who_may_sees_an_order(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 1))

    with counter.world.database.reading() as connection:
        assert order_of(counter.office(), connection, placed.public_id).number == placed.number
        with pytest.raises(OutOfScope):
            order_of(counter.access("10109"), connection, placed.public_id)
        with pytest.raises(OutOfScope):
            order_of(counter.access(), connection, "ord_00000000000000000000000001")
        with pytest.raises(NotAllowed):
            order_of(counter.office("orders.read"), connection, placed.public_id)
        with pytest.raises(NotAllowed):
            order_of(attrs.evolve(counter.access(), permissions=frozenset()), connection, placed.public_id)
        with pytest.raises(OutOfScope):
            orders_of_account(counter.access("10109"), connection, counter.account())
        with pytest.raises(NotAllowed):
            listed(counter.access(), connection)


def test_lists_begin_with_the_newest_and_go_on_where_a_page_ended(counter: Counter) -> None:
    counter.earn("10109", 10, "OTHER")
    for number in range(5):
        counter.order(("MUG-RED", 1), key=f"K{number}", now=SIX_IN_THE_EVENING + number // 2)
    other = counter.order(("MUG-RED", 1), key="K", number="10109", now=SIX_IN_THE_EVENING + 9)

    with counter.world.database.reading() as connection:
        first, behind = orders_of_account(counter.access(), connection, limit=3)
        rest, end = orders_of_account(counter.access(), connection, before=behind, limit=3)
        every, _ = listed(counter.office(), connection, limit=50)
        cancelled, _ = listed(counter.office(), connection, states=[LineState.CANCELLED])

    assert sorted(one.key for one in (*first, *rest)) == [f"K{number}" for number in range(5)]
    assert [one.placed_at for one in (*first, *rest)] == [SIX_IN_THE_EVENING + late for late in (2, 1, 1, 0, 0)]
    assert (end, len(first), every[0].public_id, len(every), cancelled) == (None, 3, other.public_id, 6, [])
    assert [one.lines[0].variant for one in first] == ["MUG-RED"] * 3


def test_orders_of_a_merged_company_are_found_from_the_one_that_stayed(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 1))
    merge(counter.world.installation, counter.account(), counter.account("10109"), SIX_IN_THE_EVENING + 1,
          actor="grace")

    with counter.world.database.reading() as connection:
        found, _ = orders_of_account(counter.access("10109"), connection)
        order = order_of(counter.access("10109"), connection, placed.public_id)

    assert ([one.public_id for one in found], order.key) == ([placed.public_id], "K1")
