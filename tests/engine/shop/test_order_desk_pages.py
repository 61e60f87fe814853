"""Working on an order in the service centre: parcels, cancelling, what came back, and stale pages."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.engine.shop.test_order_pages import order_of
from tests.support.shops import SHOP, Shop, open_shop
from treuwerk.services.orders import moving_on
from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseBusy
from treuwerk.web.office.orders import acting

CARRIERS = '\n[rewards.orders.carriers]\nDHL = "https://parcels.example/find?number={tracking}"\n\n[rewards.pricing]'


@pytest.fixture
def shop(tmp_path: object, sqlite_database: Database) -> Shop:
    return open_shop(tmp_path, sqlite_database, SHOP.replace("\n[rewards.pricing]", CARRIERS, 1))  # type: ignore[arg-type]


def ordered(client: TestClient) -> str:
    """An order of a drill and three mugs: its path in the service centre."""
    return f"/office{order_of(client, ('DRILL-12', '1'), ('MUG-RED', '3'))}"


def fields(html: str) -> dict[str, str]:
    """Every hidden field of the forms in a page's content."""
    return dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', html))


def work(client: TestClient, path: str, act: str, **typed: str) -> str:
    """Fill a form, check the answers and do it; the page that follows."""
    first = fields(client.get(f"{path}/{act}").text) | {name.replace("_", "-"): text for name, text in typed.items()}
    checked = client.post(f"{path}/{act}", data=first)
    assert checked.status_code == 200, checked.text
    assert "Check your answers" in checked.text
    done = client.post(f"{path}/{act}", data=fields(checked.text) | {"sure": "1"})
    assert done.status_code == 303, done.text
    return client.get(done.headers["location"]).text


