"""What somebody finds in the shop, in which order, and what each filter would leave."""

from contextlib import closing
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import attrs
import pytest

from tests.support.showcases import DAY, POOR, RICH, Shop, row
from tests.support.worlds import SIX_IN_THE_EVENING
from treuwerk.domain.catalogue import Variant, Window
from treuwerk.domain.promotions import Promotion, TargetAudience, World
from treuwerk.domain.rewards import RewardState
from treuwerk.services.shop.searching import Choice, Query, Sort, search
from treuwerk.services.shop.shelf import shelf_of
from treuwerk.store import catalogue_state
from treuwerk.store.database import Database

BY_NAME = ("DRILL", "MUG", "LADDER", "SAW", "BOOTS", "CAN")


def counts(choices: tuple[Choice, ...]) -> dict[str, int]:
    return {one.code: one.count for one in choices}


def test_everything_that_is_shown_is_found(shop: Shop) -> None:
    found = shop.find()

    assert (found.numbers, found.total, found.page, found.pages) == (BY_NAME, 6, 1, 1)
    assert counts(found.facets.categories) == {"tools": 2, "garden": 4}
    assert counts(found.facets.labels) == {"cordless": 2, "leather": 1, "new_model": 1}
    assert (found.facets.affordable, found.facets.available, found.facets.new) == (5, 5, 6)


@pytest.mark.parametrize(("text", "numbers"), [
    ("schrauber", ("DRILL",)), ("SÄGE", ("SAW",)), ("saege", ("SAW",)), ("aste", ("SAW",)), ("leiter", ("LADDER",)),
    ("mug-red", ("MUG",)), ("blau", ("MUG",)), ("thermos kanne", ("CAN",)), ("garten becher", ("MUG",)),
    ("becher leiter", ()), ("europa", BY_NAME)])
def test_words_find_rewards(shop: Shop, text: str, numbers: tuple[str, ...]) -> None:
    found = shop.find(text)

    assert (found.numbers, found.instead) == (numbers, {})


def test_a_typing_error_finds_what_was_meant_and_says_so(shop: Shop) -> None:
    found = shop.find("akuschrauber")

    assert (found.numbers, found.instead) == (("DRILL",), {"akuschrauber": "akkuschrauber"})


@pytest.mark.parametrize(("sort", "numbers"), [
    (Sort.NAME, BY_NAME), (Sort.CHEAPEST, ("MUG", "CAN", "SAW", "BOOTS", "DRILL", "LADDER")),
    (Sort.DEAREST, ("LADDER", "DRILL", "BOOTS", "SAW", "CAN", "MUG"))])
def test_what_was_found_is_ordered(shop: Shop, sort: Sort, numbers: tuple[str, ...]) -> None:
    assert shop.find(sort=sort).numbers == numbers


def test_what_fits_the_words_best_comes_first(shop: Shop) -> None:
    shop.shelf.bring(row("OIL", "Öl", 100, summary_de="Öl für jede Säge"))

    assert shop.find("säge").numbers == ("SAW", "OIL")
    assert shop.find("säge", sort=Sort.CHEAPEST).numbers == ("OIL", "SAW")


def test_filters_narrow_and_each_counts_beside_the_others(shop: Shop) -> None:
    found = shop.find(categories=("garden",), labels=("cordless",))

    assert found.numbers == ("SAW",)
    assert found.facets.categories == (Choice("tools", 1, False), Choice("garden", 1, True))
    assert found.facets.labels == (Choice("cordless", 1, True), Choice("leather", 1, False))
    assert (found.facets.affordable, found.facets.available) == (1, 1)


def test_several_values_of_a_filter_are_either_of_them(shop: Shop) -> None:
    assert shop.find(labels=("leather", "new_model")).numbers == ("DRILL", "BOOTS")
    assert shop.find(categories=("lost",)).total == 0


@pytest.mark.parametrize(("query", "numbers"), [
    ({"affordable": True}, ("DRILL", "MUG", "SAW", "BOOTS", "CAN")), ({"points_until": 500}, ("MUG", "CAN")),
    ({"points_from": 500, "points_until": 2_000}, ("SAW", "BOOTS", "CAN")), ({"points_from": 7_201}, ("LADDER",)),
    ({"available": True}, ("DRILL", "MUG", "LADDER", "SAW", "CAN"))])
def test_rewards_are_found_by_points_and_stock(shop: Shop, query: dict[str, Any], numbers: tuple[str, ...]) -> None:
    assert shop.find(**query).numbers == numbers


def test_ranges_of_points_hold_every_reward_once(shop: Shop) -> None:
    ranges = shop.find().facets.points

    assert sum(one.count for one in ranges) == 6
    assert all(one.last < other.first for one, other in pairwise(ranges))
    assert [shop.find(points_from=one.first, points_until=one.last).total for one in ranges] == [
        one.count for one in ranges]
    chosen = shop.find(points_from=ranges[1].first, points_until=ranges[1].last).facets.points
    assert [one.chosen for one in chosen] == [one == ranges[1] for one in ranges]


def test_who_has_no_points_affords_nothing(shop: Shop) -> None:
    found = shop.find(who=POOR, affordable=True)

    assert (found.total, found.facets.affordable) == (0, 0)
    assert counts(found.facets.categories) == {}


def test_a_page_behind_the_last_is_the_last(shop: Shop) -> None:
    assert (shop.find(size=4, page=2).numbers, shop.find(size=4, page=2).pages) == (BY_NAME[4:], 2)
    assert [shop.find(size=4, page=page).page for page in (-1, 0, 1, 3)] == [1, 1, 1, 2]
    assert (shop.find("nothing").page, shop.find("nothing").pages) == (1, 1)


