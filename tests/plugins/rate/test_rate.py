"""So many points for each so much: pieces, money, or an attribute of the article."""

from decimal import Decimal
from typing import Any

import pytest

from tests.support.events import activity, purchase
from treuwerk.domain.earning import Award, Doubt
from treuwerk.testing.contract import check_earning_rule
from treuwerk_rate.rule import Rate, RateSettings


def rate(points: str = "5", **settings: Any) -> Rate:
    exact: dict[str, Any] = {key: Decimal(value) if key == "each" else value for key, value in settings.items()}
    return Rate(RateSettings("bonus", Decimal(points), **exact))


def points_of(rule: Rate, **facts: Any) -> list[int | str]:
    """Points for a purchase, or the code of the doubt."""
    return [answer.points if isinstance(answer, Award) else answer.code for answer in rule.awards([purchase(**facts)])]


@pytest.mark.parametrize(("rule", "facts", "worth"), [
    (rate(), {"quantity": "3"}, [15]),
    (rate("0.5"), {"quantity": "3"}, [1]),
    (rate("0.5"), {"quantity": "1"}, [0]),
    (rate(each="10"), {"quantity": "25"}, [12]),
    (rate(each="10", full_multiples=True), {"quantity": "25"}, [10]),
    (rate(each="10", full_multiples=True), {"quantity": "9"}, []),
    (rate(basis="amount", each="100"), {"amount": Decimal("199.99")}, [9]),
    (rate(basis="amount", each="100", full_multiples=True), {"amount": Decimal("199.99")}, [5]),
    (rate(basis="amount"), {"amount": Decimal(0)}, []),
    (rate("1", basis="wp", each="1000"), {"quantity": "25", "wp": "405"}, [10]),
    (rate("1", basis="m2", each="1"), {"quantity": "25"}, ["attribute_missing"]),
    (rate(basis="amount"), {}, ["amount_missing"]),
])
def test_points_follow_the_basis(rule: Rate, facts: dict[str, Any], worth: list[int | str]) -> None:
    assert points_of(rule, **facts) == worth


def test_only_purchases_earn_and_each_by_itself() -> None:
    awards = list(rate().awards([purchase(quantity="2"), activity(), purchase(quantity="1")]))

    assert [(award.event, award.points) for award in awards if isinstance(award, Award)] == [(0, 10), (2, 5)]


def test_the_explanation_says_what_was_counted_and_what_was_dropped() -> None:
    [award] = rate(basis="amount", each="100", full_multiples=True).awards([purchase(amount=Decimal("250.50"))])

    assert isinstance(award, Award)
    assert [(step.operation.value, step.name, step.operand) for step in award.steps] == [
        ("start", "amount", "250.50"), ("per", "amount", "100"), ("round_down", "multiples", ""),
        ("times", "points", "5"), ("round_down", "points", "")]


def test_what_is_missing_is_told_with_a_way_out() -> None:
    [money], [area] = rate(basis="amount").awards([purchase()]), rate(basis="m2").awards([purchase("T-1")])

    assert isinstance(money, Doubt)
    assert isinstance(area, Doubt)
    assert "ask the sender" in money.reason
    assert "article T-1 has no 'm2'" in area.reason


@pytest.mark.parametrize(("points", "each", "says"), [("0", "1", "'points' must be > 0"), ("1", "-1", "'each' must")])
def test_settings_that_make_no_sense_are_refused(points: str, each: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        rate(points, each=each)


@pytest.mark.parametrize("rule", [rate(), rate("0.37", basis="amount", each="7"), rate("1.5", basis="wp", each="1000"),
                                  rate("3", each="4", full_multiples=True)],
                         ids=["pieces", "money", "attribute", "full multiples"])
def test_it_keeps_the_contract_of_earning_rules(rule: Rate) -> None:
    check_earning_rule(rule)
