"""Worlds and promotions by day and by who asks: what is open, what it costs, and what a budget still covers."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.catalogue import Window
from treuwerk.domain.promotions import Arrangement, Promotion, Special, TargetAudience, World, arranged
from treuwerk.domain.rewards import NOBODY, Asker

DAY = date(2026, 11, 22)
BERLIN = Asker("certified", "gold", "DE")


def world(code: str = "roof", **said: Any) -> World:
    return World(code, **{"published": True, "categories": ("tools",), **said})


def sale(code: str = "autumn", **said: Any) -> Promotion:
    return Promotion(code, **{"published": True, "categories": ("tools",), "percent": Decimal(20), **said})


def codes(shop: Arrangement, asker: Asker = BERLIN, day: date = DAY) -> list[str]:
    return [one.code for one in shop.objections("DRILL", "tools", asker, day)]


@pytest.mark.parametrize(("said", "found"), [
    ({}, []),
    ({"categories": ("garden",)}, []),
    ({"published": False}, []),
    ({"audience": TargetAudience(tiers=("gold",), countries=("DE", "AT"))}, []),
    ({"audience": TargetAudience(groups=("installer",))}, ["world_hidden"]),
    ({"visible": Window(first=date(2026, 12, 1))}, ["world_hidden"]),
    ({"redeemable": Window(first=date(2026, 12, 1))}, ["world_not_yet"]),
    ({"redeemable": Window(last=date(2026, 11, 21))}, ["world_over"]),
])
def test_a_reward_can_be_ordered_where_a_world_of_it_is_open(said: dict[str, Any], found: list[str]) -> None:
    assert codes(arranged([world(**said)], [])) == found


def test_one_open_world_is_enough() -> None:
    closed = world("later", redeemable=Window(first=date(2026, 12, 1)))

    assert codes(arranged([closed, world("now", rewards=("DRILL",), categories=())], [])) == []
    assert codes(arranged([closed], [])) == ["world_not_yet"]


def test_an_objection_names_the_nearest_day() -> None:
    shop = arranged([world("a", redeemable=Window(first=date(2027, 1, 1))),
                     world("b", redeemable=Window(first=date(2026, 12, 1))),
                     world("c", redeemable=Window(last=date(2026, 11, 1)))], [])

    [objection] = shop.objections("DRILL", "tools", BERLIN, DAY)

    assert objection.reason == "It can be ordered from 2026-12-01 on."


def test_nobody_in_particular_is_in_no_audience_of_some() -> None:
    assert TargetAudience().includes(NOBODY)
    assert not TargetAudience(countries=("DE",)).includes(NOBODY)


@pytest.mark.parametrize(("said", "special"), [
    ({}, Special("autumn", 5_750)),
    ({"percent": Decimal("12.5")}, Special("autumn", 6_300)),
    ({"percent": Decimal(0), "points": 4_990}, Special("autumn", 4_990)),
    ({"percent": Decimal(0), "points": 7_200}, None),
    ({"percent": Decimal(0), "points": 9_000}, None),
    ({"published": False}, None),
    ({"window": Window(last=date(2026, 11, 21))}, None),
    ({"window": Window(DAY, DAY)}, Special("autumn", 5_750)),
    ({"audience": TargetAudience(tiers=("silver",))}, None),
    ({"categories": (), "rewards": ("DRILL",)}, Special("autumn", 5_750)),
    ({"categories": (), "worlds": ("roof",)}, Special("autumn", 5_750)),
    ({"categories": (), "worlds": ("kitchen",)}, None),
    ({"budget": 1_450}, Special("autumn", 5_750)),
    ({"budget": 1_449}, None),
])
def test_a_special_price_holds_for_whom_and_when_it_is_meant(said: dict[str, Any], special: Special | None) -> None:
    shop = arranged([world()], [sale(**said)])

    assert shop.special("DRILL", "tools", 7_200, BERLIN, DAY, 50) == special


def test_what_was_given_away_is_not_there_again() -> None:
    shop = arranged([], [sale(budget=10_000)], {"autumn": 8_551})

    assert shop.special("DRILL", "tools", 7_200, BERLIN, DAY, 50) is None


def test_the_lowest_price_counts_and_among_the_same_the_first_that_is_shown() -> None:
    shop = arranged([], [sale("small", percent=Decimal(5)), sale("late", position=2), sale("early", position=1)])

    assert shop.special("DRILL", "tools", 7_200, BERLIN, DAY, 50) == Special("early", 5_750)


def test_worlds_come_in_the_order_of_display() -> None:
    shop = arranged([world("b", position=1), world("a", position=2), world("c", position=1, rewards=("DRILL",))], [])

    assert [one.code for one in shop.worlds_of("DRILL", "tools")] == ["b", "c", "a"]
    assert [one.code for one in shop.worlds] == ["b", "c", "a"]


@given(regular=st.integers(1, 10**9), percent=st.decimals("0.01", "99.99", places=2),
       step=st.sampled_from([1, 50, 100]))
def test_per_cent_are_given_in_full_and_prices_stay_multiples(regular: int, percent: Decimal, step: int) -> None:
    price = sale(percent=percent).price(regular, step)

    assert price % step == 0
    assert price >= step
    assert price == step or price <= regular * (100 - percent) / 100
