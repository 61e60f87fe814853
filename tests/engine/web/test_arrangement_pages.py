"""Worlds and promotions in the service centre: lists, forms with what is wrong, versions, and who came second."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.catalogue_desk import SAW, bring, fields, open_catalogue, send
from tests.support.portal import Portal
from treuwerk.domain.promotions import Promotion, World
from treuwerk.store.database import Database
from treuwerk.store.promotions import PROMOTIONS, WORLDS

WORLD, PROMOTION = "/office/worlds/roof", "/office/promotions/winter"


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Portal:
    """A portal with a saw, on both databases."""
    portal = open_catalogue(tmp_path, database)
    bring(portal, SAW)
    return portal


def worlds(portal: Portal) -> dict[str, World]:
    with portal.installation.database.reading() as connection:
        return WORLDS.every(connection)


def promotions(portal: Portal) -> dict[str, Promotion]:
    with portal.installation.database.reading() as connection:
        return PROMOTIONS.every(connection)


def make_world(admin: TestClient, **said: str) -> None:
    given = {"code": "roof", "name_de": "Dach", "name_en": "Roof", "name_fr": "Toit", "rewards": "SAW",
             "published": "1", **said}
    answer = send(admin, "/office/add-world", **given)
    assert answer.headers.get("location") == WORLD, answer.text


def test_without_worlds_the_page_says_how_they_come_in(shop: Portal) -> None:
    page = shop.in_office("admin").get("/office/worlds").text

    assert "There is no world yet" in page
    assert 'href="/office/add-world"' in page
    assert "treuwerk import worlds worlds.toml" in page


def test_a_world_is_made_and_listed_with_how_much_it_holds(shop: Portal) -> None:
    admin = shop.in_office("admin")
    make_world(admin, categories="tools", visible_until="2026-12-31")

    page = admin.get("/office/worlds").text

    assert [part in page for part in ("Roof", "Running", "until", "everybody")] == [True] * 4
    assert worlds(shop)["roof"].rewards == ("SAW",)
    assert "World saved" in admin.get("/office/audit").text


def test_a_promotion_shows_its_price_and_what_it_has_given_away(shop: Portal) -> None:
    admin = shop.in_office("admin")
    answer = send(admin, "/office/add-promotion", code="winter", name_de="Winter", name_en="Winter", name_fr="Hiver",
                  rewards="SAW", percent="12.5", budget="50,000", published="1")

    listed, one = admin.get("/office/promotions").text, admin.get(answer.headers["location"]).text

    assert answer.headers["location"] == PROMOTION
    assert "−12.5 %" in listed
    assert "0 of 50,000" in listed
    assert "0 of 50,000" in one


@pytest.mark.parametrize(("said", "words"), [
    ({"code": "The Roof"}, "A code has up to 40 small letters"),
    ({"rewards": "SAW\nHAMMER"}, "This is not there: HAMMER."),
    ({"name_fr": "", "name_de": "", "name_en": ""}, "Enter a name before it is published."),
    ({"rewards": ""}, "Name rewards or choose categories before it is published."),
    ({"redeem_from": "2026-12-02", "redeem_until": "2026-12-01"}, "The last day lies before the first one."),
])
def test_what_is_wrong_stands_at_its_field_with_what_was_typed(shop: Portal, said: dict[str, str], words: str) -> None:
    admin = shop.in_office("admin")
    given = {"code": "roof", "name_de": "Dach", "name_en": "Roof", "name_fr": "Toit", "rewards": "SAW",
             "published": "1", **said}

    answer = send(admin, "/office/add-world", **given)

    assert answer.status_code == 422
    assert answer.text.count(words) == 2
    assert all(value in answer.text for value in said.values())
    assert worlds(shop) == {}


def test_an_earlier_version_is_brought_back_and_that_is_undone(shop: Portal) -> None:
    admin = shop.in_office("admin")
    make_world(admin)
    send(admin, WORLD, name_en="On the roof")
    page = admin.get(WORLD).text

    answer = admin.post(f"{WORLD}/restore", data={"wanted": "1", "version": "2"})

    assert "<del>Roof</del>" in page
    assert "<ins>On the roof</ins>" in page
    assert worlds(shop)["roof"].names["en"] == "Roof"
    assert "Version 1 is back." in admin.get(answer.headers["location"]).text
    admin.post(f"{WORLD}/restore", data={"wanted": "2", "version": "3"})
    assert worlds(shop)["roof"].names["en"] == "On the roof"


def test_who_comes_second_sees_both_versions(shop: Portal) -> None:
    admin = shop.in_office("admin")
    make_world(admin)
    typed = fields(admin.get(WORLD).text, WORLD)
    send(admin, WORLD, name_en="On the roof")

    answer = admin.post(WORLD, data=typed | {"name_en": "Over the roof"})
    again = admin.post(WORLD, data=fields(answer.text, WORLD))

    assert answer.status_code == 409
    assert "On the roof" in answer.text
    assert again.status_code == 303
    assert worlds(shop)["roof"].names["en"] == "Over the roof"


def test_who_may_not_publish_writes_drafts_only(shop: Portal) -> None:
    editor = shop.in_office("editor")

    answer = send(editor, "/office/add-world", code="roof", name_de="Dach", rewards="SAW")
    refused = send(editor, WORLD, published="1")

    assert answer.status_code == 303
    assert "Draft" in editor.get("/office/worlds").text
    assert refused.status_code == 403
    assert not worlds(shop)["roof"].published


def test_a_code_that_nobody_has_is_not_found(shop: Portal) -> None:
    admin = shop.in_office("admin")

    assert admin.get("/office/worlds/cellar").status_code == 404
    assert admin.post(f"{WORLD}/restore", data={"wanted": "1", "version": "1"}).status_code == 404
    assert admin.post(f"{WORLD}/restore", data={"wanted": "x", "version": "1"}).status_code == 400


def test_a_preview_shows_the_price_of_a_day_to_come(shop: Portal) -> None:
    admin = shop.in_office("admin")
    make_world(admin)
    send(admin, "/office/add-promotion", code="winter", name_de="Winter", name_en="Winter sale", name_fr="Hiver",
         rewards="SAW", percent="10", valid_from="2027-01-01", published="1")

    now = admin.get("/office/shop-preview").text
    later = admin.get("/office/shop-preview?day=2027-01-01&participant=1001").text

    assert "Winter sale" not in now
    assert all(part in later for part in ("Winter sale", "5,350", "5,950", "January 2027"))
    assert "Shop looked at as a participant" in admin.get("/office/audit").text


def test_a_preview_with_drafts_shows_what_is_not_published_yet(shop: Portal) -> None:
    admin = shop.in_office("admin")
    send(admin, "/office/add-world", code="roof", name_en="Roof", rewards="SAW")

    assert "Roof" not in admin.get("/office/shop-preview").text
    assert "Roof" in admin.get("/office/shop-preview?drafts=1").text


def test_a_preview_asks_for_the_right_to_see_participants(shop: Portal) -> None:
    editor = shop.in_office("editor")

    assert editor.get("/office/shop-preview").status_code == 200
    assert editor.get("/office/shop-preview?participant=1001").status_code == 403
    assert "There is no participant with this number" in shop.in_office("admin").get(
        "/office/shop-preview?participant=999").text


def test_a_preview_for_nobody_in_particular_shows_what_some_countries_get(shop: Portal) -> None:
    bring(shop, {**SAW, "countries": "AT|DE"})
    admin = shop.in_office("admin")
    make_world(admin)

    assert "1 reward is seen" in admin.get("/office/shop-preview").text
    assert "0 rewards are seen" in admin.get("/office/shop-preview?day=2027-04-01").text
