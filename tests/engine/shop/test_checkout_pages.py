"""From the cart to the order: address, check answers, one button, and one order however often it is pressed."""

import re

import pytest
from starlette.testclient import TestClient

from tests.engine.shop.test_cart_pages import add
from tests.engine.web.test_profile_page import signed_in_long_ago
from tests.support.company import ADDRESS
from tests.support.desk import filled, sent
from tests.support.shops import MUG, SHOP, TOOL, Shop, open_shop
from treuwerk.services.orders.placing import place
from treuwerk.store.database import Database

PLACE = "treuwerk.services.shop.checkout.place"
STATION = {"place": "station", "name": "Anna Berg", "customer": "1234 5678", "number": "145", "postcode": "10115",
           "city": "Berlin"}


def checked(client: TestClient) -> dict[str, str]:
    """The form of the page on which an order is checked."""
    page = client.get("/checkout")
    assert page.status_code == 200, page.headers.get("location")
    return dict(re.findall(r'<input type="hidden" name="(form_id|seen)" value="([^"]+)">', page.text))


def ordered(client: TestClient) -> str:
    """Press the button; the page that follows."""
    answer = client.post("/checkout", data=checked(client))
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith("/orders/ord_"), answer.headers["location"]
    return client.get(answer.headers["location"]).text


def balance(client: TestClient) -> str:
    """What the head of every page says."""
    found = re.search(r'aria-label="([\d,]+) bonus points available"', client.get("/cart").text)
    assert found
    return found[1]


def test_an_order_goes_to_the_company_where_nobody_says_otherwise(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "DRILL-12")
    add(client, "MUG-RED", "2")

    html = client.get("/checkout").text
    assert "Weg 1<br>10115 Berlin<br>Germany" in html
    assert "Order for 8,200 points" in html
    html = ordered(client)

    assert "Thank you for your order" in html
    assert "8,200 bonus points" in html
    assert balance(client) == "3,180"
    assert shop.stock() == (7, 1)
    assert shop.cart() == []