def test_an_order_leaves_in_two_parcels_and_both_sides_follow_them(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    path = ordered(client)

    work(agent, path, "ship", pieces_1="1", pieces_2="1", carrier="DHL", tracking="00 34")
    html = work(agent, path, "ship", pieces_2="2", carrier="UPS", tracking="1Z")
    own = client.get(path.removeprefix("/office")).text

    for page in (html, own):
        assert 'href="https://parcels.example/find?number=00%2034"' in page
        assert "Parcel 2" in page
    assert "The parcel is noted." in html
    assert "Follow it with DHL" in own


def test_a_parcel_that_is_there_can_be_taken_back(shop: Shop) -> None:
    agent = shop.portal.in_office("agent")
    path = ordered(shop.portal.signed_in())
    html = work(agent, path, "ship", pieces_1="1", pieces_2="3")

    answer = agent.post(f"{path}/parcels/1/arrived", data={"version": fields(html)["version"]})
    arrived = agent.get(answer.headers["location"]).text
    agent.post(f"{path}/parcels/1/not-arrived", data={"version": fields(arrived)["version"]})
    html = agent.get(path).text

    assert "The parcel is noted as delivered." in arrived
    assert "Did not arrive after all" in arrived
    assert "The parcel is on its way again." in html
    assert "It is there" in html


def test_cancelling_says_what_comes_back_before_it_is_done(shop: Shop) -> None:
    agent = shop.portal.in_office("agent")
    path = ordered(shop.portal.signed_in())
    first = fields(agent.get(f"{path}/cancel").text) | {"pieces-1": "0", "pieces-2": "2", "reason": "Sold out"}

    checked = agent.post(f"{path}/cancel", data=first).text
    html = work(agent, path, "cancel", pieces_1="0", pieces_2="2", reason="Sold out")

    assert "Points that are there again" in checked
    assert "1,000" in checked
    assert "2 pieces cancelled" in html
    assert "Sold out" in html


@pytest.mark.parametrize(("typed", "complaint"), [
    ({"pieces-2": "4"}, "Enter a whole number from 0 to 3."), ({"pieces-2": "x"}, "Enter a whole number from 0 to 3."),
    ({"pieces-1": "0", "pieces-2": ""}, "Choose at least one piece."),
    ({"reason": "no"}, "Give a reason of at least two words")])
def test_what_cannot_be_is_refused_beside_its_field(shop: Shop, typed: dict[str, str], complaint: str) -> None:
    agent = shop.portal.in_office("agent")
    path = ordered(shop.portal.signed_in())
    whole = {"pieces-1": "1", "pieces-2": "1", "reason": "Sold out"}

    answer = agent.post(f"{path}/cancel", data=fields(agent.get(f"{path}/cancel").text) | whole | typed)

    assert answer.status_code == 422
    assert complaint in answer.text


def test_a_stale_page_is_told_what_happened_and_keeps_what_was_typed(shop: Shop) -> None:
    grace, ada = (shop.portal.in_office("agent", name=name) for name in ("Grace Hopper", "Ada Lovelace"))
    path = ordered(shop.portal.signed_in())
    stale = fields(ada.get(f"{path}/cancel").text) | {"pieces-1": "0", "pieces-2": "3", "reason": "Never made again"}
    work(grace, path, "ship", pieces_1="0", pieces_2="1")

    answers = [ada.post(f"{path}/cancel", data=stale | more) for more in ({"pieces-2": "2"}, {"sure": "1",
                                                                                            "pieces-2": "2"})]

    for answer in answers:
        assert answer.status_code == 409
        assert "Somebody changed this order meanwhile. Nothing was done." in answer.text
        assert "Grace Hopper" in answer.text
        assert "Never made again" in answer.text
        assert "2 of 3 pieces can be chosen" in answer.text
    assert "Sent in part" in ada.get(path).text


def test_a_form_that_is_sent_twice_counts_once(shop: Shop) -> None:
    agent = shop.portal.in_office("agent")
    path = ordered(shop.portal.signed_in())
    first = fields(agent.get(f"{path}/ship").text) | {"pieces-1": "0", "pieces-2": "1"}
    sure = fields(agent.post(f"{path}/ship", data=first).text) | {"sure": "1"}

    answers = [agent.post(f"{path}/ship", data=sure) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert "Parcel 2" not in agent.get(path).text


def test_what_a_busy_database_broke_off_is_done_when_the_form_comes_again(shop: Shop,
                                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    agent, move_on, busy = shop.portal.in_office("agent"), moving_on.move_on, [DatabaseBusy("no connection is free")]
    path = ordered(shop.portal.signed_in())

    def busy_at_first(*args: Any, **named: Any) -> object:
        if busy:
            raise busy.pop()
        return move_on(*args, **named)

    monkeypatch.setattr(acting, "move_on", busy_at_first)
    typed = fields(agent.get(f"{path}/ship").text) | {"pieces-1": "1", "pieces-2": "3"}
    sure = fields(agent.post(f"{path}/ship", data=typed).text) | {"sure": "1"}

    assert agent.post(f"{path}/ship", data=sure).status_code == 503
    assert "Parcel 1" not in agent.get(path).text
    assert agent.post(f"{path}/ship", data=sure).status_code == 303
    assert "The parcel is noted." in agent.get(path).text


def test_what_failed_is_tried_again(shop: Shop) -> None:
    agent = shop.portal.in_office("agent")
    path = ordered(shop.portal.signed_in())
    html = work(agent, path, "fail", pieces_1="1", pieces_2="0", reason="No longer made")
    assert "Try again" in html

    answer = agent.post(f"{path}/again", data={"version": fields(html)["version"]})
    html = agent.get(answer.headers["location"]).text

    assert "It is worked on again." in html
    assert "Tried again" in html


def test_who_may_only_look_has_no_buttons(shop: Shop) -> None:
    path = ordered(shop.portal.signed_in())
    nobody = shop.portal.in_office()

    assert nobody.get(f"{path}/ship").status_code == 403
    assert shop.portal.in_office("agent").get(f"{path}/approve").status_code == 403
