"""Journey 4: two people of a company order the last piece with the last points at once, by keyboard at 320 px."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from tests.browser.conftest import MANAGER, Site, Visitors, serving
from tests.browser.keyboard import tab_to, words
from tests.conftest import create_schema
from tests.support.company import add_colleague
from tests.support.portal import NOW
from tests.support.shops import TOOL, Shop, open_shop
from treuwerk.domain.rights import Audience
from treuwerk.services.deployment import Deployment
from treuwerk.services.identity.sessions import open_session
from treuwerk.store.database import Database
from treuwerk.store.tables import journal, reward_order
from treuwerk.web.application import create_app

ALL = "11380"
LOCALES = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR"}


@pytest.fixture
def sold_once(tmp_path: Path) -> Iterator[tuple[Site, Shop]]:
    """A shop with one drill that costs all points of company 1001, served on loopback."""
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    create_schema(url)
    database = Database(url)
    shop = open_shop(tmp_path, database)
    shop.change(TOOL, stock="1", variant_points=ALL)
    users = {MANAGER: add_colleague(shop.portal, "Anna Berg"), "second": add_colleague(shop.portal, "Bruno Feld")}
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        app = create_app(shop.portal.installation, clock=lambda: NOW, deployment=Deployment(per_source=0,
                                                                                           per_session=0))
        with serving(app, listener) as address:
            yield Site(address, shop.portal, users), shop
    database.close()


def window(browser: Browser, site: Site, user: str, language: str, *, script: bool) -> tuple[Visitors, Page]:
    """A window of a user of the company, narrow and in a language."""
    visitors = Visitors(browser, site)
    page = visitors.window(width=320, locale=LOCALES[language], script=script)
    with site.portal.installation.database.writing() as connection:
        token = open_session(connection, site.users[user], NOW, method="passkey", audience=Audience.PORTAL,
                             acts_for=(site.portal.account("1001"), 0))
    page.context.add_cookies([{"name": "__Host-sid", "value": token, "secure": True,
                               "url": site.url.replace("http:", "https:")}])
    return visitors, page


def to_the_last_button(page: Page, language: str) -> None:
    """From the reward to the page on which the order is checked, by keyboard."""
    page.goto("/rewards/DRILL")
    tab_to(page, words(language, "Put into the cart"))
    page.keyboard.press("Enter")
    page.locator(".message a[href='/cart']").wait_for()
    page.goto("/cart")
    tab_to(page, words(language, "Go to checkout"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator("#page-form button").focus()


@pytest.mark.parametrize(("language", "script"), [("en", True), ("de", False), ("fr", True)])
def test_journey_4_two_order_the_last_piece_at_once_and_one_gets_it(
        chromium: Browser, sold_once: tuple[Site, Shop], language: str, script: bool) -> None:
    site, shop = sold_once
    windows = [window(chromium, site, user, language, script=script) for user in (MANAGER, "second")]
    pages = [page for _, page in windows]
    for page in pages:
        to_the_last_button(page, language)

    for page in pages:
        page.keyboard.press("Enter")
    for page in pages:
        expect(page.locator("h1")).not_to_have_text(words(language, "Check your order"))

    placed = [page for page in pages if page.url.endswith("/placed")]
    assert len(placed) == 1
    [other] = [page for page in pages if page not in placed]
    expect(placed[0].locator("h1")).to_have_text(words(language, "Thank you for your order"))
    expect(other.locator("main")).to_contain_text(re.compile("|".join(words(language, said) for said in (
        "Your order was not placed", "It is sold out by now. Save it for later, or remove it."))))
    assert shop.stock() == (1, 1)
    assert [line[0] for line in shop.cart()] == ["DRILL-12"]
    again(placed[0], language)
    with shop.portal.installation.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(reward_order)).scalar_one() == 1
        assert connection.execute(select(func.count()).where(journal.c.kind == "redemption")).scalar_one() == 1
    for visitors, _ in windows:
        visitors.close()


def again(page: Page, language: str) -> None:
    """Back to where the button was: there is nothing to be ordered a second time."""
    page.go_back()
    page.wait_for_url("**/cart")
    expect(page.locator("main")).to_contain_text(words(language, "Your cart is empty"))
