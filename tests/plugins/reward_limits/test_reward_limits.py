"""Limits on value and price, and categories that are barred for some."""

from datetime import date
from decimal import Decimal

import pytest

from treuwerk.domain.rewards import NOBODY, Asker, Offer
from treuwerk_reward_limits import catalogue_constraints
from treuwerk_reward_limits.bars import CategoryBar, CategoryBarSettings
from treuwerk_reward_limits.values import ValueLimit, ValueLimitSettings

DAY = date(2026, 11, 22)
WINE = Offer("WINE", "WINE-6", "goods", "drinks", 6_000, labels=frozenset({"alcohol"}), tax_value=5_000)


def limited(offer: Offer, asker: Asker = NOBODY, **settings: object) -> list[str]:
    [found] = ValueLimit(ValueLimitSettings(**settings)).check([offer], asker, DAY)  # type: ignore[arg-type]
    return [one.reason for one in found]


def barred(offer: Offer, asker: Asker = NOBODY, **settings: list[str]) -> list[str]:
    [found] = CategoryBar(CategoryBarSettings(**settings)).check([offer], asker, DAY)
    return [one.code for one in found]


def test_both_are_offered_by_name() -> None:
    assert [kind.name for kind in catalogue_constraints()] == ["value_limit", "category_bar"]


def test_what_is_worth_or_costs_too_much_is_not_offered() -> None:
    assert limited(WINE, worth=Decimal(50), points=6_000) == []
    assert limited(WINE, worth=Decimal("49.99")) == ["It is worth 50.00, at most 49.99 is allowed."]
    assert limited(WINE, points=5_999) == ["It costs 6000 points, at most 5999 are allowed."]


def test_what_is_not_known_to_be_worth_less_is_not_offered() -> None:
    assert limited(Offer("R", "V", "goods", "tools", 100), worth=Decimal(50)) == ["Its value is not known."]


def test_a_limit_for_some_groups_lets_others_pass() -> None:
    assert limited(WINE, Asker(group="clerks"), points=10, groups=["clerks"]) != []
    assert limited(WINE, Asker(group="installer"), points=10, groups=["clerks"]) == []


@pytest.mark.parametrize(("settings", "asker", "found"), [
    ({"categories": ["drinks"]}, NOBODY, True), ({"kinds": ["goods"]}, NOBODY, True),
    ({"labels": ["alcohol"]}, NOBODY, True), ({"categories": ["tools"], "labels": ["toys"]}, NOBODY, False),
    ({"labels": ["alcohol"], "groups": ["school"]}, Asker(group="school"), True),
    ({"labels": ["alcohol"], "groups": ["school"]}, Asker(group="installer"), False),
    ({"labels": ["alcohol"], "countries": ["SA"]}, Asker(group="installer", country="SA"), True),
    ({"labels": ["alcohol"], "countries": ["SA"]}, NOBODY, False)])
def test_a_bar_is_for_whom_it_names(settings: dict[str, list[str]], asker: Asker, *, found: bool) -> None:
    assert barred(WINE, asker, **settings) == ["barred"] * found


def test_settings_that_limit_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="'worth' or 'points'"):
        ValueLimitSettings()
    with pytest.raises(ValueError, match="'categories', 'kinds' or 'labels'"):
        CategoryBarSettings(groups=["school"])
