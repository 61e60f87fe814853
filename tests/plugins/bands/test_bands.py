"""Bands over the total of a period."""

from datetime import date
from decimal import Decimal

import pytest

from treuwerk.domain.totals import DayTotal, Goal, Period
from treuwerk.testing.total_contract import check_total_rule
from treuwerk_bands.rule import Band, Bands, BandsSettings

MAY = date(2026, 5, 4)


def bands(*limits: tuple[str, str]) -> Bands:
    """Bands of a quarter, as limit and points."""
    return Bands(BandsSettings("bonus", [Band(Decimal(above), Decimal(points)) for above, points in limits],
                               Period.QUARTER))


def day(amount: str) -> list[DayTotal]:
    """A period of one day."""
    return [DayTotal(MAY, Decimal(amount), 1)]


@pytest.mark.parametrize(("amount", "worth"), [("0.5", 0), ("50", 50), ("50.4", 50), ("50.5", 51), ("120", 190)])
def test_each_piece_has_the_points_of_its_band_and_the_sum_is_rounded_once(amount: str, worth: int) -> None:
    [award] = bands(("0", "1"), ("50", "2")).earned(day(amount))

    assert award.points == worth


def test_below_the_first_limit_nothing_is_earned_and_a_lower_band_is_no_goal() -> None:
    rule = bands(("10", "2"), ("20", "1"), ("40", "3"))

    assert [award.points for award in rule.earned(day("30"))] == [30]
    assert rule.missing(day("4"), MAY) == Goal(Decimal(4), Decimal(10), "bonus", Decimal(2), date(2026, 6, 30), True)
    assert rule.missing(day("30"), MAY) == Goal(Decimal(30), Decimal(40), "bonus", Decimal(3), date(2026, 6, 30), True)
    assert rule.missing(day("41"), MAY) is None


def test_limits_that_do_not_go_up_are_refused() -> None:
    with pytest.raises(ValueError, match="must go up: 5 behind 50"):
        bands(("50", "1"), ("5", "2"))


def test_it_keeps_the_contract_of_rules_over_totals() -> None:
    check_total_rule(bands(("0", "0.1"), ("50", "2")))
