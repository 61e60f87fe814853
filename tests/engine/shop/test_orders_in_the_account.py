"""Orders of rewards among bookings: named with what they are about, in the account, as CSV, and in the office."""

import csv
import io

import pytest

from tests.engine.shop.test_order_desk_pages import work
from tests.engine.shop.test_order_pages import order_of
from tests.support.served import read
from tests.support.shops import Shop


@pytest.fixture
def shop(sqlite_shop: Shop) -> Shop:
    return sqlite_shop


def test_bookings_of_orders_say_which_and_what_of_it(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    path = order_of(client, ("DRILL-12", "1"), ("MUG-RED", "3"))
    number = path.rpartition("/")[2]
    client.post(f"{path}/cancel", data={"line": "2", "quantity": "1"})
    work(agent, f"/office{path}", "ship", pieces_1="1", pieces_2="2")
    work(agent, f"/office{path}", "return", pieces_1="0", pieces_2="2", reason="Came back broken")

    page = client.get("/account").text
    said = ["Order: Cordless drill", "Order: 3 × Mug, Red", "Order, cancelled: Mug, Red",
            "Order, sent back: 2 × Mug, Red"]
    for words in said:
        assert words in read(page)
    assert f'href="{path}"' in page
    assert number in read(page)
    table = list(csv.reader(io.StringIO(client.get("/bookings.csv").text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}"))))
    assert {(row[3], row[7]) for row in table if row[3].startswith("Order")} == {(words, number) for words in said}
    assert "Order: 3 × Mug, Red" in read(client.get("/").text)
    account = shop.portal.account("1001")
    stream = agent.get(f"/office/participants/{account}").text
    assert "Order, cancelled: Mug, Red" in read(stream)
    assert f'href="/office/orders/{number}"' in stream


def test_a_booking_shows_its_order_and_leads_to_it(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    path = order_of(client, ("MUG-RED", "1"))
    [booking] = {row[0] for row in csv.reader(io.StringIO(client.get("/bookings.csv").text))
                 if "Order: Mug, Red" in row}

    own, office = client.get(f"/bookings/{booking}").text, agent.get(f"/office/bookings/{booking}").text

    for html, where in ((own, path), (office, f"/office{path}")):
        assert "Order: Mug, Red" in read(html)
        assert f'href="{where}"' in html
