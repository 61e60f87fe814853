"""Orders of a demo: placed at the prices that the company sees, one of them cancelled in part."""

from pathlib import Path

from tests.support.ordering import make_counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.services.demo.orders import order_rewards
from treuwerk.store.database import Database


def test_orders_are_placed_and_a_line_is_cancelled(tmp_path: Path, database: Database) -> None:
    counter = make_counter(tmp_path / "league", database)
    (tmp_path / "orders.csv").write_text(
        "customer_number;hours_ago;lines;cancelled\n10017;2;MUG-RED:1;\n10017;5;DRILL-12:1|MUG-RED:3;2\n", "utf-8")

    order_rewards(counter.world.installation, tmp_path, SIX_IN_THE_EVENING)

    assert [(variant, state, quantity, cancelled) for variant, state, quantity, cancelled, _ in counter.lines()] == [
        ("DRILL-12", "ordered", 1, 0), ("MUG-RED", "cancelled", 3, 3), ("MUG-RED", "ordered", 1, 0)]
    assert counter.bonus() == 16_000 - 7_200 - 500


def test_a_demo_without_orders_has_none(tmp_path: Path, database: Database) -> None:
    counter = make_counter(tmp_path / "league", database)

    order_rewards(counter.world.installation, tmp_path, SIX_IN_THE_EVENING)

    assert counter.orders() == []
