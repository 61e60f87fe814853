"""Withdrawals that fit to no order: somebody finds it and it runs as one that was known at once, or gets an answer."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.engine.shop.test_order_pages import order_of
from tests.engine.shop.test_withdrawing import NAME, hidden, open_work, receipt_of, rows, said_by_a_stranger
from tests.support.portal import NOW
from tests.support.shops import LAWFUL, SHOP, Shop, open_shop, send_off
from treuwerk.services.identity.memberships import add_membership
from treuwerk.store.database import Database
from treuwerk.store.tables import app_user, audit_entry, order_line, order_withdrawal, outbox

DAY = 86_400_000_000


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    return open_shop(tmp_path, database, SHOP + LAWFUL)


def unmatched(shop: Shop, **other: str) -> tuple[str, str]:
    """An order, and the page of a withdrawal that names it with a number that is none."""
    path = order_of(shop.portal.signed_in(), ("MUG-RED", "2"))
    said = said_by_a_stranger(path) | {"order": "my mugs"} | other
    found = re.search(r"wdr_\w+", receipt_of(shop.portal.visitor(), "/withdraw", **said))
    assert found
    return path.rpartition("/")[2], f"/office/withdrawals/{found[0]}"


def compared(agent: TestClient, page: str, order: str) -> str:
    html = agent.get(f"{page}/assign/{order}").text
    assert "Is it this order?" in html
    return html


def fields(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', html))


@pytest.mark.parametrize("words", ["order", NAME, "1001", "Solar"])
def test_the_order_is_found_by_number_name_or_company(shop: Shop, words: str) -> None:
    agent = shop.portal.in_office("agent")
    order, page = unmatched(shop)

    html = agent.get(page, params={"q": order if words == "order" else words}).text

    assert f'href="{page}/assign/{order}"' in html
    assert "Compare and assign" not in agent.get(page, params={"q": "nobody"}).text


def test_once_assigned_it_runs_as_one_that_was_known_at_once(shop: Shop) -> None:
    agent = shop.portal.in_office("agent")
    order, page = unmatched(shop)
    check = compared(agent, page, order)

    answer = agent.post(f"{page}/assign/{order}", data=fields(check))
    html = agent.get(answer.headers["location"]).text

    assert [part in check for part in (NAME, "my mugs", "Cancelled at once", "2 × Mug, Red")] == [True] * 4
    assert "The withdrawal belongs to this order now." in html
    assert f'href="/office/orders/{order}"' in html
    assert rows(shop, select(order_line.c.state, order_line.c.cancelled)) == [("cancelled", 2)]
    assert open_work(shop) == []
    assert rows(shop, select(order_withdrawal.c.cancelled, order_withdrawal.c.points)) == [("[[1, 2]]", 1_000)]
    [(payload,)] = rows(shop, select(outbox.c.payload).where(outbox.c.topic == "withdrawal_assigned"))
    assert json.loads(payload)["withdrawal"] in page
    assert len(rows(shop, select(audit_entry.c.id).where(audit_entry.c.action == "withdrawal.assign"))) == 1
    assert agent.get(f"{page}/assign/{order}").status_code == 303
    second = agent.post(f"{page}/assign/{order}", data=fields(check) | {"form_id": "another"})
    assert "somebody was faster" in agent.get(second.headers["location"]).text


def test_what_left_waits_as_ever_and_the_declaration_counts_from_when_it_came(shop: Shop) -> None:
    order, page = unmatched(shop)
    send_off(shop.portal.installation, order)
    late = shop.portal.in_office("agent", now=NOW + 40 * DAY)

    late.post(f"{page}/assign/{order}", data=fields(compared(late, page, order)))

    assert "To be taken back" in late.get(page).text
    assert open_work(shop) == ["my mugs"]
    assert rows(shop, select(order_withdrawal.c.late, order_withdrawal.c.left)) == [(0, "[[1, 2]]")]
    answer = late.post(f"{page}/settle", data=hidden(late.get(page).text) | {"reason": "Came back today"})
    assert answer.status_code == 303
    assert open_work(shop) == []


def test_who_compared_an_older_order_sees_it_as_it_is_now(shop: Shop) -> None:
    agent = shop.portal.in_office("agent")
    order, page = unmatched(shop)
    check = compared(agent, page, order)
    send_off(shop.portal.installation, order)

    answer = agent.post(f"{page}/assign/{order}", data=fields(check))

    assert answer.status_code == 409
    assert "Somebody changed this order meanwhile. Nothing was done." in answer.text
    assert "To be taken back" in answer.text
    assert open_work(shop) == ["my mugs"]


def test_what_belongs_to_no_order_is_set_aside_with_an_answer(shop: Shop) -> None:
    agent = shop.portal.in_office("agent")
    _, page = unmatched(shop)
    form = hidden(agent.get(page).text)

    short = agent.post(f"{page}/answer", data=form | {"answer": "No"})
    answer = agent.post(f"{page}/answer", data=form | {"answer": "We know no such order.\nWhich shop was it?"})
    html = agent.get(answer.headers["location"]).text

    assert short.status_code == 422
    assert "We know no such order.\nWhich shop was it?" in html
    assert "Compare and assign" not in agent.get(f"{page}?q=1001").text
    assert open_work(shop) == []
    assert len(rows(shop, select(outbox.c.payload).where(outbox.c.topic == "withdrawal_answered"))) == 1


def test_nobody_assigns_without_the_right_nor_for_the_own_company(shop: Shop) -> None:
    order, page = unmatched(shop)
    nobody, agent = shop.portal.in_office(), shop.portal.in_office("agent", name="Clara Weiß")
    with shop.portal.installation.database.writing() as connection:
        user = connection.execute(select(app_user.c.user_id).where(app_user.c.name == "Clara Weiß")).scalar_one()
        add_membership(connection, user, shop.portal.account("1001"), NOW, role="manager")
    check = compared(agent, page, order)

    assert "You belong to this company." in check
    answer = agent.post(f"{page}/assign/{order}", data={"version": "1", "form_id": "x"})
    assert "You belong to this company" in agent.get(answer.headers["location"]).text
    assert nobody.get(f"{page}/assign/{order}").status_code == 403
    assert agent.get(f"{page}/assign/ord_none").status_code == 404
    assert open_work(shop) == ["my mugs"]
