"""One reward at length, and the wish list."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.engine.web.test_account_page import words
from tests.support.portal import NOW, Portal
from tests.support.reward_shop import change_reward, open_shop
from treuwerk.domain.catalogue import RewardText, Window
from treuwerk.domain.ledger import moment
from treuwerk.store.database import Database

_DAY = 86_400_000_000


@pytest.fixture
def portal(tmp_path: Path, sqlite_database: Database) -> Portal:
    return open_shop(tmp_path, sqlite_database)


def test_a_reward_tells_its_price_the_balance_afterwards_delivery_and_origin(portal: Portal) -> None:
    text = words(portal.signed_in(), "/rewards/LAMP")

    assert "Lamp <North>" in text
    assert "1,200 bonus points" in text
    assert "Your balance 2,880 This reward −1,200 Balance afterwards 1,680" in text
    assert "With you in about 3 working days Delivered to: Germany, Ireland" in text
    assert "Made in Germany Proof LE-17, valid until 31 March 2027" in text
    assert "First paragraph. Second paragraph." in text


def test_each_variant_has_an_address_a_price_and_a_stock_of_its_own(portal: Portal) -> None:
    client = portal.signed_in()
    first, second = (client.get(f"/rewards/LAMP{query}").text for query in ("", "?variant=LAMP-R"))

    assert 'href="/rewards/LAMP?variant=LAMP-B" aria-current="true"' in first
    assert 'name="variant" value="LAMP-B"' in first
    assert "Only 2 left" in words(client, "/rewards/LAMP")
    assert 'href="/rewards/LAMP?variant=LAMP-R" aria-current="true"' in second
    assert "Sold out" in second
    assert "/cart/lines" not in second
    assert client.get("/rewards/LAMP?variant=DRILL-1").status_code == 404


def test_instead_of_a_dead_button_the_missing_points_are_told(portal: Portal) -> None:
    html, text = portal.signed_in().get("/rewards/BIKE").text, words(portal.signed_in(), "/rewards/BIKE")

    assert "2,120 points are missing" in text
    assert "/cart/lines" not in html


@pytest.mark.parametrize("number", ["DRAFT", "NOTHING", "lamp"])
def test_what_is_not_offered_is_not_there(portal: Portal, number: str) -> None:
    assert portal.signed_in().get(f"/rewards/{number}").status_code == 404


def test_a_reward_whose_proof_of_origin_ends_is_gone_on_the_next_day(portal: Portal) -> None:
    assert portal.signed_in().get("/rewards/KETTLE").status_code == 200
    assert portal.signed_in(now=NOW + _DAY).get("/rewards/KETTLE").status_code == 404


def test_what_takes_a_higher_status_is_shown_with_the_reason(portal: Portal) -> None:
    change_reward(portal, "LAMP", min_tier="gold")

    html, text = portal.signed_in().get("/rewards/LAMP").text, words(portal.signed_in(), "/rewards/LAMP")

    assert "The reward is there from the status Gold on." in text
    assert "/cart/lines" not in html


def test_what_can_be_redeemed_later_says_when(portal: Portal) -> None:
    tomorrow = moment(NOW).date() + timedelta(days=1)
    change_reward(portal, "LAMP", redeemable=Window(first=tomorrow))

    assert "The reward can be redeemed from 22 November 2026 on." in words(portal.signed_in(), "/rewards/LAMP")


def test_a_missing_translation_shows_another_language_marked_as_such(portal: Portal) -> None:
    change_reward(portal, "LAMP", texts={"de": RewardText("Leuchte <Nord>", "Für den Tisch")})

    html = portal.signed_in(language="fr").get("/rewards/LAMP").text

    assert '<span lang="de">Leuchte &lt;Nord&gt;</span>' in html


def test_a_heart_puts_on_the_list_and_takes_off_again_with_the_way_back(portal: Portal) -> None:
    client = portal.signed_in()
    assert "Nothing on the wish list yet" in words(client, "/rewards/wishes")

    client.post("/rewards/wishes", data={"reward": "BIKE", "wished": "1", "back": "/rewards/BIKE"})
    text = words(client, "/rewards/wishes")
    assert "Bicycle is on your wish list." in text
    assert "5,000 bonus points 2,120 points missing" in text

    answer = client.post("/rewards/wishes", data={"reward": "BIKE", "wished": "0", "back": "/rewards/wishes"})
    html = client.get(answer.headers["location"]).text
    assert "Bicycle is off your wish list." in html
    assert 'name="reward" value="BIKE"' in html
    assert "Nothing on the wish list yet" in html


def test_wishes_that_are_not_offered_any_more_are_counted(portal: Portal) -> None:
    client = portal.signed_in()
    client.post("/rewards/wishes", data={"reward": "KETTLE", "wished": "1"})
    client.post("/rewards/wishes", data={"reward": "LAMP", "wished": "1"})
    change_reward(portal, "KETTLE", visible=Window(last=moment(NOW).date() - timedelta(days=1)))

    text = words(client, "/rewards/wishes")

    assert "1 reward of your list is not offered at present." in text
    assert "Lamp <North>" in text


@pytest.mark.parametrize("back", ["https://elsewhere.example", "//elsewhere.example", "/office"])
def test_a_heart_leads_nowhere_else(portal: Portal, back: str) -> None:
    answer = portal.signed_in().post("/rewards/wishes", data={"reward": "BIKE", "wished": "1", "back": back})

    assert answer.headers["location"] == "/rewards"


def test_what_nobody_can_wish_for_is_refused_in_words(portal: Portal) -> None:
    client = portal.signed_in()

    answer = client.post("/rewards/wishes", data={"reward": "DRAFT", "wished": "1", "back": "/rewards/wishes"})

    assert "This reward is not there any more." in client.get(answer.headers["location"]).text


def test_what_is_like_it_and_what_was_looked_at_stand_beneath(portal: Portal) -> None:
    client = portal.signed_in()
    client.get("/rewards/DRILL")

    html = client.get("/rewards/LAMP").text
    like = html.partition('id="similar"')[2].partition("</section>")[0]

    assert [f'href="/rewards/{number}"' in like for number in ("BIKE", "KETTLE", "GONE", "DRILL", "LAMP")] == [
        True, True, True, False, False]
    assert "/rewards/DRILL" in html.partition('id="seen"')[2]


def test_who_waits_for_what_is_sold_out_is_noted_and_may_stop_waiting(portal: Portal) -> None:
    client, page = portal.signed_in(), "/rewards/LAMP?variant=LAMP-R"
    assert "Tell me when it is back" in words(client, page)

    answer = client.post("/rewards/watches", data={"variant": "LAMP-R", "watched": "1", "back": page})

    assert answer.headers["location"] == page
    assert "You are told as soon as there are pieces again." in words(client, page)
    assert "Wait no longer" in words(client, page)

    client.post("/rewards/watches", data={"variant": "LAMP-R", "watched": "0", "back": page})

    assert "You wait for it no longer." in words(client, page)


def test_nobody_waits_for_what_is_there(portal: Portal) -> None:
    client = portal.signed_in()

    client.post("/rewards/watches", data={"variant": "LAMP-B", "watched": "1", "back": "/rewards/LAMP"})

    assert "It is there again: you can order it now." in words(client, "/rewards/LAMP")


def test_what_fits_goes_into_the_cart_and_leads_back(portal: Portal) -> None:
    client = portal.signed_in()

    answer = client.post("/cart/lines", data={"variant": "LAMP-B", "quantity": "2", "back": "/rewards/LAMP"})

    assert answer.headers["location"] == "/rewards/LAMP"
    assert "In your cart: 2 × Lamp <North>, Blue." in words(client, "/rewards/LAMP")