def test_what_is_not_for_somebody_is_not_found(shop: Shop) -> None:
    shop.change("DRILL", groups=("certified",))
    shop.change("CAN", countries=("DE",))
    shop.change("LADDER", min_tier="gold")
    shop.change("SAW", visible=Window(date(2026, 6, 2)))

    assert shop.find().numbers == ("DRILL", "MUG", "LADDER", "BOOTS", "CAN")
    assert shop.find(who=POOR).numbers == ("MUG", "LADDER", "BOOTS")
    assert "SAW" in shop.find(now=SIX_IN_THE_EVENING + DAY).numbers


def test_evidence_that_ends_takes_a_reward_off_the_shelf_without_a_change(shop: Shop) -> None:
    last = SIX_IN_THE_EVENING + 303 * DAY  # 2027-03-31

    assert shop.find(now=last).total == 6
    assert shop.find(now=last + DAY).total == 0


def test_a_change_is_found_at_once_and_only_then(shop: Shop) -> None:
    before = shop.published()
    assert shop.published() is before
    shop.change("CAN", state=RewardState.WITHDRAWN)

    assert shop.find("thermoskanne").total == 0
    assert shop.published().reward("DRILL") is before.reward("DRILL")
    assert shop.published().reward("CAN") is None


def test_a_change_that_is_rolled_back_is_not_found(shop: Shop) -> None:
    shop.find()
    with shop.world.database.writing() as connection:
        catalogue_state.moved(connection, 1)
        connection.rollback()

    assert shop.find().numbers == BY_NAME


def test_what_is_new_is_what_was_first_published_lately(shop: Shop) -> None:
    later = SIX_IN_THE_EVENING + 40 * DAY
    shop.shelf.bring(row("OIL", "Öl", 100), now=later)
    shop.change("CAN", later, brand="Haus")

    assert shop.find(now=later, new=True).numbers == ("OIL",)
    assert shop.find(now=later, sort=Sort.NEWEST).numbers[0] == "OIL"
    assert shop.find(now=later).numbers[0] == "OIL"
    assert shop.find(now=later + 29 * DAY, new=True).total == 1
    assert shop.find(now=later + 30 * DAY, new=True).total == 0


def test_worlds_are_a_filter_with_an_order_of_their_own(shop: Shop) -> None:
    shop.arrange([World("roof", published=True, rewards=("SAW", "LADDER"), position=2),
                  World("home", published=True, categories=("garden",), position=1),
                  World("later", published=True, rewards=("DRILL", "SAW"), visible=Window(date(2026, 7, 1)))])

    found = shop.find(worlds=("roof",))

    assert found.numbers == ("SAW", "LADDER")
    assert found.facets.worlds == (Choice("home", 4, False), Choice("roof", 2, True))
    assert "DRILL" not in shop.find().numbers
    assert shop.find(worlds=("later",)).total == 0


def test_special_prices_count_while_a_promotion_can_pay(shop: Shop) -> None:
    shop.arrange(promotions=[Promotion("sale", published=True, rewards=("LADDER",), percent=Decimal(50), budget=6_500)])

    assert shop.find().numbers[0] == "LADDER"
    assert shop.find(affordable=True, points_from=6_000, points_until=6_000).numbers == ("LADDER",)
    shop.spend("sale", 501)
    assert shop.find(points_from=6_000, points_until=6_000).total == 0


def test_a_promotion_is_a_filter_while_it_lowers_a_price_for_who_looks(shop: Shop) -> None:
    installers = TargetAudience(groups=("installer",))
    shop.arrange(promotions=[
        Promotion("sale", published=True, rewards=("LADDER", "SAW"), percent=Decimal(50), budget=6_500),
        Promotion("others", published=True, rewards=("CAN",), percent=Decimal(50), audience=installers)])

    assert set(shop.find(promotions=("sale",)).numbers) == {"LADDER", "SAW"}
    assert shop.find().facets.promotions == (Choice("sale", 2, False),)
    assert shop.find(promotions=("others",)).total == 0
    shop.spend("sale", 501)
    assert shop.find(promotions=("sale",)).numbers == ("SAW",)


def test_a_search_needs_a_few_statements_however_many_rewards_there_are(shop: Shop) -> None:
    shop.find()
    few = shop.statements("drill")
    shop.shelf.bring(*(row(f"R{number}", f"Ding {number}", 100 + number) for number in range(60)))
    assert shop.find("ding").total == 60

    assert shop.statements("ding") == few == 6


def test_a_shelf_that_follows_another_is_as_one_that_is_made_anew(shop: Shop) -> None:
    for text in ("", "schrauber"):
        shop.find(text)
        shop.find(text, POOR)
    shop.change("DRILL", points=1, variants=(Variant("DRILL", points=90),))
    shop.change("SAW", state=RewardState.WITHDRAWN)
    shop.shelf.bring(row("AXE", "Axt", 80))
    shop.stock(DRILL=0)
    following = [shop.find(text, who, sort=sort) for text in ("", "schrauber") for who in (RICH, POOR) for sort in Sort]

    anew = Database(shop.world.database.url.render_as_string(hide_password=False))
    with closing(anew), anew.reading() as connection:
        other = shelf_of(attrs.evolve(shop.world.installation, database=anew), connection)
    assert other is not shop.published()
    assert following == [search(other, shop.viewer(who), Query(text, sort=sort)) for text in ("", "schrauber")
                         for who in (RICH, POOR) for sort in Sort]
    assert shop.find(sort=Sort.CHEAPEST).numbers[:2] == ("AXE", "DRILL")
