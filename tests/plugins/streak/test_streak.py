"""Streaks of periods in a row."""

from datetime import date
from decimal import Decimal

import pytest

from treuwerk.domain.totals import DayTotal, Goal, Period
from treuwerk.testing.total_contract import check_total_rule
from treuwerk_streak.rule import Streak, StreakSettings


def streak(**more: object) -> Streak:
    """Three months in a row, each with five pieces."""
    settings: dict[str, object] = {"points": 900, "length": 3, "at_least_each": Decimal(5)} | more
    return Streak(StreakSettings("bonus", **settings))  # type: ignore[arg-type]


def months(*numbers: int, amount: str = "5") -> list[DayTotal]:
    """A purchase in each of these months, 1 being January 2025."""
    return [DayTotal(date(2025 + (number - 1) // 12, (number - 1) % 12 + 1, 9), Decimal(amount), 1)
            for number in numbers]


@pytest.mark.parametrize(("bought", "worth"), [
    ((11, 12), []), ((11, 12, 13), [900]), ((11, 12, 14, 15), []), ((1, 2, 3, 4, 5), [900]),
    ((1, 2, 3, 4, 5, 6), [1800]), ((1, 2, 3, 7, 8, 9), [1800])])
def test_each_full_streak_earns_across_years(bought: tuple[int, ...], worth: list[int]) -> None:
    assert [award.points for award in streak().earned(months(*bought))] == worth


def test_a_month_with_too_little_breaks_it_and_one_streak_may_be_all() -> None:
    broken = [*months(1, 2), *months(3, amount="4"), *months(4, 5)]

    assert list(streak().earned(broken)) == []
    assert [award.points for award in streak(repeats=False).earned(months(*range(1, 10)))] == [900]
    assert [award.points for award in streak(each=Period.QUARTER).earned(months(1, 4, 9))] == [900]


def test_how_far_the_streak_of_today_is() -> None:
    march, goal = date(2025, 3, 20), Goal(Decimal(2), Decimal(3), "bonus", Decimal(900), date(2025, 3, 31))

    assert streak().missing(months(1, 2), march) == goal
    assert streak().missing(months(2, 3), march) == goal._replace(until=None)
    assert streak().missing(months(1), march) == goal._replace(counted=Decimal(0))
    assert streak(repeats=False).missing(months(1, 2, 3), march) is None


def test_it_keeps_the_contract_of_rules_over_totals() -> None:
    check_total_rule(streak(length=2, at_least_each=Decimal(1)))
