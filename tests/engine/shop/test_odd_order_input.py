"""Input to cart, checkout and orders that no page of ours sends: refused on both databases, never an error of ours."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.engine.shop.test_cart_pages import add
from tests.engine.shop.test_checkout_pages import ordered
from tests.support.shops import Shop, open_shop
from treuwerk.services.proof.verifying import verify
from treuwerk.store.database import Database

ODD = {"nothing": "", "NUL": "a\0b", "digits": "9" * 5_000, "foreign digits": "\u0661\u0662", "grouped": "1_000",
       "superscript": "²", "below zero": "-1", "fraction": "1e400", "endless": "Infinity", "none": "NaN",
       "long": "x" * 30_000, "turned": "\u202eabc", "percent": "%s%(a)s{}", "64 bits": "9223372036854775808"}
FORMS: Mapping[str, Mapping[str, str]] = {
    "/cart/lines": {"variant": "MUG-RED", "quantity": "1", "back": "/rewards"},
    "/cart/quantity": {"variant": "MUG-RED", "quantity": "1"},
    "/cart/remove": {"variant": "MUG-RED"},
    "/cart/restore": {"variant": "MUG-RED", "quantity": "1", "points": "500", "promotion": "", "later": "",
                      "added_at": "1"},
    "/cart/later": {"variant": "MUG-RED"},
    "/cart/now": {"variant": "MUG-RED"},
    "/checkout": {"form_id": "one", "seen": "two"},
    "/checkout/address": {"place": "company", "form_id": "three"},
    "/checkout/options": {"note": "please", "form_id": "four"},
    "/orders/ORDER/cancel": {"line": "1", "quantity": "1", "version": "1"},
    "/orders/ORDER/codes": {"line": "1"},
    "/orders/ORDER/again": {"form_id": "five"},
    "/rewards/wishes": {"reward": "MUG", "wished": "1", "back": "/rewards"},
    "/rewards/watches": {"variant": "MUG-RED", "watched": "1", "back": "/rewards"},
}
PAGES = ["/orders?before=%s", "/orders/%s", "/orders/%s/placed", "/rewards/%s", "/rewards?q=%s", "/rewards?world=%s",
         "/rewards/MUG?variant=%s", "/rewards/wishes?x=%s"]


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    return open_shop(tmp_path, database)


def test_no_field_of_any_form_takes_more_than_it_should(shop: Shop) -> None:
    client = shop.portal.signed_in()
    order = _ordered(shop)
    wrong = []

    for path, fields in FORMS.items():
        for name in fields:
            for what, text in ODD.items():
                answer = client.post(path.replace("ORDER", order), data={**fields, name: text})
                if answer.status_code >= 500:
                    wrong.append((path, name, what, answer.status_code))

    assert wrong == []
    assert verify(shop.portal.installation.database).ok


def test_no_address_leads_to_an_error_of_ours(shop: Shop) -> None:
    client = shop.portal.signed_in()
    texts = [*ODD.values(), "%00", "%ff", "..%2f..", "ord_0000000000000g000000000002", "ord_zzzzzzzzzzzzzzzzzzzzzzzzzz"]

    wrong = [(path, text[:20]) for path in PAGES for text in texts if "\0" not in text
             and client.get(path.replace("%s", text[:3_000])).status_code >= 500]

    assert wrong == []


def test_an_order_of_another_company_is_not_there_for_any_form(shop: Shop) -> None:
    order, stranger = _ordered(shop), shop.portal.signed_in("1002")

    answers = {path: stranger.post(path.replace("ORDER", order), data=dict(fields)).status_code
               for path, fields in FORMS.items() if "ORDER" in path}
    pages = [stranger.get(f"/orders/{order}{more}").status_code for more in ("", "/placed", "/lines/1/complaint")]

    assert set(answers.values()) == {404}, answers
    assert pages == [404] * 3


def _ordered(shop: Shop) -> str:
    client = shop.portal.signed_in()
    for variant in ("DRILL-12", "MUG-RED"):
        add(client, variant)
    ordered(client)
    return client.get("/orders").text.partition('href="/orders/')[2].partition('"')[0]
