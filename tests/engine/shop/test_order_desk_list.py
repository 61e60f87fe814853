"""The order desk's list: by state, filtered, searched, and as a file."""

import re

import pytest

from tests.engine.shop.test_order_pages import order_of
from tests.support.portal import NOW
from tests.support.shops import MUG, Shop, send_off

DAY = 86_400_000_000


@pytest.fixture
def shop(sqlite_shop: Shop) -> Shop:
    return sqlite_shop


def numbers(html: str) -> list[str]:
    """The orders of a page, in their order."""
    return re.findall(r'href="/office/orders/(ord_\w+)"', html)


def test_without_an_order_the_list_says_what_will_stand_there(shop: Shop) -> None:
    assert "What participants order in the shop appears here." in shop.portal.in_office("agent").get(
        "/office/orders").text


def test_the_newest_order_comes_first_and_each_state_is_counted(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    first = order_of(client, ("MUG-RED", "1")).rpartition("/")[2]
    second = order_of(client, ("MUG-RED", "2"), ("DRILL-12", "1")).rpartition("/")[2]
    send_off(shop.portal.installation, first)

    html = agent.get("/office/orders").text

    assert sorted(numbers(html)) == sorted([first, second])
    assert re.search(r'href="/office/orders\?state=ordered"[^>]*>Ordered<span class="count">1</span>', html)
    assert re.search(r'href="/office/orders\?state=shipped"[^>]*>On its way<span class="count">1</span>', html)
    assert "and 1 more line" in html


def test_a_state_leaves_what_is_in_it(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    first = order_of(client, ("MUG-RED", "1")).rpartition("/")[2]
    order_of(client, ("MUG-RED", "2"))
    send_off(shop.portal.installation, first)

    assert numbers(agent.get("/office/orders?state=shipped").text) == [first]
    assert agent.get("/office/orders?state=lost").status_code == 400


def test_an_order_is_found_by_its_number_and_by_who_placed_it(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    number = order_of(client, ("MUG-RED", "1")).rpartition("/")[2]

    assert numbers(agent.get(f"/office/orders?q={number}").text) == [number]
    assert numbers(agent.get("/office/orders?q=1001").text) == [number]
    assert numbers(agent.get("/office/orders?q=nobody").text) == []
    assert numbers(agent.get(f"/office/orders?participant={shop.portal.account('1001')}").text) == [number]
    assert numbers(agent.get(f"/office/orders?participant={shop.portal.account('1002')}").text) == []


def test_what_takes_longer_than_its_reward_does_is_late(shop: Shop) -> None:
    shop.change(MUG, delivery_days="3")
    client = shop.portal.signed_in()
    number = order_of(client, ("MUG-RED", "1")).rpartition("/")[2]

    in_time = shop.portal.in_office("agent", now=NOW + 2 * DAY).get("/office/orders?late=1").text
    late = shop.portal.in_office("agent", now=NOW + 4 * DAY, name="Lea Late").get("/office/orders?late=1").text

    assert numbers(in_time) == []
    assert numbers(late) == [number]


def test_days_narrow_the_list_and_are_read_strictly(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    number = order_of(client, ("MUG-RED", "1")).rpartition("/")[2]

    assert numbers(agent.get("/office/orders?from=2026-01-01&until=2099-01-01").text) == [number]
    assert numbers(agent.get("/office/orders?until=2026-01-01").text) == []
    assert agent.get("/office/orders?from=soon").status_code == 422


def test_the_file_has_what_is_filtered(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    first = order_of(client, ("MUG-RED", "1")).rpartition("/")[2]
    second = order_of(client, ("MUG-RED", "2")).rpartition("/")[2]
    send_off(shop.portal.installation, first)

    text = agent.get("/office/orders.csv?state=shipped&form=machine").text

    assert first in text
    assert second not in text
    assert "1 × Mug, Red" in text


def test_who_may_not_see_orders_sees_none(shop: Shop) -> None:
    number = order_of(shop.portal.signed_in(), ("MUG-RED", "1")).rpartition("/")[2]
    stranger = shop.portal.in_office()

    assert stranger.get("/office/orders").status_code == 403
    assert stranger.get(f"/office/orders/{number}").status_code == 403


def test_the_page_of_an_order_says_who_ordered_what(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    number = order_of(client, ("DRILL-12", "1"), ("MUG-RED", "2")).rpartition("/")[2]

    html = agent.get(f"/office/orders/{number}").text

    assert f'href="/office/participants/{shop.portal.account("1001")}"' in html
    assert "Cordless drill" in html
    assert "Mug, Red" in html
    assert number in html
    assert "What happened, the latest first" in html
    other = f"{number[:-1]}{'1' if number.endswith('0') else '0'}"
    assert agent.get(f"/office/orders/{other}").status_code == 404
