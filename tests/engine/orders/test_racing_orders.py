"""Many who order at once: the last piece goes to one, the last points are spent once, and a key is one order."""

from collections import Counter as Tally
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import func, select

from tests.support.ordering import MUG, Counter
from tests.support.worlds import SIX_IN_THE_EVENING, connections_in_use, line
from treuwerk.domain.refusals import Refusal
from treuwerk.services.orders.cancelling_lines import Cut, cancel_lines
from treuwerk.store.tables import journal, order_line, reward_order

MANY = 200
_KINDS = ("sold_out", "not_enough", "wrong_quantity", "wrong_state")


def all_at_once(works: Sequence[Callable[[], Any]]) -> Tally[str]:
    """How often each outcome came, where everybody begins in the same moment."""
    barrier = Barrier(len(works))

    def outcome(work: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            done = work()
        except Refusal as refusal:
            return refusal.code
        return "repeated" if getattr(done, "repeated", False) else "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return Tally(pool.map(outcome, works))


def companies(counter: Counter, many: int) -> list[str]:
    """Numbers of companies, each with 800 points."""
    numbers = [f"C-{number}" for number in range(many)]
    counter.world.participants("customer_number;name;group;status\n" + "".join(
        f"{number};Company {number};installer;active\n" for number in numbers))
    bought = [line(f"RACE-{at}", customer_number=number) for at, number in enumerate(numbers)]
    counter.world.clear(bought, name="race.csv")
    return numbers


def test_the_last_piece_goes_to_one_of_two_hundred(counter: Counter) -> None:
    numbers = companies(counter, 20)
    counter.shelf.bring({**MUG, "stock": "1"})
    accesses = {number: counter.access(number) for number in numbers}

    outcomes = all_at_once([
        lambda at=at: counter.order(("MUG-RED", 1), key=f"K{at}", access=accesses[numbers[at % 20]])  # type: ignore[misc]
        for at in range(MANY)])

    assert outcomes == {"done": 1, "sold_out": MANY - 1}
    assert (counter.stock("MUG-RED"), len(counter.orders())) == ((1, 1), 1)
    assert counter.world.rows(select(func.count()).select_from(journal).where(journal.c.kind == "redemption")) == [(1,)]
    assert counter.world.points()["bonus"] == 16_000 + 20 * 800 - 500
    assert counter.world.violated() == {}
    assert connections_in_use(counter.world.database.engine) == 0


def test_the_last_points_are_spent_once_in_two_hundred_orders(counter: Counter) -> None:
    access = counter.access()
    counter.order(("DRILL-12", 2), key="before")

    outcomes = all_at_once([lambda at=at: counter.order(("MUG-RED", 1), key=f"K{at}", access=access)  # type: ignore[misc]
                            for at in range(MANY)])

    assert outcomes == {"done": 3, "not_enough": MANY - 3}
    assert (counter.bonus(), len(counter.orders())) == (100, 4)
    assert counter.world.violated() == {}


def test_the_same_form_two_hundred_times_is_one_order(counter: Counter) -> None:
    access = counter.access()

    outcomes = all_at_once([lambda: counter.order(("DRILL-12", 1), ("MUG-RED", 1), access=access)] * MANY)

    assert outcomes == {"done": 1, "repeated": MANY - 1}
    assert (counter.bonus(), counter.stock(), len(counter.orders())) == (8_300, (7, 1), 1)
    assert counter.world.violated() == {}


def test_orders_and_cancellations_of_the_same_rewards_at_once_lose_nothing(counter: Counter) -> None:
    counter.earn("10109", 200, "OTHER")
    counter.earn("10017", 200, "MORE")
    counter.shelf.bring({**MUG, "stock": "200"})
    standing = [counter.order(("DRILL-12", 1), ("MUG-RED", 4), key=f"S{at}", number=number)
                for at, number in enumerate(["10017", "10109"])]
    accesses = [counter.access("10017"), counter.access("10109")]
    installation = counter.world.installation

    def placing(at: int) -> Callable[[], Any]:
        wanted = [("DRILL-12", 1), ("MUG-RED", 1)][:: 1 if at % 2 else -1]
        return lambda: counter.order(*wanted, key=f"K{at}", access=accesses[at % 2])

    def cancelling(at: int) -> Callable[[], Any]:
        return lambda: cancel_lines(installation, accesses[at % 2], standing[at % 2].public_id, [Cut(2, 1)],
                                    SIX_IN_THE_EVENING)

    outcomes = all_at_once([*(placing(at) for at in range(30)), *(cancelling(at) for at in range(30))])

    assert set(outcomes) <= {"done", *_KINDS}
    [(drills,)] = counter.world.rows(select(func.sum(order_line.c.reserved)).where(order_line.c.variant == "DRILL-12"))
    [(mugs,)] = counter.world.rows(select(func.sum(order_line.c.reserved)).where(order_line.c.variant == "MUG-RED"))
    assert (counter.stock(), counter.stock("MUG-RED")) == ((7, drills), (200, mugs))
    assert drills == 7
    assert counter.world.rows(select(func.count()).select_from(reward_order)) == [(7,)]
    left = counter.bonus("10017") + counter.bonus("10109")
    assert left == 16_000 + 400 * 800 - 7 * 7_200 - mugs * 500
    assert counter.world.violated() == {}
