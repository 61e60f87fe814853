"""The shelf in the portal: what is on it, what it is narrowed by, and what the address says of it."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.engine.web.test_account_page import words
from tests.support.portal import NOW, Portal
from tests.support.reward_shop import change_reward, open_shop
from treuwerk.domain.catalogue import Window
from treuwerk.domain.promotions import Promotion, World
from treuwerk.store.database import Database
from treuwerk.store.promotions import PROMOTIONS, WORLDS


@pytest.fixture
def portal(tmp_path: Path, sqlite_database: Database) -> Portal:
    return open_shop(tmp_path, sqlite_database)


def names(portal: Portal, query: str = "", language: str = "en") -> list[str]:
    """The rewards on the shelf, in their order."""
    html = portal.signed_in(language=language).get(f"/rewards{query}").text
    return re.findall(r'class="reward-link" href="/rewards/([\w-]+)"', html.partition('id="shelf"')[2])


def test_the_shelf_has_what_is_offered_with_prices_distances_and_marks(portal: Portal) -> None:
    text = words(portal.signed_in(), "/rewards")

    assert sorted(names(portal)) == ["BIKE", "DRILL", "GONE", "KETTLE", "LAMP"]
    assert "You have 2,880 bonus points to spend." in text
    assert "from 1,200 bonus points Your points are enough" in text
    assert "5,000 bonus points 2,120 points missing" in text
    assert "Sold out" in text


def test_words_are_found_folded_and_with_typos_and_what_was_taken_instead_is_told(portal: Portal) -> None:
    assert names(portal, "?q=LEUCHTE", language="de") == ["LAMP"]
    assert names(portal, "?q=bicicle") == ["BIKE"]
    assert "Nothing is called “bicicle”. Looked for: bicycle." in words(portal.signed_in(), "/rewards?q=bicicle")


@pytest.mark.parametrize(("query", "expected"), [
    ("?category=tools", ["DRILL"]), ("?from=2.000&to=4000", ["DRILL"]),
    ("?within=1&there=1&category=home", ["KETTLE", "LAMP"]),
    ("?sort=dearest&there=1", ["BIKE", "DRILL", "KETTLE", "LAMP"]), ("?category=nothing&q=drill", ["DRILL"]),
])
def test_the_address_narrows_and_orders_the_shelf(portal: Portal, query: str, expected: list[str]) -> None:
    found = names(portal, query)

    assert sorted(found) == sorted(expected)
    if "sort" in query:
        assert found[:2] == expected[:2]


def test_each_filter_tells_what_it_would_leave_and_what_is_chosen_can_be_taken_away(portal: Portal) -> None:
    html, text = (portal.signed_in().get("/rewards?category=tools&q=drill").text,
                  words(portal.signed_in(), "/rewards?category=tools"))

    assert 'name="category" value="tools" checked' in html
    assert 'class="chip" href="/rewards?q=drill"' in html
    assert "Home & kitchen 4" in text
    assert "1 reward" in text


def test_nothing_found_offers_to_reset(portal: Portal) -> None:
    assert "Nothing found" in words(portal.signed_in(), "/rewards?q=zeppelin")


@pytest.mark.parametrize("query", ["?from=many", "?sort=luck", "?within=yes", "?page=x"])
def test_what_cannot_be_read_is_refused(portal: Portal, query: str) -> None:
    assert portal.signed_in().get(f"/rewards{query}").status_code == 400


def test_a_page_behind_the_last_one_is_the_last_one(portal: Portal) -> None:
    assert len(names(portal, "?page=7")) == 5


def test_a_world_has_a_page_with_its_end_and_a_promotion_its_price(portal: Portal) -> None:
    world = World("winter", {"de": "Winter", "en": "Winter lights"}, {"en": "For dark evenings"}, published=True,
                  rewards=("LAMP", "BIKE"))
    promotion = Promotion("bikes", {"en": "Bicycles"}, published=True, rewards=("BIKE",), points=2_500)
    with portal.installation.database.writing() as connection:
        WORLDS.save(connection, [(world, 0)], "the tests", "test", NOW)
        PROMOTIONS.save(connection, [(promotion, 0)], "the tests", "test", NOW)
    change_reward(portal, "LAMP", brand="Nord")  # whatever changes the catalogue makes the shelf anew

    text = words(portal.signed_in(), "/rewards?world=winter")

    assert "Winter lights 2 rewards" in words(portal.signed_in(), "/rewards")
    assert names(portal, "?world=winter") == ["LAMP", "BIKE"]
    assert "For dark evenings" in text
    assert "2,500 bonus points instead of 5,000 Your points are enough" in text
    assert "Special price" in text


def test_a_promotion_invites_from_the_front_and_has_a_page_of_its_own(portal: Portal) -> None:
    sale = Promotion("winter", {"en": "Warm winter"}, {"en": "A third off"}, published=True, rewards=("LAMP",),
                     window=Window(date(2026, 1, 1), date(2026, 12, 24)), percent=Decimal(30))
    before = words(portal.signed_in(), "/rewards")
    with portal.installation.database.writing() as connection:
        PROMOTIONS.save(connection, [(sale, 0)], "the tests", "test", NOW)

    front, page = portal.signed_in().get("/rewards").text, words(portal.signed_in(), "/rewards?promotion=winter")

    assert "Warm winter" not in before
    assert 'class="banner-link" href="/rewards?promotion=winter"' in front
    assert names(portal, "?promotion=winter") == ["LAMP"]
    assert "Rewards Warm winter Warm winter A third off" in page
    assert "until 24 Dec" in page


def test_a_script_gets_the_shelf_alone(portal: Portal) -> None:
    answer = portal.signed_in().get("/rewards?category=tools", headers={"hx-request": "true", "hx-target": "div#shelf"})

    assert answer.headers["x-fragment"] == "shelf"
    assert answer.text.lstrip().startswith('<div class="shop" id="shelf">')


def test_what_was_looked_at_stands_on_the_front(portal: Portal) -> None:
    client = portal.signed_in()
    assert "Looked at lately" not in words(client, "/rewards")

    client.get("/rewards/BIKE")

    assert "Looked at lately" in words(client, "/rewards")


def test_suggestions_tell_their_reason_on_the_front_and_on_the_overview(portal: Portal) -> None:
    client = portal.signed_in()
    client.post("/rewards/wishes", data={"reward": "LAMP", "wished": "1"})

    front, overview = words(client, "/rewards"), words(client, "/")

    assert "For you On your wish list Home & kitchen Lamp <North>" in front.replace("On the wish list: ", "")
    assert "Wish list 1" in front
    assert "Rewards for you All rewards On your wish list" in overview
    assert "For you" not in words(client, "/rewards?q=lamp")


def test_a_world_that_is_not_shown_yet_is_not_told_by_its_address(portal: Portal) -> None:
    world = World("winter", {"en": "Winter lights"}, published=True, rewards=("LAMP",),
                  visible=Window(date(2030, 1, 1), date.max))
    with portal.installation.database.writing() as connection:
        WORLDS.save(connection, [(world, 0)], "the tests", "test", NOW)
    change_reward(portal, "LAMP", brand="Nord")

    assert "Winter lights" not in words(portal.signed_in(), "/rewards?world=winter")
