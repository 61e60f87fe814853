"""Own orders: listed, looked at, cancelled while there is time, and ordered once more."""

import re

import attrs
import pytest
from starlette.testclient import TestClient

from tests.engine.shop.test_cart_pages import add
from tests.engine.shop.test_checkout_pages import balance, ordered
from tests.support.portal import NOW
from tests.support.shops import Shop
from treuwerk.domain.catalogue import Picture
from treuwerk.store import rewards

HOUR = 3_600_000_000


@pytest.fixture
def shop(sqlite_shop: Shop) -> Shop:
    return sqlite_shop


def order_of(client: TestClient, *wanted: tuple[str, str]) -> str:
    """Order something; the path of the order."""
    for variant, quantity in wanted:
        add(client, variant, quantity)
    found = re.search(r'href="(/orders/ord_\w+)"', ordered(client))
    assert found
    return found[1]


def test_a_first_visit_says_what_will_stand_there(shop: Shop) -> None:
    assert "Nothing ordered yet" in shop.portal.signed_in().get("/orders").text


def test_an_order_stands_in_the_list_and_on_its_page(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("DRILL-12", "1"), ("MUG-RED", "2"))

    listed, one = client.get("/orders").text, client.get(path).text

    assert f'href="{path}"' in listed
    assert "Cordless drill, Mug, Red" in listed
    assert "8,200 bonus points" in listed
    assert "2 × 500 bonus points" in one
    assert "You can cancel it until" in one
    assert "What happened, oldest first" in one


def test_a_line_has_the_picture_that_its_reward_has_by_now(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "2"))
    before = client.get(path).text
    with shop.portal.installation.database.writing() as connection:
        row = rewards.by_number(connection, ["MUG"])["MUG"]
        pictured = attrs.evolve(rewards.read(row.content), pictures=(Picture("a" * 64, 960, 720),))
        rewards.save(connection, [(pictured, row.version)], "the tests", "test", NOW)

    pages = [client.get(one).text for one in (path, "/orders", f"{path}/placed")]

    assert "/rewards/pictures/" not in before
    assert [f'src="/rewards/pictures/{"a" * 64}-480.webp"' in page for page in pages] == [True] * 3


def test_the_whole_order_is_cancelled_and_the_points_are_back(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("DRILL-12", "1"), ("MUG-RED", "2"))

    answer = client.post(f"{path}/cancel")
    html = client.get(answer.headers["location"]).text

    assert "Cancelled. 8,200 points are back in your account." in html
    assert "/cancel" not in html
    assert balance(client) == "11,380"
    assert shop.stock() == (7, 0)


def test_pieces_of_a_line_are_cancelled(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("DRILL-12", "1"), ("MUG-RED", "3"))

    answer = client.post(f"{path}/cancel", data={"line": "2", "quantity": "2"})
    html = client.get(answer.headers["location"]).text

    assert "Cancelled. 1,000 points are back in your account." in html
    assert "2 pieces cancelled" in html
    assert balance(client) == "3,680"


def test_a_button_that_is_pressed_twice_cancels_once(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("DRILL-12", "1"), ("MUG-RED", "3"))
    [form] = [one for one in re.findall(r"<form.*?</form>", client.get(path).text, re.DOTALL) if 'for="cut-2"' in one]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form)) | {"quantity": "1"}

    answers = [client.post(f"{path}/cancel", data=fields) for _ in range(2)]
    html = client.get(answers[1].headers["location"]).text

    assert "The order was changed meanwhile. Look at it again." in html
    assert "1 piece cancelled" in html
    assert balance(client) == "3,180"


@pytest.mark.parametrize(("fields", "words"), [
    ({"line": "1", "quantity": "9"}, "There are not so many pieces to cancel."),
])
def test_too_many_pieces_are_refused(shop: Shop, fields: dict[str, str], words: str) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "3"))

    client.post(f"{path}/cancel", data=fields)

    assert words in client.get(path).text


def test_after_the_deadline_the_page_offers_no_button_and_refuses(shop: Shop) -> None:
    user = shop.portal.signed_in()
    path = order_of(user, ("MUG-RED", "1"))
    late = shop.portal.signed_in(now=NOW + 3 * HOUR)

    assert f"{path}/cancel" not in late.get(path).text
    answer = late.post(f"{path}/cancel", data={"line": "1"})

    assert "is over. Ask the service centre." in late.get(answer.headers["location"]).text


def test_the_same_is_ordered_again_as_far_as_it_is_offered(shop: Shop) -> None:
    from tests.support.shops import MUG

    client = shop.portal.signed_in()
    path = order_of(client, ("DRILL-12", "1"), ("MUG-RED", "2"))
    shop.change(MUG, state="withdrawn")

    answer = client.post(f"{path}/again")

    assert answer.headers["location"] == "/cart"
    assert "What is still offered is in your cart." in client.get("/cart").text
    assert shop.cart() == [("DRILL-12", 1, False)]


def test_orders_of_others_are_not_there(shop: Shop) -> None:
    path = order_of(shop.portal.signed_in(), ("MUG-RED", "1"))
    other = shop.portal.signed_in("1002")

    asked = [other.get(path), other.get(f"{path}/placed"), other.post(f"{path}/cancel"), other.post(f"{path}/again")]

    assert [answer.status_code for answer in asked] == [404] * 4
    assert "Nothing ordered yet" in other.get("/orders").text


def test_a_colleague_sees_the_orders_of_the_company(shop: Shop) -> None:
    path = order_of(shop.portal.signed_in(), ("MUG-RED", "1"))

    assert "Mug" in shop.portal.signed_in().get(path).text


def test_the_service_centre_looks_at_orders_and_changes_nothing(shop: Shop) -> None:
    from tests.engine.web.test_rights_of_routes import look_at

    path = order_of(shop.portal.signed_in(), ("MUG-RED", "1"))
    agent = shop.portal.in_office("agent")
    look_at(shop.portal, agent, "1001")

    html = agent.get(path).text

    assert "Mug" in html
    assert f"{path}/cancel" not in html
    assert agent.post(f"{path}/cancel").status_code == 403


def test_a_button_that_is_pressed_twice_cancels_its_pieces_once(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "5"))
    version = re.search(r'name="version" value="(\d+)"', client.get(path).text)
    assert version
    sent = {"line": "1", "quantity": "2", "version": version[1]}

    client.post(f"{path}/cancel", data=sent)
    client.post(f"{path}/cancel", data=sent)

    assert "2 pieces cancelled" in client.get(path).text
    assert balance(client) == "9,880"
