"""Rounding and caps that the engine puts behind what a rule answers; rules do not know of them."""

from decimal import Decimal

import pytest

from tests.support.events import activity, purchase
from treuwerk.domain.breakdown import points_kept
from treuwerk.domain.earning import Award, fold
from treuwerk.domain.evaluation import ActiveRule, evaluate
from treuwerk.domain.finishing import Finish, Rounding
from treuwerk_activity_points import ActivityPoints, ActivityPointsSettings
from treuwerk_rate.rule import Rate, RateSettings

QUARTERS = Rate(RateSettings("bonus", Decimal("0.25")))
DOZENS = Rate(RateSettings("bonus", Decimal("2.5"), each=Decimal(12), full_multiples=True))


def awards(rule: Rate, finish: Finish | None, quantity: str) -> list[Award]:
    active = ActiveRule("a", 1, rule, finish=finish)
    result = evaluate([active], [purchase(quantity="4"), purchase(quantity=quantity)])
    assert not result.doubts
    return [one.award for one in result.earned[1]]


@pytest.mark.parametrize(("rule", "rounding", "quantity", "points"), [
    (QUARTERS, None, "3", []), (QUARTERS, Rounding.DOWN, "3", []),
    (QUARTERS, Rounding.HALF_UP, "1", []), (QUARTERS, Rounding.HALF_UP, "2", [1]),
    (QUARTERS, Rounding.UP, "1", [1]), (QUARTERS, Rounding.UP, "4", [1]), (QUARTERS, Rounding.UP, "5", [2]),
    (DOZENS, None, "23", [2]), (DOZENS, Rounding.UP, "23", [3]), (DOZENS, Rounding.UP, "11", []),
])
def test_only_the_last_rounding_is_another_one(rule: Rate, rounding: Rounding | None, quantity: str,
                                               points: list[int]) -> None:
    found = awards(rule, Finish(rounding) if rounding else None, quantity)

    assert [award.points for award in found] == points
    assert [fold(award.steps)[-1] for award in found] == points


def test_a_cap_stands_behind_the_rounding_and_only_where_it_takes_something() -> None:
    finish = Finish(Rounding.UP, 10)
    [below], [above] = awards(QUARTERS, finish, "39"), awards(QUARTERS, finish, "41")

    assert [step.operation.value for step in below.steps] == ["start", "per", "times", "round_up"]
    assert [step.operation.value for step in above.steps] == ["start", "per", "times", "round_up", "at_most"]
    assert (below.points, above.points) == (10, 10)


@pytest.mark.parametrize(("kept", "points"), [(90, 10), (40, 10), (37, 10), (36, 9), (1, 1), (0, 0)])
def test_after_a_part_return_rounding_and_cap_hold_for_what_is_kept(kept: int, points: int) -> None:
    [award] = awards(QUARTERS, Finish(Rounding.UP, 10), "100")

    assert points_kept(award.points, award.steps, 100, kept) == points


def test_awards_without_a_rounding_are_only_capped() -> None:
    active = ActiveRule("a", 1, ActivityPoints(ActivityPointsSettings("bonus", "seminar", 500)),
                        finish=Finish(Rounding.UP, 300))

    [[earned]] = evaluate([active], [activity()]).earned

    assert earned.award.points == 300
