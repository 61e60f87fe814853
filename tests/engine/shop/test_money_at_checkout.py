"""Points and money at the checkout: what is missing, the choice, check answers, and the page that waits."""

import re
from pathlib import Path

import attrs
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.engine.shop.test_cart_pages import add
from tests.engine.shop.test_checkout_pages import balance, checked
from tests.support.desk import filled, sent
from tests.support.payments import INVOICE, TILL, Till
from tests.support.portal import NOW
from tests.support.shops import MUG, PLUGINS, SHOP, TOOL, Shop, open_shop
from treuwerk.cli.managing import access_of_operator
from treuwerk.domain.payments import Begun, PaymentAnswer
from treuwerk.services.installation import open_installation
from treuwerk.services.payments.by_hand import Transferred, take_in
from treuwerk.store.database import Database
from treuwerk.store.tables import payment

WITH_MONEY = SHOP.replace(PLUGINS, PLUGINS.replace('"goods"', '"goods", "invoice"')).replace(
    "[rewards.pricing]", INVOICE.replace("[rewards.pricing]", 'vat = { de = "einschließlich 19 % USt.", en = '
                                         '"including 19% VAT", fr = "TVA de 19 % comprise" }\n\n[rewards.pricing]'), 1)


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    """A company with 11,380 points; half of a price can be money, by transfer."""
    return open_shop(tmp_path, database, WITH_MONEY)


@pytest.fixture
def till() -> Till:
    """A provider that answers as the test says."""
    return Till()


@pytest.fixture
def online(tmp_path: Path, database: Database, till: Till) -> Shop:
    """The same by a provider to which a browser goes."""
    shop = open_shop(tmp_path, database)
    path = shop.portal.folder / "programme.toml"
    text = path.read_text("utf-8").replace("[rewards.pricing]", TILL, 1).replace('"goods"', '"goods", "till"', 1)
    path.write_text(text, "utf-8")
    installation = open_installation(shop.portal.folder, database, {"till": till})
    return Shop(attrs.evolve(shop.portal, installation=installation))


def ordered(client: TestClient) -> str:
    """Press the button; the page of the payment."""
    answer = client.post("/checkout", data=checked(client))
    assert answer.status_code == 303, answer.text
    location: str = answer.headers["location"]
    assert re.fullmatch(r"/orders/ord_\w+/payment", location), location
    return location


