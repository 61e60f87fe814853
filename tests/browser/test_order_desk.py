"""The order desk in a real browser, by keyboard: a parcel is noted, arrives, and the participant follows it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ADMIN, MANAGER, Site, Visitors
from tests.browser.walking import ordered_by_manager


def press(page: Page, role: str, name: str) -> None:
    """Go to something by the keyboard and press it."""
    wanted = page.locator("main").get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    wanted.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("width", "script"), [(1280, True), (320, False)])
def test_a_clerk_sends_an_order_by_keyboard(visitors: Visitors, site: Site, width: int, script: bool) -> None:
    order = ordered_by_manager(site)
    page = visitors.signed_in(ADMIN, width=width, script=script)
    page.goto(f"/office/orders?q={order}")
    page.locator(f'a[href="/office/orders/{order}"]').focus()
    page.keyboard.press("Enter")

    press(page, "link", "Note a parcel")
    page.locator("#carrier").focus()
    page.keyboard.type("Post")
    page.locator("#tracking").focus()
    page.keyboard.type("0034 7")
    press(page, "button", "Go on and check")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    press(page, "button", "Note the parcel")
    expect(page.get_by_role("status").first).to_contain_text("The parcel is noted.")

    press(page, "button", "It is there")
    expect(page.get_by_role("status").first).to_contain_text("The parcel is noted as delivered.")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    own = visitors.signed_in(MANAGER, width=width, script=script)
    own.goto(f"/orders/{order}")
    expect(own.get_by_role("region", name="Parcels")).to_contain_text("Post 0034 7")
    assert own.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
