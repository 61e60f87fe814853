"""The service centre orders for a participant who calls: chosen, checked with the balance, ordered with its reason."""

import re

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.support.desk import hidden
from tests.support.shops import Shop
from treuwerk.store.tables import audit_entry, reward_order

WHY = "Called, has no computer"


@pytest.fixture
def agent(sqlite_shop: Shop) -> TestClient:
    return sqlite_shop.portal.in_office("agent")


def page_of(shop: Shop, number: str = "1001") -> str:
    return f"/office/participants/{shop.portal.account(number)}/order"


def checked(agent: TestClient, path: str, **more: str) -> tuple[dict[str, str], str]:
    """The form that orders two mugs, and the page that asks whether it shall."""
    start = agent.get(f"{path}?variant=MUG-RED&quantity=2").text
    place = re.search(r'<option value="(adr_\w+|company)"', start)
    sent = hidden(start) | {"variant": "MUG-RED", "quantity": "2", "reason": WHY, "place": place[1] if place else ""}
    sent |= more
    answer = agent.post(path, data=sent)
    return sent | {"points": "500"}, answer.text


def test_rewards_are_found_as_the_participant_would_see_them(sqlite_shop: Shop, agent: TestClient) -> None:
    path = page_of(sqlite_shop)

    html = agent.get(f"{path}?q=mug").text
    link = re.search(r'href="([^"]+)">.*?Add', html)

    assert "Mug, Red" in html
    assert link
    chosen = agent.get(link[1].replace("&amp;", "&")).text
    assert "−500" in chosen
    assert 'name="quantity"' in chosen
    assert f'href="{path}"' in agent.get(path.removesuffix("/order")).text


def test_the_order_is_checked_with_the_balance_and_placed_with_its_reason(sqlite_shop: Shop,
                                                                          agent: TestClient) -> None:
    path = page_of(sqlite_shop)

    sent, check = checked(agent, path)
    answer = agent.post(f"{path}?place=1", data=sent)
    again = agent.post(f"{path}?place=1", data=sent)
    order = agent.get(answer.headers["location"]).text

    assert [part in check for part in ("11,380", "10,380", "−1,000", WHY)] == [True] * 4
    assert (answer.status_code, again.headers.get("location")) == (303, answer.headers["location"])
    assert [part in order for part in ("Ordered for the participant", WHY)] == [True] * 2
    with sqlite_shop.portal.installation.database.reading() as connection:
        assert connection.execute(select(reward_order.c.actor, reward_order.c.points)).all() == [
            (connection.execute(select(reward_order.c.actor)).scalar_one(), 1_000)]
        assert connection.execute(select(audit_entry.c.reason).where(
            audit_entry.c.action == "order.place_for")).scalars().all() == [WHY]
    assert answer.headers["location"].removeprefix("/office") in sqlite_shop.portal.signed_in().get("/orders").text


@pytest.mark.parametrize(("typed", "words"), [
    ({"reason": ""}, "Fill in “What was said in the call”."), ({"place": ""}, "Choose where it goes.")])
def test_what_is_missing_is_named(sqlite_shop: Shop, agent: TestClient, typed: dict[str, str], words: str) -> None:
    assert words in checked(agent, page_of(sqlite_shop), **typed)[1]


@pytest.mark.parametrize(("typed", "words"), [
    ({"reason": "called"}, "at least two words"), ({"points": "400"}, "costs 500 points by now, not 400"),
    ({"variant": "SAW"}, "not offered to this participant"), ({"quantity": "30"}, "the order costs 15,000")])
def test_what_speaks_against_it_is_told_and_nothing_is_ordered(sqlite_shop: Shop, agent: TestClient,
                                                               typed: dict[str, str], words: str) -> None:
    path = page_of(sqlite_shop)

    sent, _ = checked(agent, path)
    answer = agent.post(f"{path}?place=1", data=sent | typed)

    assert (answer.status_code, words in answer.text) == (409, True)
    with sqlite_shop.portal.installation.database.reading() as connection:
        assert connection.execute(select(reward_order)).all() == []


def test_odd_input_and_who_has_no_right_get_nothing(sqlite_shop: Shop, agent: TestClient) -> None:
    path = page_of(sqlite_shop)

    assert agent.get(f"{path}?variant=MUG-RED").status_code == 400
    assert agent.get("/office/participants/12345/order").status_code == 404
    assert sqlite_shop.portal.in_office().get(path).status_code in (403, 404)
