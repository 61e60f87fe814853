"""The cart on its page: filled, changed, saved for later, undone, and told what happened meanwhile."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from starlette.testclient import TestClient

from tests.support.portal import NOW
from tests.support.shops import MUG, TOOL, Shop
from treuwerk.domain.catalogue import Window
from treuwerk.domain.promotions import Promotion
from treuwerk.store.promotions import PROMOTIONS, set_budgets

HOUR = 3_600_000_000


@pytest.fixture
def shop(sqlite_shop: Shop) -> Shop:
    return sqlite_shop


def add(client: TestClient, variant: str, quantity: str = "1") -> str:
    """Put something into the cart, and look at it."""
    answer = client.post("/cart/lines", data={"variant": variant, "quantity": quantity})
    assert answer.status_code == 303
    return client.get(answer.headers["location"]).text


def act(client: TestClient, name: str, **fields: str) -> str:
    """Press a button of the cart."""
    answer = client.post(f"/cart/{name}", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")
    return client.get("/cart").text


def test_an_empty_cart_says_what_to_do(shop: Shop) -> None:
    html = shop.portal.signed_in().get("/cart").text

    assert "Your cart is empty" in html
    assert 'href="/rewards"' in html
    assert "Go to checkout" not in html


def test_what_is_put_in_stands_there_with_the_balance_afterwards(shop: Shop) -> None:
    client = shop.portal.signed_in()

    add(client, "DRILL-12")
    html = add(client, "MUG-RED", "3")

    assert "In your cart: 3 × Mug, Red." in html
    assert "Cordless drill" in html
    for figure in ("11,380", "−8,700", "2,680"):
        assert figure in html
    assert 'href="/checkout"' in html
    assert 'aria-label="Cart, 2 rewards"' in html


def test_the_same_once_more_adds_pieces_to_its_line(shop: Shop) -> None:
    client = shop.portal.signed_in()

    add(client, "MUG-RED", "2")
    add(client, "MUG-RED", "3")

    assert shop.cart() == [("MUG-RED", 5, False)]


def test_missing_points_are_named_instead_of_a_dead_button(shop: Shop) -> None:
    client = shop.portal.signed_in()

    html = add(client, "DRILL-12", "2")

    assert "3,020 points are missing." in html
    assert "/checkout" not in html


@pytest.mark.parametrize(("variant", "quantity", "words"), [
    ("NOTHING", "1", "This reward is not offered to you at the moment."),
    ("MUG-RED", "101", "Enter a number of pieces from 1 to 100."),
    ("MUG-RED", "0", "Enter a number of pieces from 1 to 100."),
    ("MUG-RED", "1.5", "Enter a number of pieces from 1 to 100."),
    ("MUG-RED", "two", "Enter a number of pieces from 1 to 100."),
])
def test_what_cannot_be_put_in_is_refused_with_words(shop: Shop, variant: str, quantity: str, words: str) -> None:
    html = add(shop.portal.signed_in(), variant, quantity)

    assert words in html
    assert shop.cart() == []


def test_pieces_are_changed_and_none_removes_the_line(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED", "2")

    act(client, "quantity", variant="MUG-RED", quantity="4")
    assert shop.cart() == [("MUG-RED", 4, False)]
    html = act(client, "quantity", variant="MUG-RED", quantity="0")

    assert shop.cart() == []
    assert "Mug, Red is removed from the cart." in html


def test_more_than_there_is_becomes_what_there_is(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "DRILL-12")

    html = act(client, "quantity", variant="DRILL-12", quantity="9")

    assert "Fewer are left than you wanted. In your cart: 7." in html
    assert shop.cart() == [("DRILL-12", 7, False)]


def test_a_removed_line_is_given_back_by_undo(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED", "2")
    add(client, "DRILL-12")

    html = act(client, "remove", variant="MUG-RED")
    assert 'action="/cart/restore"' in html
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">',
                             html.partition('action="/cart/restore"')[2].partition("</form>")[0]))
    act(client, "restore", **fields)

    assert shop.cart() == [("DRILL-12", 1, False), ("MUG-RED", 2, False)]


def test_a_line_waits_for_later_and_comes_back(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "DRILL-12")

    html = act(client, "later", variant="DRILL-12")
    assert "Saved for later" in html
    assert "Your cart is empty" in html
    assert 'aria-label="Cart, empty"' in html
    html = act(client, "now", variant="DRILL-12")

    assert "Saved for later" not in html
    assert "Go to checkout" in html


def test_a_price_that_rose_is_called_out_until_it_was_seen(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED", "2")
    shop.change(MUG, variant_points="650")

    html = client.get("/cart").text
    assert "The price rose from 500 to 650 points since you looked." in html
    assert "−1,300" in html
    html = act(client, "noted")

    assert "since you looked" not in html
    assert "−1,300" in html


def test_what_is_not_offered_any_more_bars_the_checkout_and_says_why(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED")
    add(client, "DRILL-12")
    shop.change(MUG, state="withdrawn")

    html = client.get("/cart").text

    assert "This reward is not offered any more." in html
    assert "/checkout" not in html
    act(client, "later", variant="MUG-RED")
    assert 'href="/checkout"' in client.get("/cart").text


def test_evidence_that_ends_while_it_lies_in_the_cart_takes_the_reward_out(shop: Shop) -> None:
    from tests.support.portal import at

    early = shop.portal.signed_in(now=at("2026-11-22"))
    add(early, "DRILL-12")
    late = shop.portal.signed_in(now=at("2027-04-01"))

    html = add(late, "DRILL-12")

    assert "This reward is not offered to you at the moment." in html


def test_pieces_that_went_meanwhile_are_called_out(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "DRILL-12", "1")
    shop.change(TOOL, stock="0")
    assert "It is sold out by now." in client.get("/cart").text

    shop.change(TOOL, stock="7")
    act(client, "quantity", variant="DRILL-12", quantity="3")
    shop.change(TOOL, stock="2")

    assert "Only 2 of 3 pieces are left." in client.get("/cart").text
    act(client, "noted")
    assert shop.cart() == [("DRILL-12", 2, False)]


def test_a_colleague_has_a_cart_of_her_own(shop: Shop) -> None:
    add(shop.portal.signed_in(), "MUG-RED")

    assert "Your cart is empty" in shop.portal.signed_in().get("/cart").text


def test_a_line_that_another_device_removed_is_told_of(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED")
    act(client, "remove", variant="MUG-RED")

    html = act(client, "later", variant="MUG-RED")

    assert "This was not in your cart any more." in html


def test_who_may_not_spend_points_has_no_cart(shop: Shop) -> None:
    from tests.engine.web.test_rights_of_routes import look_at

    agent = shop.portal.in_office("agent")
    look_at(shop.portal, agent, "1001")

    assert agent.get("/cart").status_code == 403
    assert 'href="/cart"' not in agent.get("/").text


@pytest.mark.parametrize(("language", "words"), [("de", "Ihr Warenkorb ist leer"), ("fr", "Votre panier est vide")])
def test_the_cart_speaks_the_readers_language(shop: Shop, language: str, words: str) -> None:
    assert words in shop.portal.signed_in(language=language).get("/cart").text


def test_a_promotion_that_ends_while_it_lies_in_the_cart_is_called_out(shop: Shop) -> None:
    autumn = Promotion("autumn", {"en": "Autumn"}, published=True, categories=("garden",), percent=Decimal(20),
                       budget=100_000, window=Window(last=date(2026, 11, 21)))
    with shop.portal.installation.database.writing() as connection:
        PROMOTIONS.save(connection, [(autumn, 0)], "ada", "page", 1)
        set_budgets(connection, {"autumn": 100_000}, 1)
    client = shop.portal.signed_in()
    html = add(client, "MUG-RED")
    assert "−400" in html
    assert "since you looked" not in html

    for hours in (7, 14):  # past midnight in Berlin, in a session that is used meanwhile
        later = shop.portal.visitor(now=NOW + hours * HOUR)
        later.cookies.update(client.cookies)
        html = later.get("/cart").text

    assert "The promotion is over." in html
    assert "The price rose from 400 to 500 points since you looked." in html
    assert "−500" in html


def test_what_is_not_shown_is_not_told_by_giving_back_what_never_was_there(shop: Shop) -> None:
    shop.change(MUG, state="withdrawn")
    client = shop.portal.signed_in()

    html = act(client, "restore", variant="MUG-RED", quantity="1", points="1", added_at="1")

    assert "Mug" not in html
    assert shop.cart() == []


def test_numbers_with_signs_of_addresses_lead_where_they_say(shop: Shop) -> None:
    shop.bring({**MUG, "reward": "CUP #1?", "variant": "CUP+1"},
               {"reward": "CUP #1?", "variant": "CUP&2", "variant_name_de": "Blau", "variant_name_en": "Blue",
                "variant_name_fr": "Bleu"})
    client = shop.portal.signed_in()

    cards = set(re.findall(r'class="reward-link" href="([^"]+)"', client.get("/rewards").text))
    [cup] = [card for card in cards if "CUP" in card]
    html = client.get(cup).text
    variants = set(re.findall(r'href="([^"]+\?variant=[^"]+)"', html))

    assert len(variants) == 2
    assert all(client.get(unescape(variant)).status_code == 200 for variant in variants)
