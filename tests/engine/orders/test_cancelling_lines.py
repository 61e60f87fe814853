"""Cancelling pieces of an order: what comes back, until when, and by whom."""

from datetime import datetime

import attrs
import pytest
from sqlalchemy import Connection, func, select, update

from tests.support.colleagues import namesake
from tests.support.ordering import Counter
from tests.support.worlds import BERLIN, SIX_IN_THE_EVENING
from treuwerk.domain.ledger import instant
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.domain.rights import Access, NotAllowed, OutOfScope
from treuwerk.services.changes.merging import forward_arrivals, merge
from treuwerk.services.changes.taking_back import takeable
from treuwerk.services.ledger.cancelling import cancel
from treuwerk.services.orders.cancelling_lines import Cancelled, Cut, cancel_lines
from treuwerk.services.orders.changing import OpenOrder
from treuwerk.services.orders.placing import Placed
from treuwerk.store.reward_orders import LineChanged
from treuwerk.store.tables import journal, lot, order_event, order_line, posting

HOUR = 3_600 * 1_000_000
SOON = SIX_IN_THE_EVENING + HOUR


def cancelled(counter: Counter, placed: Placed, *cuts: Cut, now: int = SOON, access: Access | None = None,
              reason: str = "", version: int | None = None) -> Cancelled:
    return cancel_lines(counter.world.installation, access or counter.access(), placed.public_id, cuts, now,
                        reason=reason, version=version)


def worked_on(counter: Counter, placed: Placed, line: int, act: OrderAct, pieces: int | None = None) -> None:
    def work(connection: Connection) -> None:
        order = OpenOrder(connection, counter.world.installation.programme.settings,
                          placed.account_id, placed.number, SOON)
        order.apply(line, act, pieces)
        order.finish()

    counter.world.database.run(work)


def test_a_whole_order_is_cancelled_and_all_is_as_before(counter: Counter) -> None:
    placed = counter.order(("DRILL-12", 2), ("MUG-RED", 1))

    done = cancelled(counter, placed)

    assert (done.state, done.points) == ("cancelled", 14_900)
    assert (counter.bonus(), counter.stock()) == (16_000, (7, 0))
    assert counter.lines() == [("DRILL-12", "cancelled", 2, 2, 0), ("MUG-RED", "cancelled", 1, 1, 0)]
    assert counter.orders() == [("K1", "cancelled", 14_900)]
    assert counter.world.violated() == {}


def test_some_pieces_of_a_line_are_cancelled_and_the_rest_stays_ordered(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 5), ("DRILL-12", 1))

    first = cancelled(counter, placed, Cut(1, 2))
    again = cancelled(counter, placed, Cut(1, 2))

    assert [(one.line, one.pieces, one.points) for one in (*first.effects, *again.effects)] == [
        (1, 2, 1_000), (1, 2, 1_000)]
    assert counter.lines() == [("MUG-RED", "ordered", 5, 4, 0), ("DRILL-12", "ordered", 1, 0, 1)]
    assert (counter.bonus(), counter.orders()[0][1]) == (16_000 - 7_200 - 500, "ordered")
    events = select(order_event.c.id, order_event.c.kind, order_event.c.line, order_event.c.quantity)
    assert counter.world.rows(events.order_by("id")) == [(1, "placed", 0, 6), (2, "cancel", 1, 2), (3, "cancel", 1, 2)]
    assert counter.world.violated() == {}


@pytest.mark.parametrize(("cuts", "code"), [
    ([Cut(1, 4)], "wrong_quantity"), ([Cut(1, 0)], "wrong_quantity"), ([Cut(2)], "unknown_line"),
    ([Cut(1, 1), Cut(1, 1)], "twice")])
def test_what_cannot_be_cancelled_leaves_all_as_it_was(counter: Counter, cuts: list[Cut], code: str) -> None:
    placed = counter.order(("MUG-RED", 3))

    with pytest.raises(Refusal) as refused:
        cancelled(counter, placed, *cuts)

    assert refused.value.code == code
    assert (counter.bonus(), counter.lines()) == (14_500, [("MUG-RED", "ordered", 3, 0, 0)])


def test_whoever_ordered_cancels_in_time_and_the_service_centre_until_it_leaves(counter: Counter) -> None:
    placed, late = counter.order(("DRILL-12", 2)), SIX_IN_THE_EVENING + 2 * HOUR

    with pytest.raises(Refusal) as too_late:
        cancelled(counter, placed, now=late)
    worked_on(counter, placed, 1, OrderAct.HAND_OVER)
    with pytest.raises(Refusal) as handed_over:
        cancelled(counter, placed, Cut(1))
    worked_on(counter, placed, 1, OrderAct.SHIP, 1)
    done = cancelled(counter, placed, now=late, access=counter.office(), reason="Sold out at the maker")

    assert (too_late.value.code, too_late.value.facts["until"]) == ("too_late", late)
    assert handed_over.value.code == "wrong_state"
    assert (done.points, done.state) == (7_200, "shipped")
    assert (counter.bonus(), counter.stock()) == (8_800, (6, 0))
    with pytest.raises(Refusal) as nothing:
        cancelled(counter, placed, access=counter.office(), reason="Once more, please")
    assert nothing.value.code == "nothing_to_cancel"


