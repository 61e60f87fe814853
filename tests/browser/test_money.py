"""Points plus money in a real browser: the choice, the check, the page that waits, and what the clerk sees of it.

The programme of the other tests takes no money, so that these pages are looked at here.
"""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from tests.browser.conftest import ADMIN, MANAGER, Site, Visitors, serving
from tests.browser.test_accessibility import faults
from tests.conftest import create_schema
from tests.engine.shop.test_money_at_checkout import WITH_MONEY
from tests.support.portal import NOW
from tests.support.shops import Shop, open_shop
from treuwerk.services.deployment import Deployment
from treuwerk.services.identity.users import add_user, grant_role
from treuwerk.store.database import Database
from treuwerk.store.tables import local_login
from treuwerk.web.application import create_app


@pytest.fixture
def till(tmp_path: Path, chromium: Browser) -> Iterator[Visitors]:
    """Windows onto a shop that takes money by transfer."""
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    create_schema(url)
    database = Database(url)
    shop = open_shop(tmp_path, database, WITH_MONEY)
    app = create_app(shop.portal.installation, clock=lambda: NOW, deployment=Deployment(per_source=0, per_session=0))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        with serving(app, listener) as address:
            visitors = Visitors(chromium, Site(address, shop.portal, _users(shop)))
            yield visitors
            visitors.close()
    database.close()
    assert visitors.complaints == []


def _users(shop: Shop) -> dict[str, int]:
    shop.portal.add_login("anna", "1001")
    with shop.portal.installation.database.writing() as connection:
        anna = connection.execute(select(local_login.c.user_id).where(local_login.c.login == "anna")).scalar_one()
        ada = add_user(connection, "Ada Admin", NOW)
        grant_role(connection, ada, "admin", NOW, granted_by="the tests")
    return {MANAGER: anna, ADMIN: ada}


def test_who_has_too_few_points_pays_the_rest_and_a_clerk_notes_it(till: Visitors, axe: str) -> None:
    page, found = till.signed_in(MANAGER), {}
    page.goto("/rewards/DRILL")
    page.get_by_label("Pieces", exact=True).fill("2")
    page.get_by_role("button", name="Put into the cart").click()
    page.locator(".message a[href='/cart']").wait_for()

    page.goto("/checkout/money")
    found["choice"] = faults(page, axe)
    page.goto("/checkout")
    found["check"] = faults(page, axe)
    page.get_by_role("button", name="Order with obligation to pay").click()
    page.wait_for_url("**/payment")
    expect(page.locator("main")).to_contain_text("We wait for your payment")
    found["payment"] = faults(page, axe)
    order = page.url.rpartition("/orders/")[2].partition("/")[0]
    page.goto(f"/orders/{order}")
    found["order"] = faults(page, axe)
    clerk = till.signed_in(ADMIN)
    clerk.goto(f"/office/orders/{order}")
    found["desk"] = faults(clerk, axe)
    clerk.goto(f"/office/orders/{order}/money")
    found["note"] = faults(clerk, axe)

    assert {name: wrong for name, wrong in found.items() if wrong} == {}
