"""Points of a reward by the formula, exactly."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.reward_prices import Cost, Formula, Rounding, points_for


@pytest.mark.parametrize(("rounding", "points"), [
    (Rounding.UP, 7_200), (Rounding.DOWN, 7_150), (Rounding.NEAREST, 7_200)])
def test_the_step_between_two_is_taken_as_the_programme_says(rounding: Rounding, points: int) -> None:
    cost, formula = Cost(5_000, 490, Decimal(19)), Formula(Decimal("0.01"), Decimal(10), 50, rounding)

    assert points_for(cost, formula) == points  # 54.90 with 19 % and 10 % are 71.8641


def test_nothing_is_ever_for_nothing() -> None:
    assert points_for(Cost(1), Formula(Decimal(100), step=10)) == 10


@given(goods=st.integers(1, 10**9), freight=st.integers(0, 10**6), vat=st.decimals(0, 30, places=2),
       margin=st.decimals(0, 1000, places=2), value=st.decimals("0.000001", 100, places=6), step=st.integers(1, 1000))
def test_a_price_is_the_smallest_step_that_pays_for_it(goods: int, freight: int, vat: Decimal, margin: Decimal,
                                                       value: Decimal, step: int) -> None:
    exact = (Fraction(goods + freight, 100) * (1 + Fraction(vat) / 100) * (1 + Fraction(margin) / 100)
             / Fraction(value))

    points = points_for(Cost(goods, freight, vat), Formula(value, margin, step))

    assert points % step == 0
    assert points - step < exact <= points