def test_who_may_not_cancel_does_not(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 1))

    with pytest.raises(OutOfScope):
        cancelled(counter, placed, access=counter.access("10109"))
    with pytest.raises(NotAllowed):
        cancelled(counter, placed, access=attrs.evolve(counter.access(), permissions=frozenset({"own.orders.read"})))
    with pytest.raises(Refusal) as refused:
        cancelled(counter, placed, access=counter.office())

    assert refused.value.code == "no_reason"
    assert counter.bonus() == 15_500


def test_a_page_that_is_older_than_the_order_cancels_nothing(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 3))
    cancelled(counter, placed, Cut(1, 1), version=1)

    with pytest.raises(Refusal) as refused:
        cancelled(counter, placed, Cut(1, 1), version=1)

    assert refused.value.code == "changed_meanwhile"
    assert counter.bonus() == 15_000


def test_what_expired_since_comes_back_and_is_gone_in_one_booking(counter: Counter) -> None:
    # Points of 2026 expire at the end of 2029; an order of 2029 is cancelled in 2030.
    placed_at = instant(datetime(2029, 12, 31, 23, 30, tzinfo=BERLIN))
    counter.shelf.bring({"reward": "MUG", "variant": "MUG-RED", "origin_statement": "manufactured",
                         "origin_country": "DE", "origin_document": "LE-1", "origin_valid_from": "",
                         "origin_valid_until": "2031-01-01"})
    counter.world.goes_on(placed_at)
    placed = counter.order(("MUG-RED", 4), now=placed_at)

    cancelled(counter, placed, Cut(1, 3), now=placed_at + HOUR)

    [(returned,)] = counter.world.rows(select(func.sum(posting.c.amount)).where(
        posting.c.book == "expired", posting.c.transaction_id.in_(
            select(journal.c.id).where(journal.c.kind == "cancellation"))))
    assert returned == 1_500
    assert counter.world.violated() == {}


def test_points_come_back_into_their_own_lots(counter: Counter) -> None:
    left = select(lot.c.transaction_id, lot.c.remaining).where(lot.c.unit == "bonus").order_by(lot.c.transaction_id)
    before = counter.world.rows(left)
    placed = counter.order(("DRILL-12", 1), ("MUG-RED", 2))

    cancelled(counter, placed, Cut(2, 1))
    cancelled(counter, placed)

    assert counter.world.rows(left) == before


def test_stock_that_is_not_counted_any_more_is_no_hindrance(counter: Counter) -> None:
    placed = counter.order(("DRILL-12", 2))
    counter.shelf.bring({"reward": "DRILL", "variant": "DRILL-12", "stock": "unlimited"})

    assert cancelled(counter, placed).points == 14_400


def test_a_booking_of_an_order_is_undone_by_its_order_only(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 1))
    [(number,)] = counter.world.rows(select(journal.c.id).where(journal.c.kind == "redemption"))

    with pytest.raises(Refusal) as refused:
        cancel(counter.world.installation, placed.account_id, number, "C1", SOON)
    with counter.world.database.reading() as connection:
        left = takeable(connection, placed.account_id, number)

    assert (refused.value.code, refused.value.facts["order"]) == ("belongs_to_order", placed.public_id)
    assert left is None
    assert counter.bonus() == 15_500


def test_an_order_of_a_merged_company_is_cancelled_by_the_one_that_stayed(counter: Counter) -> None:
    placed, into = counter.order(("DRILL-12", 1)), counter.account("10109")
    merge(counter.world.installation, counter.account(), into, SIX_IN_THE_EVENING + 1, actor="grace")

    done = cancelled(counter, placed, access=counter.access("10109"))
    forward_arrivals(counter.world.installation, SOON + 1)

    assert done.points == 7_200
    assert counter.bonus("10109") == 16_000
    assert counter.world.violated() == {}


def test_a_change_without_the_lock_of_the_order_is_noticed(counter: Counter) -> None:
    placed = counter.order(("MUG-RED", 1))

    def work(connection: Connection) -> None:
        order = OpenOrder(connection, counter.world.installation.programme.settings,
                          placed.account_id, placed.number, SOON)
        order.connection.execute(update(order_line).values(version=9))
        order.apply(1, OrderAct.CANCEL)

    with pytest.raises(LineChanged):
        counter.world.database.run(work)


def test_nobody_in_the_service_centre_cancels_for_his_own_company_whatever_the_deadline(counter: Counter) -> None:
    placed = counter.order(("DRILL-12", 1))
    own = namesake(counter.world, counter.office(), "10017")

    with pytest.raises(Refusal) as refused:
        cancelled(counter, placed, now=SOON + 24 * HOUR, access=own, reason="I changed my mind")
    done = cancelled(counter, placed, now=SOON + 24 * HOUR, access=counter.office(), reason="Asked by phone")

    assert (refused.value.code, done.points) == ("own_account", 7_200)


def test_what_expired_since_is_told_beside_what_came_back(counter: Counter) -> None:
    placed_at = instant(datetime(2029, 12, 31, 23, 30, tzinfo=BERLIN))
    counter.shelf.bring({"reward": "MUG", "variant": "MUG-RED", "origin_statement": "manufactured",
                         "origin_country": "DE", "origin_document": "LE-1", "origin_valid_from": "",
                         "origin_valid_until": "2031-01-01"})
    counter.world.goes_on(placed_at)
    placed = counter.order(("MUG-RED", 4), now=placed_at)

    before = cancelled(counter, placed, Cut(1, 1), now=placed_at + 60_000_000)
    after = cancelled(counter, placed, Cut(1, 3), now=placed_at + HOUR)

    assert [(one.points, one.lapsed) for one in (before, after)] == [(500, 0), (1_500, 1_500)]