def test_the_same_form_sent_twice_is_one_order(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED")
    form = checked(client)

    answers = [client.post("/checkout", data=form) for _ in range(2)]

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert balance(client) == "10,880"
    assert client.get("/orders").text.count('href="/orders/ord_') == 1


def test_an_empty_cart_leads_back_to_it(shop: Shop) -> None:
    client = shop.portal.signed_in()

    assert client.get("/checkout").headers["location"] == "/cart"


def test_what_changed_since_it_was_checked_is_checked_once_more(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED")
    form = checked(client)
    shop.change(MUG, variant_points="650")

    answer = client.post("/checkout", data=form)

    assert answer.headers["location"] == "/checkout"
    html = client.get("/checkout").text
    assert "Something changed since you checked your order." in html
    assert "Order for 650 points" in html
    assert balance(client) == "11,380"


def test_a_reward_that_is_withdrawn_while_it_is_checked_is_not_ordered(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED")
    form = checked(client)
    shop.change(MUG, state="withdrawn")

    answer = client.post("/checkout", data=form)

    assert answer.headers["location"] == "/checkout"
    assert client.get("/checkout").headers["location"] == "/cart"
    assert "not offered any more" in client.get("/cart").text
    assert balance(client) == "11,380"


def test_who_comes_second_to_the_last_piece_keeps_cart_and_points(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one orders after this one's page was checked and before its order is written."""
    shop.change(TOOL, stock="1")
    first, second = shop.portal.signed_in(), shop.portal.signed_in()
    add(first, "DRILL-12")
    add(second, "DRILL-12")
    forms = checked(first), checked(second)

    def slower(*args: object, **more: object) -> object:
        monkeypatch.setattr(PLACE, place)
        assert first.post("/checkout", data=forms[0]).status_code == 303
        return place(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(PLACE, slower)

    answer = second.post("/checkout", data=forms[1])

    assert answer.status_code == 409
    assert "Your order was not placed" in answer.text
    assert "somebody was faster" in answer.text
    assert shop.cart() == [("DRILL-12", 1, False)]
    assert shop.stock() == (1, 1)
    assert balance(second) == "4,180"


def test_an_order_asks_for_a_fresh_proof(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED")
    form = checked(client)
    signed_in_long_ago(shop.portal, client)

    answer = client.post("/checkout", data=form)

    assert answer.headers["location"].startswith("/confirm?next=/checkout")
    assert balance(client) == "11,380"
    assert shop.cart() == [("MUG-RED", 1, False)]


def test_a_saved_address_is_chosen_and_stands_on_the_order(shop: Shop) -> None:
    client = shop.portal.signed_in()
    sent(client, "/profile/addresses/new", **ADDRESS | {"preferred": ""})
    add(client, "MUG-RED")
    page = client.get("/checkout/address").text
    found = re.search(r'value="(adr_\w+)"', page)
    assert found

    html = sent(client, "/checkout/address", place="company")
    assert "Weg 1<br>10115 Berlin" in html
    html = sent(client, "/checkout/address", place=found[1])
    assert "Am Kesselhaus 12<br>13089 Berlin" in html

    assert "Am Kesselhaus 12" in ordered(client)


def test_an_address_of_somebody_else_is_none(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED")

    form = filled(client, "/checkout/address", place="adr_0000000000000g000000000002")
    answer = client.post("/checkout/address", data=form)

    assert answer.status_code == 422
    assert "Choose one of the entries." in answer.text


@pytest.fixture
def stations(tmp_path: object, sqlite_database: Database) -> Shop:
    from pathlib import Path

    programme = SHOP.replace("[rewards.pricing]", '[rewards.orders]\nparcel_stations = ["DE"]\n\n[rewards.pricing]', 1)
    assert isinstance(tmp_path, Path)
    return open_shop(tmp_path, sqlite_database, programme)


def test_an_order_goes_to_a_parcel_station(stations: Shop) -> None:
    client = stations.portal.signed_in()
    add(client, "MUG-RED")

    html = sent(client, "/checkout/address", **STATION)

    assert "Anna Berg<br>12345678<br>Packstation 145<br>10115 Berlin" in html
    assert "Packstation 145" in ordered(client)


@pytest.mark.parametrize(("changed", "complaint"), [
    ({"customer": "12"}, "Enter your number at the post, such as 12345678."),
    ({"number": "14"}, "Enter the number of the station, such as 145."),
    ({"postcode": "1011"}, "Enter a postcode of this country, such as 10115."),
    ({"name": ""}, "Fill in this field."),
])
def test_a_wrong_parcel_station_comes_back_with_words(stations: Shop, changed: dict[str, str], complaint: str) -> None:
    client = stations.portal.signed_in()
    add(client, "MUG-RED")

    answer = client.post("/checkout/address", data=filled(client, "/checkout/address", **STATION | changed))

    assert answer.status_code == 422
    assert answer.text.count(complaint) == 2


def test_a_country_that_a_reward_is_not_delivered_to_cannot_be_chosen(shop: Shop) -> None:
    client = shop.portal.signed_in()
    sent(client, "/profile/addresses/new", **ADDRESS | {"country": "FR", "postcode": "75001"})
    shop.change(MUG, countries="DE")
    add(client, "MUG-RED")

    html = client.get("/checkout/address").text

    assert "Not everything in your cart is delivered to this country." in html
    assert "Weg 1<br>10115 Berlin" in client.get("/checkout").text


def test_a_note_goes_along(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED")

    html = sent(client, "/checkout/options", note="From 8 to 12 o'clock")
    assert "From 8 to 12 o&#39;clock" in html
    ordered(client)

    path = re.search(r'href="(/orders/ord_\w+)"', client.get("/orders").text)
    assert path
    assert "From 8 to 12 o&#39;clock" in client.get(path[1]).text


def test_the_checkout_of_a_colleague_is_another_one(shop: Shop) -> None:
    add(shop.portal.signed_in(), "MUG-RED")

    assert shop.portal.signed_in().get("/checkout").headers["location"] == "/cart"
