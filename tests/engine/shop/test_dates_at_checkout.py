"""An experience in the portal: a date is chosen at checkout, and stands on the order."""

import re
from pathlib import Path

import pytest

from tests.engine.shop.test_cart_pages import add
from tests.engine.shop.test_checkout_pages import ordered
from tests.support.portal import NOW
from tests.support.shops import SHOP, TOOL, Shop, open_shop
from treuwerk.services.rewards.seat_plan import import_seats
from treuwerk.store.database import Database

SAIL = {**TOOL, "reward": "SAIL", "variant": "SAIL-1", "kind": "experiences", "variant_points": "2000",
        "name_de": "Segeln", "name_en": "Sailing", "name_fr": "Voile"}


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    """Two dates far away, the second one with a time and one seat."""
    shop = open_shop(tmp_path, database, SHOP.replace('"goods"', '"goods", "experiences"'))
    shop.bring(SAIL)
    path = shop.portal.folder / "seats.csv"
    path.write_text("variant;starts;seats;place\nSAIL-1;2027-06-20;3;Gardasee\n"
                    "SAIL-1;2027-07-04 09:30;1;Kiel\n", "utf-8")
    assert import_seats(shop.portal.installation, path, NOW).created == 2
    return shop


def test_a_date_is_chosen_and_stands_on_the_order(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "SAIL-1")

    asked = client.get("/checkout").headers["location"]
    options = client.get(asked).text
    [field] = re.findall(r'<select class="input" id="[^"]+" name="(ask_1_slot)"', options)
    form = dict(re.findall(r'name="(form_id)" value="([^"]+)"', options))
    answer = client.post(asked, data=form | {field: "2027-07-04T09:30", "note": ""})
    checked = client.get("/checkout").text
    ordered(client)
    order = re.search(r"/orders/ord_\w+", client.get("/orders").text)

    assert asked == "/checkout/options"
    assert "20 June 2027, Gardasee, 3 seats free" in options
    assert "Kiel, 1 seat free" in options
    assert answer.headers["location"] == "/checkout"
    assert "4 Jul 2027" in checked
    assert order
    assert "4 Jul 2027" in client.get(order[0]).text
    assert shop.stock("SAIL-1") == (4, 1)


def test_a_date_that_is_not_open_cannot_be_chosen(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "SAIL-1")
    form = dict(re.findall(r'name="(form_id)" value="([^"]+)"', client.get("/checkout/options").text))

    answer = client.post("/checkout/options", data=form | {"ask_1_slot": "2027-06-21", "note": ""})

    assert answer.status_code == 422
    assert client.get("/checkout").headers["location"] == "/checkout/options"


def test_a_date_that_was_taken_meanwhile_is_asked_for_again(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "SAIL-1")
    form = dict(re.findall(r'name="(form_id)" value="([^"]+)"', client.get("/checkout/options").text))
    client.post("/checkout/options", data=form | {"ask_1_slot": "2027-07-04T09:30", "note": ""})
    path = shop.portal.folder / "seats.csv"
    path.write_text("variant;starts;seats\nSAIL-1;2027-07-04 09:30;0\n", "utf-8")
    import_seats(shop.portal.installation, path, NOW)

    assert client.get("/checkout").headers["location"] == "/checkout/options"
    assert "Kiel" not in client.get("/checkout/options").text
