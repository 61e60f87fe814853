"""Earning by tier: what counts is the tier with which the day of the purchase began, whenever it is booked."""

from pathlib import Path

import pytest

from tests.support.accounts import account, points_of
from tests.support.programmes import mistakes_in, replaced
from tests.support.tiers import at, buys, tier_world
from tests.support.worlds import World
from treuwerk.services.tiers.running import run
from treuwerk.store.database import Database

GOLD = ('[[earning]]\nname = "seminar_points"', '''[[earning]]
name = "silver_bonus"
rule = "product_factor"
title = { de = "Silberbonus" }
unit = "bonus"
article_kinds = ["module"]
attribute = "wp"
attribute_per_point = 1
audience = { tiers = ["silver", "gold"] }

[[earning]]
name = "seminar_points"''')
PIECE = 40  # bonus points by the usual rule, and 400 more by that of the tier


@pytest.fixture
def league(tmp_path: Path, database: Database) -> World:
    """With a rule for those who have a tier."""
    return tier_world(tmp_path / "league", database, GOLD)


def test_a_late_purchase_counts_with_the_tier_of_its_own_day(league: World) -> None:
    buys(league, "A", "2026-03-03", 400)  # silver from this day on
    assert points_of(league, account(league), at("2026-03-03")) == 400

    buys(league, "B", "2026-03-02", 40, booked="2026-03-20")  # before
    buys(league, "C", "2026-03-03", 40, booked="2026-03-20")  # the day began without a tier
    assert points_of(league, account(league), at("2026-03-20")) == 480
    buys(league, "D", "2026-03-04", 40, booked="2026-03-20")

    assert points_of(league, account(league), at("2026-03-20")) == 480 + PIECE + 400


def test_whether_the_run_was_there_makes_no_difference(league: World) -> None:
    buys(league, "A", "2026-03-03", 400)
    run(league.installation, at("2026-03-15"))

    buys(league, "B", "2026-03-10", 40, booked="2026-03-20")
    buys(league, "C", "2026-03-19", 40, booked="2026-03-20", customer="10109")

    assert points_of(league, account(league), at("2026-03-20")) == 400 + PIECE + 400
    assert points_of(league, account(league, "10109"), at("2026-03-20")) == PIECE


def test_tiers_that_nobody_can_know_are_a_mistake(tmp_path: Path) -> None:
    text = replaced(('title = { de = "Module", en = "Modules" }\n',
                     'title = { de = "Module", en = "Modules" }\naudience = { tiers = ["gold"] }\n'))

    found = {one.path: one.expected for one in mistakes_in(tmp_path, text)}

    assert "a tier of this programme" in found["programme.toml: earning[0].audience.tiers"] or (
        "[tier_scheme]" in found["programme.toml: earning[0].audience.tiers"])
