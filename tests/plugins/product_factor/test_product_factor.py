"""Points by article attribute × factor of the delivery, rounded down once, with the arithmetic in the explanation."""

from decimal import Decimal
from math import floor
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.events import activity, purchase
from treuwerk.domain.earning import Award, Doubt, fold
from treuwerk_product_factor.rule import ProductFactor, ProductFactorSettings

PLAIN = ProductFactorSettings(unit="bonus", article_kinds=["module"], attribute="wp", attribute_per_point=Decimal(10))
SCOPED = attrs.evolve(PLAIN, feature="scope", factors={"SYSTEM": Decimal(2), "MODULE": Decimal(1)},
                      unit_without_factor="status")


def answers(settings: ProductFactorSettings, *events: Any) -> list[Award | Doubt]:
    return list(ProductFactor(settings).awards(events))


def points(settings: ProductFactorSettings, *events: Any) -> dict[str, int]:
    """Points by unit over all events, none of which may be in doubt."""
    result: dict[str, int] = {}
    for award in answers(settings, *events):
        assert isinstance(award, Award)
        result[award.unit] = result.get(award.unit, 0) + award.points
    return result


@pytest.mark.parametrize(("scope", "bonus"), [("SYSTEM", 1188), ("MODULE", 594)])
def test_a_complete_system_earns_double_and_status_counts_single(scope: str, bonus: int) -> None:
    event = purchase(quantity="27", features={"scope": scope})

    assert points(SCOPED, event) == {"bonus": bonus, "status": 594}


def test_the_explanation_tells_the_arithmetic_step_by_step() -> None:
    bonus, status = answers(SCOPED, purchase(quantity="27", features={"scope": "SYSTEM"}))

    assert isinstance(bonus, Award)
    assert [(step.operation, step.name, step.operand) for step in bonus.steps] == [
        ("start", "quantity", "27"), ("times", "wp", "220"), ("per", "wp", "10"), ("factor", "SYSTEM", "2"),
        ("round_down", "points", "")]
    assert isinstance(status, Award)
    assert [step.operation for step in status.steps] == ["start", "times", "per", "round_down"]


@pytest.mark.parametrize(("quantity", "wp", "expected"), [
    ("1", "9", {"bonus": 0}), ("1", "10", {"bonus": 1}), ("1", "19.999", {"bonus": 1}), ("3", "3.5", {"bonus": 1}),
    ("1000000", "0.00001", {"bonus": 1}),
])
def test_what_is_behind_the_decimal_mark_is_dropped_once_at_the_end(quantity: str, wp: str,
                                                                    expected: dict[str, int]) -> None:
    assert points(PLAIN, purchase(quantity=quantity, wp=wp)) == expected


def test_rounding_comes_after_the_factor() -> None:
    assert points(SCOPED, purchase(wp="15", features={"scope": "SYSTEM"})) == {"bonus": 3, "status": 1}


def test_divisions_that_never_end_stay_exact() -> None:
    thirds = attrs.evolve(PLAIN, attribute_per_point=Decimal(3))

    assert points(thirds, purchase(quantity="3", wp="1")) == {"bonus": 1}
    assert points(attrs.evolve(thirds, feature="scope", factors={"S": Decimal(3)}),
                  purchase(quantity="1", wp="1", features={"scope": "S"})) == {"bonus": 1}


@pytest.mark.parametrize("event", [purchase(kind="inverter"), activity()], ids=["other article", "activity"])
def test_what_the_rule_is_not_meant_for_earns_nothing(event: Any) -> None:
    assert answers(SCOPED, event) == []


@pytest.mark.parametrize(("features", "found"), [({"scope": "KOMPLETT"}, "'KOMPLETT'"), ({"scope": ""}, "nothing"),
                                                 ({}, "nothing"), ({"scope": "system"}, "'system'")])
def test_an_unknown_feature_is_a_doubt_and_never_a_single_factor(features: dict[str, str], found: str) -> None:
    assert answers(SCOPED, purchase(), purchase(features=features))[1:] == [
        Doubt(1, "unknown_feature",
              f"scope: found {found}, expected SYSTEM or MODULE; ask the sender to correct the line")]


def test_an_article_without_the_attribute_is_a_doubt_with_the_next_step() -> None:
    assert answers(PLAIN, purchase("M999", wp=None)) == [
        Doubt(0, "attribute_missing",
              "article M999 has no 'wp'; add it to the article master and clear the line again")]


def test_answers_name_the_place_of_their_event() -> None:
    events = [purchase(kind="inverter"), purchase(), activity(), purchase()]

    assert [answer.event for answer in answers(PLAIN, *events)] == [1, 3]


@given(st.integers(1, 100_000), st.decimals("0.1", 1000, places=2), st.decimals("0.1", 50, places=1),
       st.decimals("0.1", 9, places=2))
def test_points_are_the_rounded_product_and_the_explanation_folds_to_them(quantity: int, wp: Decimal, per: Decimal,
                                                                         factor: Decimal) -> None:
    settings = attrs.evolve(PLAIN, attribute_per_point=per, feature="scope", factors={"S": factor})

    for award in answers(settings, purchase(quantity=str(quantity), wp=str(wp), features={"scope": "S"})):
        assert isinstance(award, Award)
        *_, before, after = fold(award.steps)
        assert after == award.points == floor(before)


@pytest.mark.parametrize(("change", "says"), [
    ({"attribute_per_point": Decimal(0)}, "'attribute_per_point' must be > 0: 0"),
    ({"attribute_per_point": Decimal(-10)}, "'attribute_per_point' must be > 0: -10"),
    ({"factors": {"SYSTEM": Decimal(0)}}, "'factors.SYSTEM' must be > 0: 0"),
    ({"feature": "scope"}, "'factors' is empty: name a factor for each value of feature 'scope'"),
], ids=str)
def test_settings_that_make_no_sense_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        attrs.evolve(PLAIN, **change)

    assert str(error.value) == says
