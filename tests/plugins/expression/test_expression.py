"""Points by a formula: what lines are worth, how it is explained, and what stays when goods go back."""

from decimal import Decimal
from typing import Any

import attrs
import pytest

from tests.support.events import MEMBER, activity, purchase
from treuwerk.domain.breakdown import points_kept
from treuwerk.domain.earning import Award, Doubt
from treuwerk.testing.contract import check_earning_rule
from treuwerk_expression.rule import Expression, ExpressionSettings

SYSTEM = {"features": {"scope": "SYSTEM"}}
MODULES = "quantity * article.wp / 10 * (feature.scope == 'SYSTEM' ? 2 : 1)"


def asked(formula: str, **facts: Any) -> list[Award | Doubt]:
    who = facts.pop("who", MEMBER)
    rule = Expression(ExpressionSettings("bonus", formula))
    return list(rule.awards([purchase(**facts)._replace(participant=who)]))


def points(formula: str, **facts: Any) -> list[int | str]:
    """Points for a purchase, or the code of the doubt."""
    return [answer.points if isinstance(answer, Award) else answer.code for answer in asked(formula, **facts)]


def tape(formula: str, **facts: Any) -> list[tuple[str, str, str]]:
    [award] = asked(formula, **facts)
    assert isinstance(award, Award)
    return [(step.operation.value, step.name, step.operand) for step in award.steps]


@pytest.mark.parametrize(("formula", "facts", "worth"), [
    (MODULES, {"quantity": "27", **SYSTEM}, [1188]),
    (MODULES, {"quantity": "27"}, [594]),
    ("floor(quantity / 12) * 5", {"quantity": "25"}, [10]),
    ("quantity >= 10 and not (article.kind == 'cable') ? 7 : 3", {"quantity": "10"}, [7]),
    ("quantity >= 10 or article.number == 'M220' ? 7 : 3", {"quantity": "9"}, [7]),
    ("participant.group == 'installer' ? 5 : participant.country != 'DE' ? 2 : 1", {}, [5]),
    ("participant.region == 'south' ? 5 : 1", {"who": attrs.evolve(MEMBER, attributes={"region": "south"})}, [5]),
    ("min(quantity * 3, 20, 50)", {"quantity": "10"}, [20]),
    ("max(quantity * 3, 20)", {"quantity": "5"}, [20]),
    ("round(quantity / 2) + ceil(quantity / 4)", {"quantity": "5"}, [5]),
    ("amount / 3 * 3", {"amount": Decimal("99.99")}, [99]),
    ("2 - 3 - 4 + 10 / 2 / 5 * 20", {}, [15]),
    ("-(quantity - 10) * 2", {"quantity": "4"}, [12]),
    ("10 - quantity", {"quantity": "4"}, [6]),
    ("quantity - 10", {"quantity": "4"}, []),
    ("quantity * quantity / 7", {"quantity": "10"}, [14]),
    ("article.height > 0 ? 1 : 2", {}, ["attribute_missing"]),
    ("article.kind == 'module' ? 1 : article.height", {}, [1]),
    ("amount", {}, ["amount_missing"]),
    ("quantity / (article.wp - 220)", {}, ["division_by_zero"]),
    ("100000000000 * quantity", {"quantity": "11"}, ["figure_too_large"]),
    (" * ".join(["quantity"] * 90), {"quantity": "1000"}, ["figure_too_large"]),
    ("quantity", {"quantity": "1E+99999999"}, ["figure_too_large"]),
])
def test_a_line_is_worth_what_the_formula_says(formula: str, facts: dict[str, Any], worth: list[int | str]) -> None:
    assert points(formula, **facts) == worth


def test_the_explanation_shows_the_parts_in_the_order_in_which_they_are_worked_out() -> None:
    assert tape(MODULES, quantity="27", **SYSTEM) == [
        ("start", "quantity", "27"), ("times", "wp", "220"), ("per", "figure", "10"),
        ("times", "feature.scope == 'SYSTEM' ? 2 : 1", "2"), ("round_down", "points", "")]
    assert tape("5 * min(floor(quantity / 12), article.wp / 3)", quantity="25") == [
        ("start", "quantity", "25"), ("per", "figure", "12"), ("round_down", "floor", ""),
        ("times", "article.wp / 3", "3"), ("at_most", "article.wp / 3", "220"), ("per", "article.wp / 3", "3"),
        ("times", "figure", "5"), ("round_down", "points", "")]


@pytest.mark.parametrize(("formula", "kept"), [
    (MODULES, 264),  # 12 of 27 pieces of 220 Wp
    ("20 + quantity * 5", 80), ("floor(quantity / 12) * 5", 5), ("min(quantity, 20) * 3", 36), ("60 - quantity", 33),
    ("quantity * quantity", 324), ("quantity + amount", 45), ("amount", 33), ("quantity >= 20 ? quantity * 2 : 0", 24),
    ("article.wp / 10", 9),
])
def test_part_returns_keep_what_the_pieces_are_worth_or_their_share(formula: str, kept: int) -> None:
    [award] = asked(formula, quantity="27", amount=Decimal(75))
    assert isinstance(award, Award)

    assert points_kept(award.points, award.steps, 27, 12) == kept


def test_what_cannot_be_told_is_told_with_a_way_out() -> None:
    [height] = asked("quantity * article.height", article="T-1")
    [nothing] = asked("quantity / (article.wp - 220)", article="T-1")

    assert isinstance(height, Doubt)
    assert isinstance(nothing, Doubt)
    assert "article T-1 has no 'height'; add it to the article master" in height.reason
    assert "divides by 'article.wp - 220', which is 0 for article T-1" in nothing.reason


def test_only_purchases_earn_and_each_by_itself() -> None:
    rule = Expression(ExpressionSettings("bonus", "quantity * 5"))

    answers = list(rule.awards([purchase(quantity="2"), activity(), purchase(quantity="1")]))

    assert [(award.event, award.points) for award in answers if isinstance(award, Award)] == [(0, 10), (2, 5)]


@pytest.mark.parametrize("formula", [MODULES, "quantity * 0.37 + amount / 7", "min(quantity, 100) * article.wp / 7"])
def test_it_keeps_the_contract_of_earning_rules(formula: str) -> None:
    check_earning_rule(Expression(ExpressionSettings("bonus", formula)))
