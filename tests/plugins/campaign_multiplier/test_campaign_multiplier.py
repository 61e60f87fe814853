"""More points for what other rules gave: awards of their own, with the arithmetic of those they rest on."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.events import purchase
from treuwerk.domain.breakdown import points_kept
from treuwerk.domain.earning import Award
from treuwerk.domain.evaluation import ActiveRule, evaluate
from treuwerk.domain.finishing import Finish, Rounding
from treuwerk.testing.contract import check_earning_rule
from treuwerk_campaign_multiplier.rule import CampaignMultiplier, CampaignMultiplierSettings
from treuwerk_product_factor.rule import ProductFactor, ProductFactorSettings
from treuwerk_rate.rule import Rate, RateSettings

MODULES = ActiveRule("modules", 1, ProductFactor(ProductFactorSettings(
    "bonus", ["module"], "wp", Decimal(10), unit_without_factor="status")))
PIECES = ActiveRule("pieces", 1, Rate(RateSettings("bonus", Decimal("0.5"))))
MONEY = ActiveRule("money", 1, Rate(RateSettings("bonus", Decimal(5), "amount", Decimal(100), full_multiples=True)))


def campaign(factor: str = "2", *units: str, rules: tuple[str, ...] = (), finish: Finish | None = None) -> ActiveRule:
    settings = CampaignMultiplierSettings(Decimal(factor), list(units) or ["bonus"], list(rules))
    return ActiveRule("campaign", 1, CampaignMultiplier(settings), finish=finish)


def on_top(active: ActiveRule, *base: ActiveRule, quantity: str = "27", amount: str | None = None) -> list[Award]:
    """What the campaign gives for a line of modules."""
    event = purchase(quantity=quantity, amount=None if amount is None else Decimal(amount))
    return [one.award for one in evaluate([active, *base], [event]).earned[0] if one.by is active]


def test_doubled_points_are_an_award_beside_the_first_with_its_arithmetic() -> None:
    [award] = on_top(campaign("2"), MODULES)

    assert (award.unit, award.points) == ("bonus", 594)
    assert [(step.operation.value, step.name, step.operand) for step in award.steps] == [
        ("start", "quantity", "27"), ("times", "wp", "220"), ("per", "wp", "10"), ("round_down", "points", ""),
        ("factor", "campaign", "1"), ("round_down", "points", "")]


@pytest.mark.parametrize(("active", "base", "gives"), [
    (campaign("1.5"), [MODULES], [("bonus", 297)]),
    (campaign("2", "bonus", "status"), [MODULES], [("bonus", 594), ("status", 594)]),
    (campaign("2"), [MODULES, PIECES], [("bonus", 594), ("bonus", 13)]),
    (campaign("2", rules=("pieces",)), [MODULES, PIECES], [("bonus", 13)]),
    (campaign("1.01"), [PIECES], []),
    (campaign("1.01", finish=Finish(Rounding.UP)), [PIECES], [("bonus", 1)]),
    (campaign("2", finish=Finish(at_most_per_line=600)), [MODULES, PIECES], [("bonus", 594), ("bonus", 6)]),
    (campaign("2", finish=Finish(at_most_per_line=500)), [MODULES, PIECES], [("bonus", 500)]),
    (campaign("2"), [campaign("3")], []),
])
def test_it_gives_so_much_on_top_of_each_award(active: ActiveRule, base: list[ActiveRule],
                                               gives: list[tuple[str, int]]) -> None:
    assert [(award.unit, award.points) for award in on_top(active, *base)] == gives


@given(st.integers(1, 500), st.integers(1, 500), st.sampled_from(["2", "1.5", "1.1", "3.333"]),
       st.sampled_from([None, Finish(Rounding.HALF_UP, 700), Finish(Rounding.UP)]))
def test_what_is_kept_after_a_part_return_is_what_the_pieces_kept_would_have_earned(
        bought: int, kept: int, factor: str, finish: Finish | None) -> None:
    kept = min(bought, kept)
    active = campaign(factor, finish=finish)

    for all_of_it, rest in zip(on_top(active, MODULES, quantity=str(bought)),
                               on_top(active, MODULES, quantity=str(kept)), strict=False):
        assert points_kept(all_of_it.points, all_of_it.steps, bought, kept) == rest.points


def test_where_money_is_the_basis_a_part_return_keeps_the_same_share_of_both() -> None:
    base = [one.award for one in evaluate([MONEY], [purchase(quantity="4", amount=Decimal(800))]).earned[0]]
    more = on_top(campaign("1.5"), MONEY, quantity="4", amount="800")

    assert [points_kept(award.points, award.steps, 4, 1) for award in (*base, *more)] == [10, 5]


@pytest.mark.parametrize("factor", ["1", "0.5", "-2"])
def test_a_campaign_gives_more_never_less(factor: str) -> None:
    with pytest.raises(ValueError, match="'factor' must be > 1"):
        campaign(factor)


@pytest.mark.parametrize("factor", ["2", "1.25"])
def test_it_keeps_the_contract_of_earning_rules(factor: str) -> None:
    check_earning_rule(CampaignMultiplier(CampaignMultiplierSettings(Decimal(factor), ["bonus", "status"])))