def plain(html: str) -> str:
    """Words of a page without tags, spaces as one."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split()).replace("\u202f", " ")


def test_who_has_too_few_points_orders_with_points_and_money(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "DRILL-12", "2")

    cart, check = plain(client.get("/cart").text), plain(client.get("/checkout").text)
    page = client.get(ordered(client)).text
    words = plain(page)

    assert "You can pay what is missing with money: 11,380 points + 30.20 €" in cart
    assert all(text in check for text in ("−11,380", "30.20 €", "including 19% VAT", "Order with obligation to pay"))
    assert "Order for" not in check
    assert all(text in words for text in ("We wait for your payment", "30.20 €", "League GmbH", "COBADEFFXXX",
                                          "DE89 3704 0044 0532 0130 00"))
    assert re.search(r"RF[0-9]{2} [0-9A-Z]{4}", words)
    assert 'src="data:image/svg+xml;base64,' in page
    assert (balance(client), shop.stock(), shop.cart()) == ("0", (7, 2), [])


def test_the_transfer_comes_in_and_the_order_goes_on(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "DRILL-12", "2")
    path = ordered(client)
    waiting = plain(client.get(path.removesuffix("/payment")).text)
    with shop.portal.installation.database.reading() as connection:
        reference: str = connection.execute(select(payment.c.reference)).scalar_one()

    by, transfer = access_of_operator("Hedy Lamarr"), Transferred("B1", reference, 3_020)
    done = take_in(shop.portal.installation, by, transfer, NOW)
    paid, order = plain(client.get(path).text), plain(client.get(path.removesuffix("/payment")).text)

    assert "Waits for your payment" in waiting
    assert (done.state, done.missing, done.repeated) == ("ordered", 0, False)
    assert "Thank you, your payment is there" in paid
    assert all(text in order for text in ("Came in 30.20 €", "Paid", "11,380"))
    assert "Go to the payment" not in order


@pytest.mark.parametrize(("choice", "shown"), [
    ({"pay": "least"}, ("−7,200", "72.00 €")), ({"pay": "own", "own": "8,001"}, ("−8,001", "63.99 €")),
    ({"pay": "most"}, ("−11,380", "30.20 €"))])
def test_how_many_points_are_used_is_a_choice(shop: Shop, choice: dict[str, str], shown: tuple[str, str]) -> None:
    client = shop.portal.signed_in()
    add(client, "DRILL-12", "2")

    sent(client, "/checkout/money", **choice)

    words = plain(client.get("/checkout").text)
    assert all(text in words for text in shown)
    ordered(client)


@pytest.mark.parametrize("own", ["7,199", "11,381", "", "-1"])
def test_a_number_that_does_not_fit_is_told_at_its_field(shop: Shop, own: str) -> None:
    client = shop.portal.signed_in()
    add(client, "DRILL-12", "2")

    answer = client.post("/checkout/money", data=filled(client, "/checkout/money", pay="own", own=own))

    assert answer.status_code == 422
    assert "7,200" in plain(answer.text) or "0 or more" in plain(answer.text)


def test_who_has_enough_points_pays_with_points_unless_he_wants_otherwise(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "DRILL-12")

    before = plain(client.get("/checkout").text)
    sent(client, "/checkout/money", pay="least")
    after = plain(client.get("/checkout").text)

    assert "Order for 7,200 points" in before
    assert "Nothing: you pay with points alone." in before
    assert "36.00 €" in after
    assert "Order with obligation to pay" in after


def test_too_few_points_for_the_least_share_is_no_order(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "DRILL-12", "4")

    cart, checkout = client.get("/cart").text, client.get("/checkout")

    assert "points are missing" in cart
    assert 'href="/checkout"' not in cart
    assert checkout.headers["location"] == "/cart"
    assert client.get("/checkout/money").headers["location"] == "/cart"


def test_without_a_provider_there_is_no_word_of_money(tmp_path: Path, sqlite_database: Database) -> None:
    shop = open_shop(tmp_path, sqlite_database)
    client = shop.portal.signed_in()
    add(client, "DRILL-12")

    assert "money" not in plain(client.get("/cart").text + client.get("/checkout").text).lower()
    assert client.get("/checkout/money").headers["location"] == "/cart"
    assert client.post("/payments/till/messages", content=b"x").status_code == 404


def test_the_whole_order_is_cancelled_until_it_is_paid(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "DRILL-12", "2")
    order = ordered(client).removesuffix("/payment")

    page = client.get(order).text
    client.post(f"{order}/cancel", data={"line": "1", "quantity": "1"})
    part = plain(client.get(order).text)
    client.post(f"{order}/cancel")
    whole = plain(client.get(order).text)

    assert 'name="line"' not in page
    assert "This order waits for its money." in part
    assert "Cancelled. 11,380 points are back" in whole
    assert "no money is asked for any more" in plain(client.get(f"{order}/payment").text)
    assert (balance(client), shop.stock()) == ("11,380", (7, 0))


def test_the_same_form_sent_twice_is_one_order_and_one_payment(online: Shop, till: Till) -> None:
    client = online.portal.signed_in()
    add(client, "DRILL-12", "2")
    form = checked(client)

    first, second = client.post("/checkout", data=form), client.post("/checkout", data=form)

    assert first.headers["location"].split("/")[2] == second.headers["location"].split("/")[2]
    assert len(till.begun) == 1
    [wanted] = till.begun.values()
    assert (wanted.amount, wanted.currency, wanted.locale) == (3_020, "EUR", "en")
    assert wanted.back == f"https://portal.example{first.headers['location']}"


def test_a_browser_that_comes_back_is_not_believed_and_the_provider_is_asked(online: Shop, till: Till) -> None:
    client = online.portal.signed_in()
    add(client, "DRILL-12", "2")
    path = ordered(client)
    [key] = till.begun

    page = client.get(path).text
    lied = plain(client.get(f"{path}?paid=yes").text)
    till.pays(key, 3_020)
    told = plain(client.get(path).text)

    assert f'href="https://till.example/{key}"' in page
    assert "We wait for your payment" in lied
    assert "Thank you, your payment is there" in told


def test_a_message_counts_only_with_its_signature(online: Shop, till: Till) -> None:
    client, bank = online.portal.signed_in(), online.portal.visitor()
    add(client, "DRILL-12", "2")
    path = ordered(client)
    [key] = till.begun
    body = f"{key}:3020".encode()

    def post(name: str, **headers: str) -> int:
        return bank.post(f"/payments/{name}/messages", content=body, headers=headers).status_code

    forged = post("till"), post("till", signature="mine"), post("bank", signature="till")
    before = plain(client.get(path).text)
    good = post("till", signature="till"), post("till", signature="till")
    broken = bank.post("/payments/till/messages", content=b"\xff:1", headers={"signature": "till"}).status_code

    assert (forged, good, broken) == ((403, 403, 404), (204, 204), 503)
    assert "We wait for your payment" in before
    assert "Thank you, your payment is there" in plain(client.get(path).text)
    assert bank.get("/payments/till/messages").status_code == 405


def test_a_service_that_does_not_answer_can_be_tried_again(online: Shop, till: Till) -> None:
    client = online.portal.signed_in()
    add(client, "DRILL-12", "2")
    till.begins = lambda wanted: Begun(PaymentAnswer.UNKNOWN)
    path = ordered(client)

    silent = client.get(path).text
    till.begins = None
    again = client.post(path)

    assert "does not answer at the moment" in silent
    assert f'action="{path}"' in silent
    assert again.headers["location"] == path
    assert "https://till.example/" in client.get(path).text


def test_others_see_nothing_of_it(shop: Shop) -> None:
    client = shop.portal.signed_in()
    add(client, "MUG-RED", "1")
    sent(client, "/checkout/money", pay="least")
    path = ordered(client)

    other = shop.portal.signed_in("1002")

    assert (other.get(path).status_code, other.post(path).status_code) == (404, 404)


def test_the_page_of_a_reward_and_its_card_say_what_it_takes_now(shop: Shop) -> None:
    client = shop.portal.signed_in()
    within = plain(client.get("/rewards/DRILL").text)
    shop.change(TOOL, variant_points="14400")
    too_dear, card = client.get("/rewards/DRILL").text, plain(client.get("/rewards").text)
    shop.change(TOOL, variant_points="30000")
    far = client.get("/rewards/DRILL").text
    shop.change(TOOL, variant_points="14400", with_money="no")
    points_alone = client.get("/rewards/DRILL").text

    assert "Or with fewer points: from 3,600 points + 36.00 €. You choose at checkout. including 19% VAT" in within
    assert "Now for 11,380 points + 30.20 €" in plain(too_dear)
    assert "the 3,020 that are missing you pay with money at checkout. including 19% VAT" in plain(too_dear)
    assert 'action="/cart/lines"' in too_dear
    assert "Now for 11,380 points + 30.20 €" in card
    for html, missing in ((far, "18,620"), (points_alone, "3,020")):
        assert f"{missing} points are missing" in plain(html)
        assert "€" not in plain(html)
        assert 'action="/cart/lines"' not in html


def test_a_reward_that_takes_no_money_says_so_in_the_cart(shop: Shop) -> None:
    shop.change(MUG, with_money="no")
    client = shop.portal.signed_in()
    add(client, "MUG-RED", "1")

    assert "pay part of it with money" not in client.get("/cart").text


def test_a_clerk_notes_money_on_the_page_of_the_order(shop: Shop) -> None:
    client, clerk = shop.portal.signed_in(), shop.portal.in_office("admin")
    add(client, "DRILL-12", "2")
    path = f"/office{ordered(client).removesuffix('/payment')}"

    listed, before = plain(clerk.get("/office/orders?state=unpaid").text), plain(clerk.get(path).text)
    part = plain(sent(clerk, f"{path}/money", amount="10.20", transfer="B1"))
    again = plain(sent(clerk, f"{path}/money", amount="10.20", transfer="B1"))
    wrong = clerk.post(f"{path}/money", data=filled(clerk, f"{path}/money", amount="5", transfer="B1"))
    done = plain(sent(clerk, f"{path}/money", amount="20", transfer="B2"))

    assert "Waits for its money" in listed
    assert "Asked for 30.20 €" in before
    assert "20.00 € are still missing" in part
    assert "Nothing changed" in again
    assert (wrong.status_code, "known with another amount" in wrong.text) == (422, True)
    assert "All of the money is there" in done
    assert "Thank you, your payment is there" in plain(client.get(path.removeprefix("/office") + "/payment").text)


def test_a_transfer_of_another_order_is_shown_beside_this_one_and_split_on_purpose(shop: Shop) -> None:
    client, clerk = shop.portal.signed_in(), shop.portal.in_office("admin")
    first, path = (_waiting(client) for _ in range(2))
    sent(clerk, f"{first}/money", amount="30.20", transfer="B1")

    both = clerk.post(f"{path}/money", data=filled(clerk, f"{path}/money", amount="12.50", transfer="B1"))
    split = clerk.post(f"{path}/money", data=filled(clerk, f"{path}/money", amount="12.50", transfer="B1", split="1"))

    assert both.status_code == 409
    assert f'href="{first}"' in both.text
    told = plain(both.text)
    assert [part in told for part in ("30.20 €", "12.50 €", "noted for another order", "several orders")] == [True] * 4
    assert "several orders" not in clerk.get(f"{path}/money").text
    assert split.status_code == 303
    assert "Came in 12.50 €" in plain(clerk.get(path).text)


def _waiting(client: TestClient) -> str:
    """A drill that waits for as much money as may be: its path in the service centre."""
    add(client, "DRILL-12", "1")
    sent(client, "/checkout/money", pay="least")
    return f"/office{ordered(client).removesuffix('/payment')}"


def test_without_money_the_desk_has_no_word_of_it(tmp_path: Path, sqlite_database: Database) -> None:
    shop = open_shop(tmp_path, sqlite_database)
    client, clerk = shop.portal.signed_in(), shop.portal.in_office("admin")
    add(client, "MUG-RED")
    order = client.post("/checkout", data=checked(client)).headers["location"].removesuffix("/placed")

    answer = clerk.get(f"/office{order}/money")

    assert answer.headers["location"] == f"/office{order}"
    assert "money" not in plain(clerk.get(f"/office{order}").text + clerk.get("/office/orders").text).lower()
    assert client.get(f"{order}/payment").headers["location"] == order
