"""Purchases, returns and cancellations in any order, beside a naive count of a cap and a budget."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.conftest import NewDatabase
from tests.support.corrections import bonus
from tests.support.limits import counters, limited, spent
from tests.support.worlds import SIX_IN_THE_EVENING, line

CAP, BUDGET = 1_500, 2_500
STEPS = st.lists(st.tuples(st.sampled_from(["buy", "buy", "cancel"]), st.sampled_from(["10017", "10109"]),
                           st.integers(1, 12)), min_size=4, max_size=10)


class Naive:
    """Who has what of which purchase; each piece earns 80 points."""

    def __init__(self) -> None:
        self.bought: list[tuple[str, int]] = []

    def has(self, customer: str) -> int:
        return sum(points for who, points in self.bought if who == customer)

    def buy(self, customer: str, pieces: int) -> None:
        left = min(CAP - self.has(customer), BUDGET - self.has("10017") - self.has("10109"))
        self.bought.append((customer, min(80 * pieces, left)))

    def cancel(self, number: int) -> None:
        self.bought[number] = self.bought[number][0], 0


@settings(max_examples=4, deadline=None)
@given(steps=STEPS)
def test_any_order_of_purchases_and_cancellations_counts_as_told(
        new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory,
        steps: list[tuple[str, str, int]]) -> None:
    with new_database() as database:
        cap = f'{{ points = {CAP}, per = "participant", unit = "bonus" }}'
        world, naive = limited(tmp_path_factory.mktemp("machine"), database, cap, f"points = {BUDGET}"), Naive()
        owners: list[str] = []
        for at, (act, customer, pieces) in enumerate(steps):
            if act == "buy":
                naive.buy(customer, pieces)
                row = line(f"LS-{len(owners)}", customer_number=customer, quantity=str(pieces))
                owners.append(customer)
            elif owners:
                number = pieces % len(owners)
                naive.cancel(number)
                row = line(f"LS-{number}", movement="CANCEL", customer_number=owners[number])
            else:
                continue
            world.clear([row], name=f"{at}.csv", now=SIX_IN_THE_EVENING + at * 1_000_000)
            assert [bonus(world, one) for one in ("10017", "10109")] == [naive.has(one) for one in ("10017", "10109")]
        assert sum(counters(world).values()) == spent(world) == sum(points for _, points in naive.bought)
        assert world.violated() == {}
