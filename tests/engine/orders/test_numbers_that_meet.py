"""Numbers are drawn by the millisecond and at random: where two meet, the second one is drawn anew."""

import pytest

from tests.support.ordering import Counter
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.services.orders.cancelling_lines import cancel_lines


def test_two_orders_whose_numbers_meet_in_one_instant_are_both_placed(
        counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter(range(1_000, 1_000_000, 50))
    monkeypatch.setattr("treuwerk.domain.ids.secrets.randbits", lambda _: next(numbers))
    first = counter.order(("MUG-RED", 1), key="K1")
    numbers = iter(range(1_000, 1_000_000, 50))  # the first attempt draws what the first order did

    second = counter.order(("MUG-RED", 2), key="K2")

    assert first.public_id != second.public_id
    assert [(key, points) for key, _, points in counter.orders()] == [("K1", 500), ("K2", 1_000)]
    assert counter.bonus() == 14_500
    cancel_lines(counter.world.installation, counter.access(), second.public_id, (), SIX_IN_THE_EVENING + 1)
    assert counter.bonus() == 15_500
    assert counter.world.violated() == {}
