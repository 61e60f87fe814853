"""Withdrawing from a contract: two steps, with and without a login, a receipt at once, and the same for everybody."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Select, select
from starlette.testclient import TestClient

from tests.engine.shop.test_cart_pages import add
from tests.engine.shop.test_order_pages import order_of
from tests.support.desk import filled
from tests.support.office import acting
from tests.support.portal import NOW
from tests.support.shops import LAWFUL, SHOP, Shop, open_shop, send_off
from treuwerk.domain.ids import account_and_row
from treuwerk.domain.reward_orders import OrderAct
from treuwerk.services.orders.changing import OpenOrder
from treuwerk.services.submissions.forgetting_uploads import forget_uploads
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, order_line, order_withdrawal, outbox, work_item

DAY = 86_400_000_000
NAME = "Söhne Müller Solar"


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    return open_shop(tmp_path, database, SHOP + LAWFUL)


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the form of a page, whatever they hold."""
    [form] = re.findall(r'id="page-form".*?</form>', html, re.DOTALL)
    return {name: unescape(value) for name, value in re.findall(
        r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)}


def declared(client: TestClient, path: str, **values: str | list[str]) -> Any:
    """Both steps; the answer to the second one."""
    first = client.post(path, data=filled(client, path) | values)
    assert first.status_code == 200, first.text
    assert "Nothing is declared before you press the button." in first.text
    return client.post(f"{path}?step=confirm", data=hidden(first.text) | (
        {"lines": values["lines"]} if "lines" in values else {}))


def receipt_of(client: TestClient, path: str, **values: str | list[str]) -> str:
    answer = declared(client, path, **values)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


def said_by_a_stranger(path: str, **other: str) -> dict[str, str]:
    return {"name": NAME, "order": path.rpartition("/")[2], "contact": "1001", "words": "", **other}


def rows(shop: Shop, query: Select[*tuple[Any, ...]]) -> list[Any]:
    with shop.portal.installation.database.reading() as connection:
        return list(connection.execute(query))


def open_work(shop: Shop) -> list[str]:
    return [row.gist for row in rows(shop, select(work_item.c.gist).where(
        work_item.c.kind == "withdrawal", work_item.c.state == "open"))]


def test_a_stranger_withdraws_in_two_steps_and_gets_a_receipt(shop: Shop) -> None:
    path = order_of(shop.portal.signed_in(), ("MUG-RED", "2"))
    client = shop.portal.visitor()
    assert 'href="/withdraw"' in client.get("/login").text

    text = receipt_of(client, "/withdraw", **said_by_a_stranger(path))

    assert "Receipt of your withdrawal" in text
    assert path.rpartition("/")[2] in text
    assert "The whole order" in text
    assert "21/11/2026" in text or "21 Nov" in text
    assert rows(shop, select(order_line.c.state, order_line.c.cancelled)) == [("cancelled", 2)]
    assert open_work(shop) == []
    [(payload,)] = rows(shop, select(outbox.c.payload).where(outbox.c.topic == "withdrawal_received"))
    assert json.loads(payload)["withdrawal"] in text


@pytest.mark.parametrize("other", [
    {"name": "Somebody Else"}, {"contact": "1002"}, {"order": "ord_00000000000000000000000000"}, {"order": "4711"}])
def test_what_does_not_fit_together_gets_the_same_answer_and_waits(shop: Shop, other: dict[str, str]) -> None:
    path = order_of(shop.portal.signed_in(), ("MUG-RED", "2"))
    known = receipt_of(shop.portal.visitor(), "/withdraw", **said_by_a_stranger(path))

    said = said_by_a_stranger(path, **other)
    text = receipt_of(shop.portal.visitor(), "/withdraw", **said)

    assert plain(known, said_by_a_stranger(path)) == plain(text, said)
    assert open_work(shop) == [said["order"]]


def deliver(shop: Shop, order: str) -> None:
    _, account_id, number = account_and_row(order)

    def work(connection: Connection) -> None:
        opened = OpenOrder(connection, shop.portal.installation.programme.settings, account_id, number, NOW)
        opened.apply(1, OrderAct.DELIVER)
        opened.finish()

    shop.portal.installation.database.run(work)


def plain(html: str, said: dict[str, str]) -> str:
    """A page without what was typed, and without ids."""
    for value in sorted(filter(None, said.values()), key=len, reverse=True):
        html = html.replace(value, "…")
    return re.sub(r"wdr_\w+|receipts%2F[\w-]+|receipts/[\w-]+", "…", html)


def test_sent_twice_it_is_one_declaration(shop: Shop) -> None:
    path = order_of(shop.portal.signed_in(), ("MUG-RED", "1"))
    client = shop.portal.visitor()
    first = client.post("/withdraw", data=filled(client, "/withdraw") | said_by_a_stranger(path))
    form = hidden(first.text)

    answers = [client.post("/withdraw?step=confirm", data=form).headers["location"] for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(rows(shop, select(order_withdrawal.c.id))) == 1


def test_who_declares_again_and_again_waits(shop: Shop) -> None:
    client = shop.portal.visitor()
    said = said_by_a_stranger("/orders/ord_none")

    answers = [declared(client, "/withdraw", **said) for _ in range(9)]

    assert [answer.status_code for answer in answers] == [303] * 8 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_a_participant_chooses_lines(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "1"), ("DRILL-12", "1"))
    assert f'href="{path}/withdraw"' in client.get(path).text

    text = receipt_of(client, f"{path}/withdraw", lines=["2"], contact="ada@example.org")

    assert "ada@example.org" in text
    states = rows(shop, select(order_line.c.line, order_line.c.state).order_by(order_line.c.line))
    assert states == [(1, "ordered"), (2, "cancelled")]
    assert ("Cordless drill" in text) != ("Mug" in text)


