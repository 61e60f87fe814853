"""Targets of a period."""

from datetime import date
from decimal import Decimal

import pytest

from treuwerk.domain.totals import DayTotal, Goal, Period
from treuwerk.testing.total_contract import check_total_rule
from treuwerk_target.rule import Target, TargetSettings, TargetStep

MAY = date(2026, 5, 4)
STEPS = [TargetStep(Decimal(100), points=500), TargetStep(Decimal(200), percent=Decimal("2.5"))]


def target(period: Period = Period.HALF_YEAR) -> Target:
    """Two targets: a fixed bonus, and a share."""
    return Target(TargetSettings("bonus", STEPS, period))


def day(amount: str) -> list[DayTotal]:
    """A period of one day."""
    return [DayTotal(MAY, Decimal(amount), 1)]


@pytest.mark.parametrize(("amount", "worth"), [("99.99", []), ("100", [500]), ("199", [500]), ("250", [6])])
def test_the_highest_target_that_is_reached_counts(amount: str, worth: list[int]) -> None:
    assert [award.points for award in target().earned(day(amount))] == worth


def test_the_next_target_is_told_with_the_end_of_the_period() -> None:
    assert target().missing([], MAY) == Goal(Decimal(0), Decimal(100), "bonus", Decimal(500), date(2026, 6, 30))
    assert target(Period.EVER).missing(day("120"), MAY) == Goal(Decimal(120), Decimal(200), "bonus", Decimal(5))
    assert target().missing(day("200"), MAY) is None


def test_a_target_has_points_or_a_share_and_not_both() -> None:
    with pytest.raises(ValueError, match="either 'points' or 'percent'"):
        TargetStep(Decimal(100), points=5, percent=Decimal(1))
    with pytest.raises(ValueError, match="must go up"):
        TargetSettings("bonus", STEPS[::-1])


def test_it_keeps_the_contract_of_rules_over_totals() -> None:
    check_total_rule(target())
