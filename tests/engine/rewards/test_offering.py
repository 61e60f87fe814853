"""What is offered: the price of who asks, everything that speaks against it, and that an order may rely on it."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from tests.support.catalogues import DRILL, Shelf, make_shelf
from tests.support.worlds import ARTICLES, SIX_IN_THE_EVENING, line
from treuwerk.domain.catalogue import Reward, Window
from treuwerk.domain.promotions import Promotion, World
from treuwerk.domain.reward_prices import PriceRule
from treuwerk.domain.rewards import NOBODY, Asker, RewardState
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.rewards.askers import asker_of, programme_day
from treuwerk.services.rewards.offering import Offered, offered
from treuwerk.store import rewards as store
from treuwerk.store.database import Database
from treuwerk.store.promotions import PROMOTIONS, WORLDS, set_budgets, take
from treuwerk.store.tables import identifier, reward, reward_variant

DAY = date(2026, 6, 1)
SMITH = Asker("certified", "gold", "DE")
MUG = {**DRILL, "reward": "MUG", "variant": "MUG-RED", "name_de": "Becher", "variant_points": "500"}
TIERS = """
[[tiers]]
code = "gold"
name = { de = "Gold" }
unit = "status"
points = 300

[[tiers]]
code = "silver"
name = { de = "Silber" }
unit = "status"
points = 100