def test_a_withdrawal_needs_a_line(shop: Shop) -> None:
    client = shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "1"))

    answer = client.post(f"{path}/withdraw", data=hidden(client.get(f"{path}/withdraw").text) | {
        "contact": "ada@example.org"})

    assert answer.status_code == 422
    assert "What you withdraw from" in answer.text


def test_what_left_waits_for_the_service_centre(shop: Shop) -> None:
    client, agent = shop.portal.signed_in(), shop.portal.in_office("agent")
    path = order_of(client, ("MUG-RED", "2"))
    send_off(shop.portal.installation, path.rpartition("/")[2])

    receipt_of(client, f"{path}/withdraw", lines=["1"], contact="ada@example.org")

    queue = agent.get("/office/queue").text
    found = re.search(r'href="(/office/withdrawals/wdr_\w+)"', queue)
    assert found
    text = agent.get(found[1]).text
    assert "To be taken back" in text
    assert "2 × Mug" in text
    assert "Not all of it was delivered yet" in text
    answer = agent.post(f"{found[1]}/settle", data=filled(agent, found[1], reason="Label was sent"))
    assert answer.status_code == 303, answer.text
    assert open_work(shop) == []
    assert rows(shop, select(audit_entry.c.reason).where(audit_entry.c.action == "withdrawal.settle")) == [
        ("Label was sent",)]


@pytest.mark.parametrize(("days", "late"), [(16, 0), (17, 1)])  # NOW is a Saturday: its 14th day gives way to a Monday
def test_a_late_one_is_taken_and_marked(shop: Shop, days: int, late: int) -> None:
    path = order_of(shop.portal.signed_in(), ("MUG-RED", "1"))
    deliver(shop, path.rpartition("/")[2])

    client = shop.portal.signed_in(now=NOW + days * DAY)
    receipt_of(client, f"{path}/withdraw", lines=["1"], contact="ada@example.org")

    assert rows(shop, select(order_withdrawal.c.late, order_withdrawal.c.last_day)) == [(late, "2026-12-07")]


def test_a_receipt_is_shown_for_a_day(shop: Shop) -> None:
    path = order_of(shop.portal.signed_in(), ("MUG-RED", "1"))
    where = declared(shop.portal.visitor(), "/withdraw", **said_by_a_stranger(path)).headers["location"]

    asked = [shop.portal.visitor(now=NOW + after).get(where).status_code for after in (DAY, DAY + 2)]

    assert asked == [200, 404]
    assert shop.portal.visitor().get("/withdraw/receipts/none").status_code == 404


def test_a_part_in_words_is_left_to_somebody(shop: Shop) -> None:
    path = order_of(shop.portal.signed_in(), ("MUG-RED", "2"))

    receipt_of(shop.portal.visitor(), "/withdraw", **said_by_a_stranger(path, words="one of both mugs"))

    assert rows(shop, select(order_line.c.state)) == [("ordered",)]
    assert open_work(shop) == [path.rpartition("/")[2]]


def test_orders_of_others_are_not_there(shop: Shop) -> None:
    path = order_of(shop.portal.signed_in(), ("MUG-RED", "1"))

    assert shop.portal.signed_in("1002").get(f"{path}/withdraw").status_code == 404


def test_what_was_said_is_forgotten_with_the_participant(shop: Shop) -> None:
    path = order_of(shop.portal.signed_in(), ("MUG-RED", "1"))
    receipt_of(shop.portal.visitor(), "/withdraw", **said_by_a_stranger(path))

    forget_uploads(acting(), shop.portal.installation, shop.portal.account("1001"), NOW, reason="Asked for by letter")

    assert rows(shop, select(order_withdrawal.c.name, order_withdrawal.c.contact, order_withdrawal.c.words)) == [
        ("", "", "")]


def test_where_it_is_off_nothing_leads_to_it(sqlite_shop: Shop) -> None:
    client = sqlite_shop.portal.signed_in()
    path = order_of(client, ("MUG-RED", "1"))

    assert "/withdraw" not in client.get(path).text
    assert [client.get(where).status_code for where in ("/withdraw", f"{path}/withdraw")] == [404, 404]


@pytest.mark.parametrize(("language", "words"), [
    ("en", "Send my order (7200 points)"), ("de", "Order for"), ("fr", "Commander")])
def test_the_final_button_says_what_the_programme_wants(tmp_path: Path, sqlite_database: Database, language: str,
                                                       words: str) -> None:
    own = SHOP.replace("\n[units.status]", '\n[legal.order_button]\nen = "Send my order ({points} points)"\n'
                       'fr = "Commander"\nde = "Order for"\n\n[units.status]', 1)
    client = open_shop(tmp_path, sqlite_database, own).portal.signed_in(language=language)
    add(client, "DRILL-12", "1")

    assert words in client.get("/checkout").text.replace(",", "")
