"""Pick lists and their labels: what may leave is on them, by article and for whom, and a second print is called one."""

import csv
import re

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.engine.shop.test_many_orders import BULK, previewed, sure
from tests.engine.shop.test_order_desk_pages import fields
from tests.engine.shop.test_order_pages import order_of
from tests.engine.web.test_labels import letters
from tests.support.portal import NOW
from tests.support.shops import MUG, Shop, send_off
from treuwerk.store.tables import audit_entry

LATER = NOW + 3 * 3_600_000_000  # behind the time in which whoever ordered can cancel


def ordered(client: TestClient, *wanted: tuple[str, str]) -> str:
    return order_of(client, *wanted).rpartition("/")[2]


def made(agent: TestClient, *orders: str) -> str:
    """A list of some orders: its path."""
    answer = agent.post(BULK, data=sure(previewed(agent, "pick", *orders), *orders))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def labels(agent: TestClient, path: str, **typed: str) -> list[str]:
    """The text of each page of a print."""
    answer = agent.post(f"{path}/labels", data={"sheet": "l7163", "first": "1"} | typed)
    assert answer.headers.get("content-type") == "application/pdf", answer.text
    pages: dict[int, str] = {}
    for page, letter, _ in letters(answer.content):
        pages[page] = pages.get(page, "") + letter
    return list(pages.values())


def test_a_list_has_each_article_once_with_who_gets_how_many(shop: Shop) -> None:
    for number in ("MUG-10", "MUG-9"):
        shop.bring({**MUG, "reward": number, "variant": number, "supplier": "Pottery"})
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent", now=LATER)
    first = ordered(client, ("MUG-10", "2"), ("DRILL-12", "1"))
    second = ordered(client, ("MUG-10", "1"), ("MUG-9", "1"))
    path = made(agent, first, second)

    html = agent.get(path).text
    one = agent.get(f"{path}?supplier=Pottery").text
    lines = list(csv.reader(agent.get(f"{path}.csv?form=machine").text.splitlines()))

    assert re.findall(r'id="article-\d+-\d+"><span class="figure">([^<]+)', html) == ["DRILL-12", "MUG-9", "MUG-10"]
    assert re.search(r"MUG-10.*?<strong>3</strong>", html, re.DOTALL)
    assert html.count('type="checkbox"') - one.count('type="checkbox"') == 1
    assert "DRILL-12" not in one
    assert sorted(line[1::2] for line in lines if "MUG-10" in line) == [["MUG-10", "3", "1001", "1"],
                                                                        ["MUG-10", "3", "1001", "2"]]
    assert path in agent.get("/office/pick-lists").text


def test_only_what_may_leave_is_on_it_also_when_it_is_opened_later(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent", now=LATER)
    gone, stays = ordered(client, ("MUG-RED", "1")), ordered(client, ("MUG-RED", "2"))
    early = shop.portal.in_office("agent")
    assert "has nothing that may leave now; stays as it is" in previewed(early, "pick", gone)
    assert "Pick list and labels" not in early.get(f"/office/orders/{gone}").text
    path = made(agent, gone, stays)

    send_off(shop.portal.installation, gone)
    html = agent.get(path).text

    assert gone not in html
    assert stays in html
    assert "1 order of this list has nothing left that may leave" in html
    assert len(labels(agent, path)) == 1
    send_off(shop.portal.installation, stays)
    answer = agent.post(f"{path}/labels", data={"sheet": "l7159", "first": "1"})
    assert "Nothing of this list goes to an address any more." in agent.get(answer.headers["location"]).text
    assert previewed(agent, "pick", gone, stays).count("has nothing that may leave now") == 2


def test_a_second_print_is_called_one_and_each_address_that_was_read_is_noted(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent", now=LATER, name="Grace Hopper")
    order = ordered(client, ("MUG-RED", "1"))
    answer = agent.post(f"/office/orders/{order}/pick", data=fields(agent.get(f"/office/orders/{order}").text))
    path = answer.headers["location"]

    first = labels(agent, path)
    html = plain(agent.get(path).text)
    second = labels(agent, path)
    again = made(agent, order)

    assert ["Müller&Söhne<Solar>" in first[0], order in first[0], "printedagain" in first[0]] == [True, True, False]
    assert "printedagain" in second[0]
    assert "1 of them was printed before" in html
    assert "Print the labels again" in html
    assert "Grace Hopper" in html.partition("Printed before")[2]
    assert "1 order was on an earlier list already" in plain(agent.get(again).text)
    shown = plain(agent.get(f"/office/orders/{order}").text)
    assert shown.count("Address label") == 2
    assert shown.count("Printed again") == 2
    with shop.portal.installation.database.reading() as connection:
        noted = connection.execute(select(audit_entry.c.object, audit_entry.c.account_id, audit_entry.c.after).where(
            audit_entry.c.action == "order.label")).all()
    assert sorted((row.object, row.account_id, '"again":true' in row.after) for row in noted) == [
        (order, shop.portal.account("1001"), False), (order, shop.portal.account("1001"), True)]


@pytest.mark.parametrize(("typed", "status"), [
    ({"first": "0"}, 422), ({"first": "15"}, 422), ({"sheet": "l9999"}, 422), ({"first": "x"}, 422)])
def test_a_place_that_the_sheet_does_not_have_prints_nothing(sqlite_shop: Shop, typed: dict[str, str],
                                                             status: int) -> None:
    client, agent = sqlite_shop.portal.signed_in(), sqlite_shop.portal.in_office("agent", now=LATER)
    path = made(agent, ordered(client, ("MUG-RED", "1")))

    answer = agent.post(f"{path}/labels", data={"sheet": "l7163", "first": "1"} | typed)

    assert answer.status_code == status
    assert "1 of them was printed before" not in plain(agent.get(path).text)


def test_who_may_only_look_makes_and_prints_nothing(sqlite_shop: Shop) -> None:
    client, agent = sqlite_shop.portal.signed_in(), sqlite_shop.portal.in_office("agent", now=LATER)
    order = ordered(client, ("MUG-RED", "1"))
    path, nobody = made(agent, order), sqlite_shop.portal.in_office(now=LATER)

    assert nobody.post(f"{path}/labels", data={"sheet": "l7159", "first": "1"}).status_code == 403
    assert nobody.post(f"/office/orders/{order}/pick").status_code == 403
    assert agent.get("/office/pick-lists/pkl_00000000000000000000000000").status_code == 404
    assert agent.get(f"/office/pick-lists/{order}").status_code == 404
