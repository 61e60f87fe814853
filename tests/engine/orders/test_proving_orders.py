"""Laws of orders: what anybody changed by SQL shows; and stock that is counted anew knows what is kept."""

import pytest
from sqlalchemy import text

from tests.support.catalogues import DRILL
from tests.support.ordering import Counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines


@pytest.mark.parametrize(("tampering", "law"), [
    ("UPDATE order_line SET cancelled = 1", "points_of_orders_are_their_bookings"),
    ("UPDATE order_line SET points_each = 7000 WHERE variant = 'DRILL-12'", "points_of_orders_are_their_bookings"),
    ("UPDATE order_line SET transaction_id = NULL", "points_of_orders_are_their_bookings"),
    ("UPDATE reward_order SET points = 7200", "order_is_its_lines"),
    ("UPDATE reward_order SET state = 'cancelled'", "order_is_its_lines"),
    ("UPDATE order_line SET state = 'waiting' WHERE line = 1", "order_is_its_lines"),
    ("DELETE FROM order_line", "order_is_its_lines"),
    ("UPDATE reward_stock SET reserved = 1", "reserved_stock_is_that_of_orders"),
    ("UPDATE order_line SET reserved = 0", "reserved_stock_is_that_of_orders"),
])
def test_what_was_changed_by_sql_shows(counter: Counter, tampering: str, law: str) -> None:
    counter.order(("DRILL-12", 2), ("MUG-RED", 1))
    assert counter.world.violated() == {}

    with counter.world.database.writing() as connection:
        connection.execute(text(tampering))

    assert law in counter.world.violated()


def test_stock_that_is_counted_anew_knows_what_is_kept_for_orders(counter: Counter) -> None:
    placed = counter.order(("DRILL-12", 2))
    counter.shelf.bring({**DRILL, "stock": "unlimited"})
    counter.shelf.bring({**DRILL, "stock": "5"})

    stock = counter.stock()
    cancel_lines(counter.world.installation, counter.access(), placed.public_id, [Cut(1, 1)], SIX_IN_THE_EVENING)

    assert (stock, counter.stock()) == ((5, 2), (5, 1))
    assert counter.world.violated() == {}


@pytest.mark.parametrize("before", ["unlimited", "7"])
def test_fewer_pieces_than_are_ordered_are_a_mistake_in_the_file(counter: Counter, before: str) -> None:
    counter.order(("DRILL-12", 2))
    counter.shelf.bring({**DRILL, "stock": before})

    receipt = counter.shelf.bring({**DRILL, "stock": "1", "brand": "Werk"})

    assert (receipt.rejected, [one["code"] for one in receipt.problems]) == (1, ["ordered"])
    assert "found 1 pieces of DRILL-12, expected at least the 2 that are kept" in receipt.problems[0]["reason"]
