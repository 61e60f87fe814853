"""Two hundred presses of the button at once, sent to a server by HTTP: one order, one last piece."""

import re
import threading
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from tests.support.portal import HOST, NOW
from tests.support.served import served
from tests.support.shops import MUG, Shop, open_shop
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.sessions import open_session
from treuwerk.services.identity.users import add_user
from treuwerk.store.database import Database

MANY, COLLEAGUES = 200, 20
_FORM = re.compile(r'<input type="hidden" name="(form_id|seen)" value="([^"]+)">')


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    return open_shop(tmp_path, database)


def filled_cart(client: TestClient, variant: str) -> dict[str, str]:
    """A cart with one thing, and the form of the page on which it is checked."""
    assert client.post("/cart/lines", data={"variant": variant, "quantity": "1"}).status_code == 303
    return dict(_FORM.findall(client.get("/checkout").text))


def pressed(address: str, client: TestClient, form: dict[str, str], path: str = "/checkout") -> Callable[[], str]:
    """Press the button by HTTP, with the cookies of a browser; where it leads."""
    cookies = "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)
    headers = {"content-type": "application/x-www-form-urlencoded", "cookie": cookies, "host": HOST,
               "sec-fetch-site": "same-origin"}

    def press() -> str:
        connection = HTTPConnection(address, timeout=60)
        with closing(connection):
            connection.request("POST", path, urlencode(form), headers)
            answer = connection.getresponse()
            return re.sub(r"ord_\w+", "ord", f"{answer.status} {answer.getheader('location', '')}").strip()

    return press


def colleague(shop: Shop, person: int) -> TestClient:
    """A browser of another person of the company, with a cart of its own."""
    account_id = shop.portal.account("1001")
    with shop.portal.installation.database.writing() as connection:
        user_id = add_user(connection, "", NOW)
        add_membership(connection, user_id, account_id, NOW, role="manager", person_id=person)
        token = open_session(connection, user_id, NOW, acts_for=(account_id, person))
    client = shop.portal.visitor()
    client.cookies.set("__Host-sid", token, domain=HOST)
    return client


def at_once(presses: Sequence[Callable[[], str]]) -> Tally[str]:
    together = threading.Barrier(len(presses))

    def press(one: Callable[[], str]) -> str:
        together.wait()
        return one()

    with ThreadPoolExecutor(len(presses)) as pool:
        return Tally(pool.map(press, presses))


def test_the_same_form_two_hundred_times_is_one_order(shop: Shop) -> None:
    client = shop.portal.signed_in()
    form = filled_cart(client, "DRILL-12")

    with served(client.app) as address:
        answers = at_once([pressed(address, client, form)] * MANY)

    assert answers == {"303 /orders/ord/placed": MANY}
    assert shop.stock() == (7, 1)
    assert client.get("/orders").text.count('href="/orders/ord_') == 1


def test_the_last_piece_goes_to_one_of_many_who_press_at_once(shop: Shop) -> None:
    shop.change(MUG, stock="1")
    clients = [colleague(shop, person) for person in range(1, COLLEAGUES + 1)]
    forms = [filled_cart(client, "MUG-RED") for client in clients]

    with served(clients[0].app) as address:
        presses = [pressed(address, client, form) for client, form in zip(clients, forms, strict=True)]
        answers = at_once([presses[at % COLLEAGUES] for at in range(MANY)])

    placed = answers["303 /orders/ord/placed"]
    assert shop.stock("MUG-RED") == (1, 1)
    assert clients[0].get("/orders").text.count('href="/orders/ord_') == 1
    assert placed == MANY // COLLEAGUES, answers
    assert not any(answer.startswith("5") for answer in answers), answers
