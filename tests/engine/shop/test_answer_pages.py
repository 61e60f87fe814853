"""From a complaint to an answer and a replacement, on the pages of both sides."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.engine.shop.test_order_pages import order_of
from tests.support.desk import filled
from tests.support.portal import HOST
from tests.support.shops import MUG, Shop, complaint_of, send_off
from treuwerk.services.documents_folder import VARIABLE


@pytest.fixture(autouse=True)
def _documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where photos lie, whatever the database."""
    (tmp_path / "documents").mkdir()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "documents"))


@pytest.fixture
def client(shop: Shop) -> TestClient:
    """The manager of company 1001."""
    return shop.portal.signed_in()


@pytest.fixture
def path(client: TestClient) -> str:
    """An order of two mugs."""
    return order_of(client, ("MUG-RED", "2"))


def send(client: TestClient, path: str, to: str = "", **values: str) -> tuple[int, str]:
    """Status and page that follow a form."""
    answer = client.post(to or path, data=filled(client, path, **values))
    followed = client.get(answer.headers["location"]) if answer.status_code == 303 else answer
    return answer.status_code, followed.text


def test_a_complaint_is_answered_with_a_replacement_that_the_portal_shows(shop: Shop, client: TestClient,
                                                                          path: str) -> None:
    name = complaint_of(shop.portal, client, path.rpartition("/")[2])
    page, agent = f"/office/complaints/{name}", shop.portal.in_office("agent")

    status, told = send(agent, page, f"{page}/answer", outcome="replaced", pieces="1", text="A new one is on its way.")
    own = client.get(path).text
    new = re.search(r'href="(/orders/ord_\w+)">1 piece was sent once more', own)

    assert (status, "The answer stands on the page of the order" in told) == (303, True)
    assert [part in own for part in ("A new one is on its way.", "Service centre", "Sent once more")] == [True] * 3
    assert new
    assert "Sent without points, instead of pieces of" in client.get(new[1]).text
    assert f'href="{new[1]}"' in client.get("/orders").text


def test_a_reply_is_read_in_the_service_centre_and_answered_again(shop: Shop, client: TestClient, path: str) -> None:
    name = complaint_of(shop.portal, client, path.rpartition("/")[2])
    page, agent = f"/office/complaints/{name}", shop.portal.in_office("agent")
    talk = f"{path}/complaints/{name}"

    send(agent, page, f"{page}/answer", outcome="refused", text="It is out of its time.")
    declined = client.get(talk).text
    status, replied = send(client, talk, text="It came yesterday.")
    open_again = agent.get(page).text

    assert "Declined" in declined
    assert (status, "Your reply is with the service centre." in replied) == (303, True)
    assert "It came yesterday." in open_again
    assert "It rattles." in agent.get("/office/queue").text


@pytest.mark.parametrize(("typed", "words"), [
    ({"text": ""}, "Fill in “Answer”."), ({"outcome": "points_back", "pieces": "3"}, "There are 2 pieces"),
    ({"outcome": "replaced", "variant": "SAW"}, "not offered to the participant"),
    ({"outcome": "replaced", "variant": "DRILL-12"}, "This variant costs 7,200 points"),
    ({"version": "4"}, "meanwhile"),
])
def test_what_is_wrong_with_an_answer_stands_beside_it(sqlite_shop: Shop, typed: dict[str, str], words: str) -> None:
    client = sqlite_shop.portal.signed_in()
    name = complaint_of(sqlite_shop.portal, client, order_of(client, ("MUG-RED", "2")).rpartition("/")[2])
    page, agent = f"/office/complaints/{name}", sqlite_shop.portal.in_office("agent")

    status, html = send(agent, page, f"{page}/answer",
                        **({"outcome": "answered", "pieces": "1", "text": "We are sorry."} | typed))

    assert (status, words in html) == (422, True)


