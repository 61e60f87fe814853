"""Acts on many orders at once: approve, refuse with a reason, note as sent and hand over again."""

import re

import pytest
from starlette.testclient import TestClient

from tests.engine.shop.test_order_desk_pages import fields, work
from tests.engine.shop.test_order_pages import order_of
from tests.support.shops import SHOP, Shop, open_shop
from treuwerk.store.database import Database

LIMIT = "\n[rewards.orders]\napproval_above = 900\n\n[rewards.pricing]"
BULK = "/office/orders-bulk"


@pytest.fixture
def shop(tmp_path: object, sqlite_database: Database) -> Shop:
    return open_shop(tmp_path, sqlite_database, SHOP.replace("\n[rewards.pricing]", LIMIT, 1))  # type: ignore[arg-type]


def orders(client: TestClient, *pieces: str) -> list[str]:
    """Orders of so many mugs each; two or more wait for approval."""
    return [order_of(client, ("MUG-RED", one)).rpartition("/")[2] for one in pieces]


def previewed(client: TestClient, act: str, *chosen: str) -> str:
    """The page that says what would happen."""
    answer = client.post(BULK, data={"act": act, "query": "", "row": list(chosen)})
    assert answer.status_code == 200, answer.text
    return answer.text


def sure(html: str, *chosen: str, **more: str) -> dict[str, object]:
    """What the preview's button sends."""
    return {**fields(html), "row": list(chosen), **more}


def test_what_waits_is_approved_and_the_rest_stays_as_it_is(shop: Shop) -> None:
    admin = shop.portal.in_office("admin")
    chosen = orders(shop.portal.signed_in(), "2", "3", "1")

    preview = previewed(admin, "approve", *chosen)
    report = admin.post(BULK, data=sure(preview, *chosen)).text

    assert "It would be done for 2 rows." in preview
    assert "waits for nobody; stays as it is" in preview
    assert "Done for 2 rows." in report
    assert len(re.findall(r'href="/office/orders/ord_', admin.get("/office/orders?state=waiting").text)) == 0


def test_refusing_many_asks_for_a_reason_first(shop: Shop) -> None:
    admin = shop.portal.in_office("admin")
    chosen = orders(shop.portal.signed_in(), "2", "3")
    preview = previewed(admin, "refuse", *chosen)

    without = admin.post(BULK, data=sure(preview, *chosen, reason="no")).text
    report = admin.post(BULK, data=sure(without, *chosen, reason="Above the budget")).text

    assert "Give a reason of at least two words" in without
    assert "Done for 2 rows." in report
    assert "Above the budget" in admin.get(f"/office/orders/{chosen[0]}").text


def test_many_are_noted_as_sent_once(shop: Shop) -> None:
    agent = shop.portal.in_office("agent")
    chosen = orders(shop.portal.signed_in(), "1", "1")
    preview = previewed(agent, "sent", *chosen)

    report = agent.post(BULK, data=sure(preview, *chosen)).text
    again = agent.post(BULK, data=sure(preview, *chosen))

    assert "Done for 2 rows." in report
    assert again.status_code == 303
    html = agent.get(f"/office/orders/{chosen[0]}").text
    assert "Parcel 1" in html
    assert "Parcel 2" not in html


def test_what_failed_is_handed_over_again(shop: Shop) -> None:
    agent = shop.portal.in_office("agent")
    failed, fine = orders(shop.portal.signed_in(), "1", "1")
    work(agent, f"/office/orders/{failed}", "fail", pieces_1="1", reason="No longer made")

    preview = previewed(agent, "again", failed, fine)
    report = agent.post(BULK, data=sure(preview, failed, fine)).text

    assert "nothing of it failed; stays as it is" in preview
    assert "Done for 1 row." in report
    assert f"/office/orders/{failed}" not in agent.get("/office/orders?state=failed").text


def test_a_clerk_without_the_right_approves_nothing(shop: Shop) -> None:
    agent = shop.portal.in_office("agent")
    chosen = orders(shop.portal.signed_in(), "2")

    assert agent.post(BULK, data={"act": "approve", "query": "", "row": chosen}).status_code == 400


def test_the_search_leads_to_an_order_and_the_participant_to_its_orders(shop: Shop) -> None:
    agent = shop.portal.in_office("agent")
    [order] = orders(shop.portal.signed_in(), "1")
    account = shop.portal.account("1001")

    found = agent.get(f"/office/search?q={order}")

    assert (found.status_code, found.headers["location"]) == (303, f"/office/orders/{order}")
    assert f'href="/office/orders?participant={account}"' in agent.get(f"/office/participants/{account}").text
