"""What can happen to an order between cart and parcel, by real HTTP: what people read, and what is in the books."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.portal import NOW
from tests.support.served import Person, in_the_portal, read
from tests.support.shops import MUG, SHOP, TOOL, Shop, open_shop
from tests.support.supplier_server import Supplier, supplier_server
from treuwerk.domain.catalogue import Window
from treuwerk.domain.ledger import instant
from treuwerk.domain.promotions import Promotion
from treuwerk.services.ledger.expiring import expire
from treuwerk.services.orders.handing_over import HandedOver, hand_over
from treuwerk.services.proof.verifying import verify
from treuwerk.services.rewards.arranging import write
from treuwerk.store.database import Database
from treuwerk.store.promotions import PROMOTIONS, spent

BERLIN, HOUR = ZoneInfo("Europe/Berlin"), 3_600_000_000
LAST_MINUTE = instant(datetime(2026, 11, 21, 23, 59, tzinfo=BERLIN))
NEXT_DAY = LAST_MINUTE + 2 * 60_000_000
ORDER = re.compile(r"/orders/ord_\w+")
AUTUMN = Promotion("autumn", {"de": "Herbst", "en": "Autumn", "fr": "Automne"}, published=True, rewards=("MUG",),
                   percent=Decimal(50), budget=1_000, window=Window(last=date(2026, 11, 21)))


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    """A drill of 7,200 points and a mug of 500; company 1001 has 11,380."""
    return open_shop(tmp_path, database)


def holds(shop: Shop) -> bool:
    return verify(shop.portal.installation.database).ok


def put(person: Person, variant: str, pieces: int = 1) -> None:
    assert person.send("/cart/lines", variant=variant, quantity=str(pieces)).status == 303


def ordered(person: Person) -> str:
    """Press the button; the path of the order."""
    answer = person.send("/checkout", **person.form("/checkout"))
    found = ORDER.match(answer.location)
    assert found, (answer.status, answer.location)
    assert "Thank you for your order" in person.follow(answer).text
    return found[0]


def balance(person: Person) -> str:
    found = re.search(r'aria-label="([\d,]+) bonus points available"', person.see("/cart").text)
    assert found
    return found[1]


def test_the_same_form_sent_twice_is_one_order(shop: Shop) -> None:
    with in_the_portal(shop.portal, NOW) as person:
        put(person, "DRILL-12")
        form = person.form("/checkout")

        first, second = person.send("/checkout", **form), person.send("/checkout", **form)

        assert (first.status, second.status) == (303, 303)
        assert first.location == second.location
        assert "Thank you for your order" in person.follow(second).text
        assert len(set(ORDER.findall(person.see("/orders").text))) == 1
        assert (balance(person), shop.stock()) == ("4,180", (7, 1))
    assert holds(shop)


def test_a_form_that_was_sent_is_no_other_order_with_another_cart(shop: Shop) -> None:
    with in_the_portal(shop.portal, NOW) as person:
        put(person, "MUG-RED")
        form = person.form("/checkout")
        first = person.send("/checkout", **form)
        put(person, "MUG-RED", 3)

        second = person.send("/checkout", **form)

        assert second.location == first.location
        assert (balance(person), shop.cart()) == ("10,880", [("MUG-RED", 3, False)])


def test_a_promotion_that_ends_while_the_reward_is_in_the_cart_is_told_before_anything_is_paid(shop: Shop) -> None:
    with shop.portal.installation.database.writing() as connection:
        write(connection, PROMOTIONS, [(AUTUMN, 0)], "tests", "page", NOW)

    with in_the_portal(shop.portal, LAST_MINUTE) as person:
        put(person, "MUG-RED", 2)
        form = person.form("/checkout")
        promised = person.words("/checkout")
        person.now = NEXT_DAY
        refused = person.send("/checkout", **form)
        asked, told = read(person.follow(refused).text), person.words("/cart")
        path = ordered(person)
        stands = person.words(path)

        assert "Order for 500 points" in promised
        assert (refused.status, refused.location) == (303, "/checkout")
        assert "Something changed since you checked your order." in asked
        assert "Order for 1,000 points" in asked
        assert "The promotion is over" in told, told
        assert "2 × 500 bonus points" in stands
        assert balance(person) == "10,380"
    with shop.portal.installation.database.reading() as connection:
        assert spent(connection) == {"autumn": 0}
    assert holds(shop)


def test_an_order_before_midnight_has_the_price_of_the_promotion(shop: Shop) -> None:
    with shop.portal.installation.database.writing() as connection:
        write(connection, PROMOTIONS, [(AUTUMN, 0)], "tests", "page", NOW)

    with in_the_portal(shop.portal, LAST_MINUTE) as person:
        put(person, "MUG-RED", 2)
        path = ordered(person)
        person.now = NEXT_DAY

        assert "2 × 250 bonus points" in person.words(path)
        assert balance(person) == "10,880"
    assert holds(shop)


def test_evidence_of_origin_that_ends_while_the_reward_is_in_the_cart_bars_it_until_it_is_renewed(shop: Shop) -> None:
    shop.change(MUG, origin_valid_until="2026-11-21")

    with in_the_portal(shop.portal, LAST_MINUTE) as person:
        put(person, "MUG-RED")
        form = person.form("/checkout")
        person.now = NEXT_DAY
        refused = person.send("/checkout", **form)
        led = person.follow(refused)
        told, shown = read(led.text), person.see("/rewards/MUG").status
        again = person.send("/cart/lines", variant="MUG-RED", quantity="1")
        twice = person.words("/cart")

        assert (refused.status, refused.location) == (303, "/checkout")
        assert "not offered any more" in told
        assert "Go to checkout" not in told
        assert (shown, again.status) == (404, 303)
        assert "This reward is not offered to you at the moment." in twice
        assert (balance(person), shop.cart()) == ("11,380", [("MUG-RED", 1, False)])

        shop.change(MUG, origin_valid_until="2027-11-21")
        ordered(person)
        assert balance(person) == "10,880"
    assert holds(shop)


@pytest.fixture
def short_lived(tmp_path: Path, database: Database) -> Shop:
    """Points end with the year in which they were earned, and orders can be cancelled for two months."""
    programme = SHOP.replace('after = "36M", rounding', 'after = "0M", rounding').replace(
        "[rewards.pricing]", '[rewards.orders]\ncancel_within = "60D"\n\n[rewards.pricing]', 1)
    return open_shop(tmp_path, database, programme)


def test_what_is_cancelled_after_its_points_expired_says_so_and_makes_no_points_immortal(short_lived: Shop) -> None:
    installation = short_lived.portal.installation
    next_year = instant(datetime(2027, 1, 5, 10, tzinfo=BERLIN))

    with in_the_portal(short_lived.portal, NOW) as person:
        before = balance(person)
        put(person, "MUG-RED", 2)
        path = ordered(person)
        person.now = next_year
        expire(installation, next_year)
        person.sign_in()
        answer = person.send(f"{path}/cancel")
        told, history = read(person.follow(answer).text), person.words("/account")

        assert before == "10,980"
        assert "Cancelled. 1,000 points came back. 1,000 of them had expired meanwhile, so they are gone." in told
        assert balance(person) == "0"
        assert "Order, cancelled:" in history
    assert short_lived.stock() == (7, 0)
    assert holds(short_lived)


@pytest.fixture
def supplier() -> Iterator[Supplier]:
    with supplier_server() as found:
        yield found


def test_a_supplier_that_accepts_and_times_out_delivers_once(
        tmp_path: Path, database: Database, supplier: Supplier) -> None:
    channel = (f'[[suppliers]]\nname = "house"\nchannel = "order_http"\nurl = "{supplier.url}"\nseconds = 1\n\n'
               "[[constraints]]")
    shop = open_shop(tmp_path, database, SHOP.replace('"goods"', '"goods", "order_http"').replace(
        "[[constraints]]", channel, 1))
    shop.bring({**TOOL, "supplier": "house"})
    installation, supplier.silent = shop.portal.installation, True

    with in_the_portal(shop.portal, NOW) as person:
        put(person, "DRILL-12")
        path = ordered(person)
        person.now = NOW + 3 * HOUR
        person.sign_in()
        first = hand_over(installation, person.now)
        unsure, late = person.words(path), person.send(f"{path}/cancel")
        cannot = read(person.follow(late).text)
        person.now += HOUR
        second = hand_over(installation, person.now)
        known = person.words(path)

        assert (first, second) == (HandedOver(made=1, unknown=1), HandedOver(accepted=1))
        assert "Handed over to the supplier" not in unsure
        assert "The time in which you can cancel yourselves is over." in cannot
        assert "Being prepared" in known
        assert "Handed over to the supplier" in known
    assert len(supplier.came) == len(supplier.has) == 1
    [content] = supplier.has.values()
    assert [(line["variant"], line["quantity"]) for line in content["lines"]] == [("DRILL-12", 1)]
    assert holds(shop)