def test_a_line_is_sent_once_more_by_hand(sqlite_shop: Shop) -> None:
    client, agent = sqlite_shop.portal.signed_in(), sqlite_shop.portal.in_office("agent")
    path = order_of(client, ("MUG-RED", "2"))
    form = f"/office{path}/lines/1/replace"

    before = agent.get(form).text
    send_off(sqlite_shop.portal.installation, path.rpartition("/")[2])
    refused = send(agent, form, pieces="3", place="same", reason="Lost on the way")
    elsewhere = {"place": "typed", "recipient": "Site", "street": "Dam 1", "city": "Amsterdam", "country": "NL"}
    wrong = send(agent, form, pieces="1", reason="Lost on the way", **elsewhere, postcode="1")
    status, _ = send(agent, form, pieces="1", place="same", reason="Lost on the way")
    _, moved = send(agent, form, pieces="1", reason="Lost on the way", **elsewhere, postcode="1012ab")

    assert "Nothing of this line can be sent once more" in before
    assert (refused[0], "There are 2 pieces" in refused[1], status) == (422, True, 303)
    assert (wrong[0], "Enter a postcode of this country, such as 1012 AB." in wrong[1]) == (422, True)
    assert "1012 AB Amsterdam" in moved
    assert client.get(path).text.count("1 piece was sent once more") == 2
    assert sqlite_shop.portal.in_office("viewer").get(form).status_code in (403, 404)


def test_what_may_not_be_given_any_more_is_named_with_its_reasons_in_the_language_of_the_clerk(
        sqlite_shop: Shop) -> None:
    client, agent = sqlite_shop.portal.signed_in(), sqlite_shop.portal.in_office("agent")
    path = order_of(client, ("MUG-RED", "2"))
    name = complaint_of(sqlite_shop.portal, client, path.rpartition("/")[2])
    sqlite_shop.bring({**MUG, "origin_valid_until": "2026-01-01"}, held=1)
    line, page = f"/office{path}/lines/1/replace", f"/office/complaints/{name}"
    again = {"pieces": "1", "place": "same", "reason": "Lost on the way"}
    agent.cookies.set("__Host-locale", "de", domain=HOST)

    by_hand = send(agent, line, **again)
    answered = send(agent, page, f"{page}/answer", outcome="replaced", pieces="1", text="Eine neue ist unterwegs.")
    other, _ = send(agent, page, f"{page}/answer", outcome="refused", text="Leider nicht mehr erlaubt.")

    for status, html in (by_hand, answered):
        assert status == 422
        assert "Diese Prämie darf nicht mehr ausgegeben werden:" in html
        assert "2026" in html
        assert "%(" not in html
    assert "Lost on the way" in by_hand[1]
    assert (other, "Eine neue ist unterwegs." in client.get(path).text) == (303, False)


def test_the_complaint_of_somebody_else_is_not_there(sqlite_shop: Shop) -> None:
    client = sqlite_shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "2"))
    name = complaint_of(sqlite_shop.portal, client, path.rpartition("/")[2])
    other = sqlite_shop.portal.signed_in("1002")

    assert other.get(f"{path}/complaints/{name}").status_code == 404
    assert other.post(f"{path}/complaints/{name}", data={"text": "Hello"}).status_code == 404


def test_a_replaced_and_a_cancelled_order_can_be_ordered_again(sqlite_shop: Shop) -> None:
    client, agent = sqlite_shop.portal.signed_in(), sqlite_shop.portal.in_office("agent")
    path = order_of(client, ("MUG-RED", "1"))
    send_off(sqlite_shop.portal.installation, path.rpartition("/")[2])
    send(agent, f"/office{path}/lines/1/replace", pieces="1", place="same", reason="Lost on the way")
    new = re.search(r'href="(/orders/ord_\w+)">1 piece was sent once more', client.get(path).text)
    cancelled = order_of(client, ("DRILL-12", "1"))
    assert new
    send(client, cancelled, f"{cancelled}/cancel")

    for one in (new[1], cancelled):
        assert "It is in your cart again." in send(client, one, f"{one}/again")[1]

    assert sorted(sqlite_shop.cart()) == [("DRILL-12", 1, False), ("MUG-RED", 1, False)]
