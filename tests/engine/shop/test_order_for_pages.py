"""The service centre orders for a participant who calls: chosen, checked with the balance, ordered with its reason."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.engine.shop.test_money_at_checkout import WITH_MONEY
from tests.support.desk import hidden
from tests.support.shops import SHOP, Shop, open_shop
from treuwerk.store.database import Database
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


STATIONS = '\n[rewards.orders]\nparcel_stations = ["DE"]\n\n[rewards.pricing]'
AT_STATION = {"place": "station", "recipient": "Ada Lovelace", "customer": "1234 5678", "station": "145",
              "postcode": "D-10115", "city": "Berlin"}
ELSEWHERE = {"place": "typed", "recipient": "Site of Söhne", "street": "Dam 1", "postcode": "1012ab",
             "city": "Amsterdam", "country": "NL"}


@pytest.mark.parametrize(("where", "kept"), [
    (AT_STATION, {"street": "Packstation 145", "extra": "12345678", "postcode": "10115", "kind": "parcel_station"}),
    (ELSEWHERE, {"name": "Site of Söhne", "postcode": "1012 AB", "country": "NL"})])
def test_it_goes_to_a_parcel_station_or_to_another_address_as_at_the_checkout(
        tmp_path: Path, sqlite_database: Database, where: dict[str, str], kept: dict[str, str]) -> None:
    shop = open_shop(tmp_path, sqlite_database, SHOP.replace("\n[rewards.pricing]", STATIONS, 1))
    path, agent = page_of(shop), shop.portal.in_office("agent")

    sent, check = checked(agent, path, **where)
    answer = agent.post(f"{path}?place=1", data=sent)

    assert answer.status_code == 303, answer.text
    assert kept.get("street", "Dam 1") in check
    with shop.portal.installation.database.reading() as connection:
        found = json.loads(connection.execute(select(reward_order.c.destination)).scalar_one())
    assert {name: found[name] for name in kept} == kept


@pytest.mark.parametrize(("typed", "words"), [
    (AT_STATION | {"station": "14"}, "Enter the number of the station, such as 145."),
    (AT_STATION | {"customer": "x"}, "Enter the number at the post, such as 12345678."),
    (AT_STATION | {"recipient": ""}, "Fill in this field."), (ELSEWHERE | {"street": ""}, "Fill in this field."),
    (ELSEWHERE | {"postcode": "1"}, "Enter a postcode of this country, such as 1012 AB."),
    (ELSEWHERE | {"country": ""}, "Fill in this field.")])
def test_what_is_wrong_with_a_place_stands_beside_its_field(tmp_path: Path, sqlite_database: Database,
                                                            typed: dict[str, str], words: str) -> None:
    shop = open_shop(tmp_path, sqlite_database, SHOP.replace("\n[rewards.pricing]", STATIONS, 1))

    html = checked(shop.portal.in_office("agent"), page_of(shop), **typed)[1]

    assert words in html
    assert "What is ordered" not in html


def test_without_stations_in_the_programme_there_are_none(sqlite_shop: Shop, agent: TestClient) -> None:
    sent, html = checked(agent, page_of(sqlite_shop), **AT_STATION)

    assert "Parcel station" not in html
    assert agent.post(f"{page_of(sqlite_shop)}?place=1", data=sent).status_code == 422


@pytest.mark.parametrize(("pay", "points", "money"), [
    ({"pay": "most"}, 11_380, 3_020), ({"pay": "least"}, 7_200, 7_200), ({"pay": "own", "own": "9,000"}, 9_000, 5_400)])
def test_points_and_money_are_chosen_as_at_the_checkout(tmp_path: Path, database: Database, pay: dict[str, str],
                                                        points: int, money: int) -> None:
    shop = open_shop(tmp_path, database, WITH_MONEY)
    path, agent = page_of(shop), shop.portal.in_office("agent")
    start = agent.get(f"{path}?variant=DRILL-12&quantity=2").text
    form = hidden(start) | {"variant": "DRILL-12", "quantity": "2", "reason": WHY, "place": "company"} | pay

    check = agent.post(path, data=form).text
    split = re.search(r'name="split" value="(\d+)"', check)
    assert split, check
    answer = agent.post(f"{path}?place=1", data=form | {"points": "7200", "split": split[1]})
    page = agent.get(answer.headers["location"]).text

    assert "11,380 points and 30.20" in start.replace("\xa0", " ")
    assert "The order waits for its money." in check
    assert "including 19% VAT" in check
    assert "Waits for its money" in page
    with shop.portal.installation.database.reading() as connection:
        assert connection.execute(select(reward_order.c.points, reward_order.c.money, reward_order.c.state)).all() == [
            (points, money, "unpaid")]
    order = answer.headers["location"].removeprefix("/office")
    assert "We wait for your payment" in shop.portal.signed_in().get(f"{order}/payment").text


def test_a_number_of_points_out_of_its_bounds_orders_nothing(tmp_path: Path, sqlite_database: Database) -> None:
    shop = open_shop(tmp_path, sqlite_database, WITH_MONEY)
    path, agent = page_of(shop), shop.portal.in_office("agent")
    start = agent.get(f"{path}?variant=DRILL-12&quantity=2").text
    form = hidden(start) | {"variant": "DRILL-12", "quantity": "2", "reason": WHY, "place": "company", "pay": "own"}

    answers = [agent.post(path, data=form | {"own": own}) for own in ("7199", "11381", "")]
    forged = agent.post(f"{path}?place=1", data=form | {"own": "9000", "points": "7200", "split": "1"})

    assert [one.status_code for one in answers] == [422] * 3
    assert all("from 7,200 to 11,380" in one.text for one in answers)
    assert forged.status_code == 409
