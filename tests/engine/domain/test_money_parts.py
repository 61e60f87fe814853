"""Points and money make up the price, whatever somebody chooses, and come back exactly in any order."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.money_parts import MoneyTerms, PricedLine, bounds, given_back, split
from treuwerk.domain.refusals import Refusal

LINES = st.lists(st.builds(PricedLine, st.integers(1, 10**7), st.booleans()), min_size=1, max_size=12)
TERMS = st.builds(MoneyTerms, st.integers(1, 99), st.integers(1, 50_000),
                  st.decimals(Decimal("0.0001"), Decimal(500), places=4))


@given(LINES, TERMS, st.data())
def test_points_and_money_make_up_the_price_and_never_less_than_the_least_share(
        lines: list[PricedLine], terms: MoneyTerms, data: st.DataObject) -> None:
    allowed = bounds(lines, terms)
    points = data.draw(st.integers(allowed.least, allowed.most))

    parts = split(lines, points, terms)

    assert sum(part.points for part in parts) == points
    assert sum(part.money for part in parts) == terms.cents_of(allowed.most - points)
    for line, part in zip(lines, parts, strict=True):
        assert 0 < part.points <= line.points
        assert part.money >= 0
        assert part.points * 100 >= line.points * terms.least_share
        if not line.with_money:
            assert (part.points, part.money) == (line.points, 0)
    if points < allowed.most:
        assert sum(part.money for part in parts) > 0
    assert points >= min(terms.smallest, allowed.most)


@given(LINES, TERMS)
def test_nobody_chooses_beyond_the_bounds(lines: list[PricedLine], terms: MoneyTerms) -> None:
    allowed = bounds(lines, terms)

    for points in (allowed.least - 1, allowed.most + 1):
        with pytest.raises(Refusal) as refused:
            split(lines, points, terms)
        assert refused.value.facts == {"least": allowed.least, "most": allowed.most}


@given(st.integers(0, 10**9), st.lists(st.integers(1, 50), min_size=1, max_size=30))
def test_what_comes_back_in_any_portions_is_all_of_it(whole: int, portions: list[int]) -> None:
    quantity, gone, back = sum(portions), 0, 0

    for pieces in portions:
        part = given_back(whole, gone + pieces, quantity) - given_back(whole, gone, quantity)
        assert part >= 0
        gone, back = gone + pieces, back + part

    assert back == whole


def test_who_chooses_the_least_pays_the_share_of_each_reward() -> None:
    terms = MoneyTerms(60, 1, Decimal("0.9"))

    parts = split([PricedLine(101, True), PricedLine(50, False)], 111, terms)

    assert [(part.points, part.money) for part in parts] == [(61, 36), (50, 0)]
