"""What suppliers say of an order, on its page: refused and tried again, parcels that cannot be noted, cancellations."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.shop.test_order_desk_pages import fields, work
from tests.engine.shop.test_order_pages import order_of
from tests.support.portal import NOW
from tests.support.served import read
from tests.support.shops import MUG, SHOP, TOOL, Shop, open_shop
from tests.support.supplier_server import Supplier, supplier_server
from treuwerk.services.orders.suppliers import speak
from treuwerk.store.database import Database

HOUR = 3_600_000_000
CHANNEL = """
[rewards.orders.carriers]
DHL = "https://parcels.example/find?number={{tracking}}"

[rewards.orders]
cancel_within = "0h"

[[suppliers]]
name = "house"
channel = "order_http"
url = "{url}"
seconds = 5

[rewards.pricing]"""


@pytest.fixture
def supplier() -> Iterator[Supplier]:
    with supplier_server() as found:
        yield found


@pytest.fixture
def shop(tmp_path: Path, sqlite_database: Database, supplier: Supplier) -> Shop:
    programme = SHOP.replace('"goods"', '"goods", "order_http"').replace(
        "\n[rewards.pricing]", CHANNEL.format(url=supplier.url), 1)
    shop = open_shop(tmp_path, sqlite_database, programme)
    shop.bring({**TOOL, "supplier": "house"}, {**MUG, "supplier": "house"})
    return shop


def test_what_a_supplier_refused_is_tried_again_from_the_page_under_another_key(shop: Shop,
                                                                                supplier: Supplier) -> None:
    agent, supplier.status = shop.portal.in_office("agent"), 422
    path = f"/office{order_of(shop.portal.signed_in(), ('MUG-RED', '1'))}"
    speak(shop.portal.installation, NOW + HOUR)
    refused = agent.get(path).text
    supplier.status = 201

    answer = agent.post(f"{path}/again", data={"version": fields(refused)["version"]})
    waits = agent.get(answer.headers["location"]).text
    done = speak(shop.portal.installation, NOW + 2 * HOUR)
    taken = agent.get(path).text

    assert "The supplier refused" in read(refused)
    assert "The supplier says: 422" in read(refused)
    assert "Try again" in refused
    assert "Tried again" in read(waits)
    assert (done.made, done.accepted) == (1, 1)
    assert "The supplier has it" in read(taken)
    assert "Try again" not in taken
    assert len(set(supplier.came)) == 2
    assert list(supplier.has) == supplier.came[1:]


def test_a_page_that_is_stale_tries_nothing_again(shop: Shop, supplier: Supplier) -> None:
    agent, supplier.status = shop.portal.in_office("agent"), 422
    path = f"/office{order_of(shop.portal.signed_in(), ('MUG-RED', '1'))}"
    speak(shop.portal.installation, NOW + HOUR)
    stale = fields(agent.get(path).text)["version"]
    work(agent, path, "cancel", pieces_1="1", reason="Not to be had")

    agent.post(f"{path}/again", data={"version": stale})

    assert "Tried again" not in read(agent.get(path).text)
    assert speak(shop.portal.installation, NOW + 2 * HOUR).made == 0


def test_parcels_that_cannot_be_noted_and_cancellations_stand_on_the_page_and_in_the_queue(
        shop: Shop, supplier: Supplier) -> None:
    agent, installation = shop.portal.in_office("agent"), shop.portal.installation
    path = f"/office{order_of(shop.portal.signed_in(), ('MUG-RED', '3'))}"
    number = path.rpartition("/")[2]
    speak(installation, NOW + HOUR)
    [key] = supplier.has
    supplier.parcels[key] = {"parcels": [
        {"carrier": "DHL", "tracking": "00 1", "lines": [{"order": number, "line": 1, "quantity": 1}]},
        {"carrier": "DHL", "tracking": "00 2", "lines": [{"order": number, "line": 1, "quantity": 9}]}]}
    speak(installation, NOW + 2 * HOUR)
    parked = agent.get(path).text
    work(agent, path, "cancel", pieces_1="1", reason="Not wanted any more")
    before = agent.get(path).text
    speak(installation, NOW + 3 * HOUR)
    after = read(agent.get(path).text)

    assert 'href="https://parcels.example/find?number=00%201"' in parked
    assert "Reported by the supplier, not noted" in read(parked)
    assert "9 × Mug, Red" in read(parked)
    assert "It holds more pieces than are still to be sent." in read(parked)
    assert "The supplier is being told what was cancelled." in read(before)
    assert "Tell the supplier what was cancelled" in after
    assert "1/3 × Becher" in after
    queue = agent.get("/office/queue").text
    assert "Order to be settled with its supplier" in read(queue)
    assert f'href="/office/orders/{number}"' in queue