[groups.certified]"""


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shelf:
    """A programme with two tiers that delivers to two countries, with a drill and a mug."""
    shelf = make_shelf(tmp_path / "league", database, [
        ("\n[groups.certified]", TIERS), ('locales = ["de"]', 'locales = ["de"]\ncountries = ["DE", "AT"]')])
    assert shelf.bring(DRILL, MUG).created == 2
    return shelf


def change(shelf: Shelf, number: str = "DRILL", **fields: Any) -> None:
    """Keep a reward otherwise, as somebody in the office may do."""
    with shelf.world.database.writing() as connection:
        [row] = store.by_number(connection, [number]).values()
        changed = attrs.evolve(store.read(row.content), **fields)
        store.save(connection, [(changed, row.version)], "test", "test", SIX_IN_THE_EVENING)


def asked(shelf: Shelf, *variants: str, asker: Asker = SMITH, day: date = DAY) -> Mapping[str, Offered]:
    with shelf.world.database.reading() as connection:
        return offered(connection, shelf.world.installation.programme.settings, asker, variants or ["DRILL-12"], day)


def codes(shelf: Shelf, asker: Asker = SMITH, day: date = DAY) -> list[str]:
    return [one.code for one in asked(shelf, asker=asker, day=day)["DRILL-12"].objections]


def test_a_published_reward_is_offered_at_its_price(shop: Shelf) -> None:
    found = asked(shop, "MUG-RED", "DRILL-12", "MUG-RED")

    assert [(number, one.reward.number, one.points, one.regular_points, one.why) for number, one in found.items()] == [
        ("MUG-RED", "MUG", 500, 500, ("variant",)), ("DRILL-12", "DRILL", 7_200, 7_200, ("formula",))]
    assert all(one.allowed and one.shown and one.version == 1 for one in found.values())


def test_a_number_that_names_nothing_is_an_objection(shop: Shelf) -> None:
    found = asked(shop, "DRILL", "DRILL-12")

    assert [one.code for one in found["DRILL"].objections] == ["unknown"]
    assert "DRILL" in found["DRILL"].objections[0].reason
    assert not found["DRILL"].shown
    assert found["DRILL-12"].allowed


@pytest.mark.parametrize(("fields", "code", "shown"), [
    ({"state": RewardState.DRAFT}, "not_published", False), ({"state": RewardState.REVIEW}, "not_published", False),
    ({"state": RewardState.WITHDRAWN}, "not_published", False),
    ({"visible": Window(date(2026, 6, 2))}, "not_visible", False),
    ({"visible": Window(last=date(2026, 5, 31))}, "not_visible", False),
    ({"redeemable": Window(date(2026, 6, 2))}, "not_redeemable", True),
    ({"redeemable": Window(last=date(2026, 5, 31))}, "not_redeemable", True),
    ({"countries": ("AT",)}, "country", False), ({"groups": ("installer",)}, "group", False),
    ({"cost": 0}, "no_price", False), ({"evidence": ()}, "origin_missing", False)])
def test_what_speaks_against_a_reward_is_told(shop: Shelf, fields: dict[str, Any], code: str, shown: bool) -> None:
    change(shop, **fields)

    assert codes(shop) == [code]
    assert asked(shop)["DRILL-12"].shown is shown
    assert asked(shop)["DRILL-12"].objections[0].reason.endswith(".")


@pytest.mark.parametrize("window", [Window(DAY, DAY), Window(DAY), Window(last=DAY)])
def test_both_ends_of_a_window_are_included(shop: Shelf, window: Window) -> None:
    change(shop, visible=window, redeemable=window)

    assert codes(shop) == []


def test_evidence_that_ends_takes_the_reward_away_on_the_next_day(shop: Shelf) -> None:
    assert codes(shop, day=date(2027, 3, 31)) == []
    assert codes(shop, day=date(2027, 4, 1)) == ["origin_expired"]


@pytest.mark.parametrize(("tier", "expected"), [("gold", []), ("silver", []), ("", ["tier"]), ("lost", ["tier"])])
def test_a_tier_is_reached_by_its_own_and_higher_ones(shop: Shelf, tier: str, expected: list[str]) -> None:
    change(shop, min_tier="silver")

    assert codes(shop, Asker("certified", tier, "DE")) == expected
    assert asked(shop, asker=Asker("certified", tier, "DE"))["DRILL-12"].shown


def test_a_tier_that_the_programme_does_not_have_any_more_is_reached_by_nobody(shop: Shelf) -> None:
    change(shop, min_tier="platinum")

    assert codes(shop) == ["tier"]


def test_what_is_not_known_of_who_asks_speaks_against_the_reward(shop: Shelf) -> None:
    change(shop, groups=("certified",), min_tier="silver")

    assert codes(shop, Asker("certified", "gold")) == ["country"]
    assert codes(shop, Asker(country="CH")) == ["country", "group", "tier"]
    assert codes(shop, NOBODY) == []


RULES = (PriceRule(6_000, group="certified"), PriceRule(5_500, tier="silver"), PriceRule(9_000, variant="MUG-RED"),
         PriceRule(5_000, first=date(2026, 7, 1), last=date(2026, 7, 31)))


@pytest.mark.parametrize(("asker", "day", "points", "why"), [
    (Asker("installer", "", "DE"), DAY, 7_200, ("formula",)),
    (Asker("certified", "", "DE"), DAY, 6_000, ("formula", "rule", "group:certified")),
    (SMITH, DAY, 5_500, ("formula", "rule", "tier:silver")),
    (SMITH, date(2026, 7, 31), 5_000, ("formula", "rule", "until:2026-07-31")),
    (NOBODY, date(2026, 8, 1), 7_200, ("formula",))])
def test_the_lowest_price_that_holds_for_who_asks_counts(shop: Shelf, asker: Asker, day: date, points: int,
                                                        why: tuple[str, ...]) -> None:
    change(shop, prices=RULES)

    one = asked(shop, asker=asker, day=day)["DRILL-12"]

    assert (one.points, one.regular_points, one.why) == (points, 7_200, why)


def test_constraints_judge_the_price_that_is_asked_for(tmp_path: Path, sqlite_database: Database) -> None:
    limit = '\n[[constraints]]\nname = "limit"\nconstraint = "value_limit"\npoints = 6000\n\n[units.status]'
    shelf = make_shelf(tmp_path / "limited", sqlite_database, [("\n[units.status]", limit)])
    shelf.bring(DRILL)
    change(shelf, state=RewardState.PUBLISHED, prices=(PriceRule(6_000, group="certified"),))

    assert codes(shelf) == []
    assert len(codes(shelf, Asker("installer", "", "DE"))) == 1


AUTUMN = Promotion("autumn", published=True, categories=("tools",), percent=Decimal(20), budget=3_000,
                   window=Window(last=date(2026, 6, 30)))


def promote(shelf: Shelf, *promotions: Promotion, worlds: Sequence[World] = ()) -> None:
    with shelf.world.database.writing() as connection:
        PROMOTIONS.save(connection, [(one, 0) for one in promotions], "ada", "page", 1)
        set_budgets(connection, {one.code: one.budget for one in promotions}, 1)
        WORLDS.save(connection, [(one, 0) for one in worlds], "ada", "page", 1)


@pytest.mark.parametrize(("rule", "day", "points", "promotion", "why"), [
    (None, DAY, 5_750, "autumn", ("formula", "promotion:autumn", "until:2026-06-30")),
    (None, date(2026, 7, 1), 7_200, "", ("formula",)),
    (PriceRule(5_800, group="certified"), DAY, 5_750, "autumn", ("formula", "promotion:autumn", "until:2026-06-30")),
    (PriceRule(5_750, group="certified"), DAY, 5_750, "", ("formula", "rule", "group:certified"))])
def test_a_promotion_makes_the_price_where_it_is_lower(shop: Shelf, rule: PriceRule | None, day: date, points: int,
                                                      promotion: str, why: tuple[str, ...]) -> None:
    promote(shop, AUTUMN)
    change(shop, prices=(rule,) if rule else ())

    one = asked(shop, day=day)["DRILL-12"]

    assert (one.points, one.regular_points, one.promotion, one.why) == (points, 7_200, promotion, why)


def test_a_promotion_that_cannot_pay_one_piece_makes_no_price(shop: Shelf) -> None:
    promote(shop, AUTUMN)
    with shop.world.database.writing() as connection:
        assert take(connection, {"autumn": 1_551}, 2) == {}

    assert asked(shop)["DRILL-12"].points == 7_200


@pytest.mark.parametrize(("world", "expected", "shown"), [
    (World("roof", published=True, rewards=("DRILL",)), [], True),
    (World("roof", published=True, rewards=("MUG",), visible=Window(date(2026, 7, 1))), [], True),
    (World("roof", published=True, rewards=("DRILL",), visible=Window(date(2026, 7, 1))), ["world_hidden"], False),
    (World("roof", published=True, rewards=("DRILL",), redeemable=Window(date(2026, 7, 1))), ["world_not_yet"], True)])
def test_a_reward_is_offered_while_one_of_its_worlds_is_open(shop: Shelf, world: World, expected: list[str],
                                                            shown: bool) -> None:
    promote(shop, worlds=[world])

    assert codes(shop) == expected
    assert asked(shop)["DRILL-12"].shown is shown


def test_a_reward_of_an_older_document_is_offered_to_all(shop: Shelf) -> None:
    with shop.world.database.writing() as connection:
        content = connection.execute(select(reward.c.content).where(reward.c.number == "DRILL")).scalar_one()
        for field in ('"groups":[],', '"min_tier":"",', '"prices":[],'):
            assert field in content
            content = content.replace(field, "")
        connection.execute(update(reward).where(reward.c.number == "DRILL").values(content=content))

    assert codes(shop, Asker("installer", "", "AT")) == []


def test_a_variant_that_its_reward_does_not_have_any_more_is_unknown(shop: Shelf) -> None:
    with shop.world.database.writing() as connection:
        connection.execute(update(reward_variant).where(reward_variant.c.variant == "MUG-RED").values(number="DRILL"))

    assert [one.code for one in asked(shop, "MUG-RED")["MUG-RED"].objections] == ["unknown"]


def test_many_variants_are_read_in_portions(shop: Shelf) -> None:
    cups = tuple(attrs.evolve(kept(shop, "MUG").variants[0], number=f"MUG-{number}") for number in range(2_500))
    change(shop, "MUG", variants=cups)

    found = asked(shop, *(one.number for one in cups))

    assert list(found) == [one.number for one in cups]
    assert all(one.allowed and one.points == 500 for one in found.values())


def kept(shelf: Shelf, number: str) -> Reward:
    with shelf.world.database.reading() as connection:
        return store.read(connection.execute(select(reward.c.content).where(reward.c.number == number)).scalar_one())


def test_a_reward_that_is_being_ordered_is_not_changed_and_others_can_order_it(tmp_path: Path,
                                                                               postgres_database: Database) -> None:
    shelf = make_shelf(tmp_path / "league", postgres_database)
    shelf.bring(DRILL, MUG)
    settings = shelf.world.installation.programme.settings

    with (closing(Database(postgres_database.url.render_as_string(hide_password=False))) as elsewhere,
          postgres_database.writing() as ordering):
        store.lock(ordering, ["DRILL-12"])
        with elsewhere.writing() as other:
            store.lock(other, ["DRILL-12"])
            again = offered(other, settings, SMITH, ["DRILL-12"], DAY)
            other.execute(select(reward).where(reward.c.number == "MUG").with_for_update(nowait=True)).all()
        with pytest.raises(OperationalError, match="could not obtain lock"), elsewhere.writing() as editing:
            editing.execute(select(reward).where(reward.c.number == "DRILL").with_for_update(nowait=True)).all()

    assert again["DRILL-12"].allowed


def test_who_asks_has_the_tier_of_the_points_and_the_country_of_the_delivery(shop: Shelf) -> None:
    world, settings = shop.world, shop.world.installation.programme.settings
    world.participants("customer_number;name;group;country\n10017;Smith;certified;AT\n10109;Jones;installer;DE\n")
    world.articles(ARTICLES)
    assert world.clear([line("LS-1")]).tally.booked == 1
    accounts = dict(world.rows(select(identifier.c.value, identifier.c.account_id)))

    with world.database.reading() as connection:
        found = [asker_of(connection, settings, accounts[number], SIX_IN_THE_EVENING, destination)
                 for number, destination in (("10017", ""), ("10017", "DE"), ("10109", ""))]
        with pytest.raises(OutOfScope):
            asker_of(connection, settings, max(accounts.values()) + 1, SIX_IN_THE_EVENING)

    assert found == [Asker("certified", "gold", "AT"), Asker("certified", "gold", "AT", "DE"),
                     Asker("installer", "", "DE")]


def test_a_day_begins_in_the_zone_of_the_programme(shop: Shelf) -> None:
    settings = shop.world.installation.programme.settings
    midnight = SIX_IN_THE_EVENING + 6 * 3_600_000_000

    assert [programme_day(settings, now) for now in (midnight - 1, midnight)] == [DAY, date(2026, 6, 2)]
