"""Campaigns that multiply points, and groups of which one rule counts, over the life of a purchase."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.assemblies import bare, delivery, system_world
from tests.support.corrections import bonus, clear, goods
from tests.support.worlds import SIX_IN_THE_EVENING, World, line
from treuwerk.cli.managing import access_of_operator
from treuwerk.services.changes.recalculating import Asked, recalculate
from treuwerk.store.database import Database
from treuwerk.store.tables import lot

PLUGINS = ('"product_factor", "activity_points"', '"product_factor", "activity_points", "rate", "campaign_multiplier"')
SPRING = """
[stacking.spring]
mode = "best"

[article_filters.systems]
features = { scope = ["SYSTEM"] }

[[earning]]
name = "gift"
rule = "rate"
title = { de = "Geschenk" }
unit = "bonus"
points = 3
group = "spring"

[[earning]]
name = "systems"
rule = "campaign_multiplier"
title = { de = "Systeme" }
units = ["bonus"]
rules = ["module_points"]
factor = 1.5
articles = "systems"
group = "spring"
at_most_per_line = 1000
expires = { after = "6M" }

[[sources]]"""
MODULES, INVERTER, MOUNTING = bare(1, "10"), bare(3, "1", "SW-W-10H"), bare(2, "4", "SW-G")


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A module earns 40 points, 80 in a system; there half of them on top, else a gift of 3, whatever is more."""
    return system_world(tmp_path / "league", database, other=[PLUGINS, ("[[sources]]", SPRING)])


def test_points_of_a_campaign_are_lots_of_their_own_and_go_back_with_the_goods(world: World) -> None:
    clear(world, delivery("D-1", goods(1, "10"), order=""))

    assert bonus(world) == 800 + 400
    amounts = world.rows(select(lot.c.amount, lot.c.expires_at).where(lot.c.unit == "bonus").order_by(lot.c.amount))
    assert [amount for amount, _ in amounts] == [400, 800]
    assert amounts[0][1] < amounts[1][1]

    world.clear([line("D-1", movement="RETURN", quantity="3", delivered_on="2026-05-20")], name="back.csv")
    assert bonus(world) == 560 + 280
    world.clear([line("D-1", movement="CANCEL", delivered_on="2026-05-21")], name="all.csv")
    assert bonus(world) == 0
    assert world.violated() == {}


def test_a_cap_holds_for_what_is_kept(world: World) -> None:
    clear(world, delivery("D-1", goods(1, "100"), order=""))
    assert bonus(world) == 8000 + 1000

    world.clear([line("D-1", movement="RETURN", quantity="60", delivered_on="2026-05-20")], name="back.csv")
    assert bonus(world) == 3200 + 1000
    world.clear([line("D-1", 1, movement="RETURN", quantity="20", delivered_on="2026-05-21")], name="more.csv")
    assert bonus(world) == 1600 + 800
    assert world.violated() == {}


def test_a_system_that_its_order_tells_earns_what_one_earns_that_says_so(world: World) -> None:
    clear(world, delivery("D-1", MODULES))
    assert bonus(world) == 400 + 30

    clear(world, delivery("D-2", INVERTER, MOUNTING))

    gifts = 5 * 3  # for inverter and mounting, which have no points that a campaign could multiply
    assert bonus(world) == 800 + 400 + gifts
    world.clear([line("D-1", movement="RETURN", quantity="4", delivered_on="2026-05-20")], name="back.csv")
    assert bonus(world) == 480 + 240 + gifts
    assert world.violated() == {}


@pytest.mark.parametrize(("wp", "points"), [(410, 820 + 410), (10, 20 + 30)], ids=["the same counts", "another counts"])
def test_a_purchase_that_is_judged_anew_earns_what_it_would_have_earned(world: World, wp: int, points: int) -> None:
    world.clear([line("LS-1")])
    assert bonus(world) == 800 + 400
    world.articles(f"article_number;name;kind;wp\nSW-M-400;Modul 400;module;{wp}\n")

    recalculate(world.installation, Asked("SW-M-400", "data sheet was wrong", "Ada", "Bob"),
                SIX_IN_THE_EVENING + 86_400_000_000, access_of_operator("Ada"))

    assert bonus(world) == points
    assert world.violated() == {}
