"""Passkeys in a real browser with a device of its own, and every other way in without a script."""

import re

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import Visitors
from tests.support.portal import NOW, PASSWORD
from treuwerk.services.identity.linking import make_link_code


def with_device(page: Page) -> CDPSession:
    """Plug a device into this window that holds passkeys and knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})
    return session


def on_localhost(visitors: Visitors) -> Page:
    """A window at the name that passkeys are good for: an address of numbers is no host for them."""
    url = visitors.site.url.replace("127.0.0.1", "localhost")
    page = visitors.window()
    page.context.add_cookies([{"name": "__Host-locale", "value": "en", "secure": True,
                               "url": url.replace("http:", "https:")}])
    page.goto(f"{url}/login")
    page.locator("#login").fill("pia")
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r"http://localhost:\d+/$"))
    return page


def test_a_passkey_is_made_named_used_and_removed(visitors: Visitors) -> None:
    visitors.site.portal.add_login("pia", "1001")
    page = on_localhost(visitors)
    base = page.url.rstrip("/")
    with_device(page)

    page.goto(f"{base}/profile/security")
    page.get_by_label("Name of the device").fill("Work phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    expect(page.get_by_text("Work phone").first).to_be_visible()

    page.context.clear_cookies(name="__Host-sid")
    page.goto(f"{base}/login?next=/purchases")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{base}/purchases")

    page.goto(f"{base}/profile/security")
    expect(page.get_by_text("last used on")).to_be_visible()
    page.get_by_role("button", name="Remove Work phone").click()
    expect(page.get_by_text("You have no passkey yet.")).to_be_visible()


def test_a_device_without_a_passkey_is_told_what_to_do(visitors: Visitors) -> None:
    page = visitors.window()
    page.goto(visitors.site.url.replace("127.0.0.1", "localhost") + "/login")
    with_device(page)

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("alert").filter(has_text="Your device gave no passkey.")).to_be_visible()


def test_the_first_login_works_without_a_script(visitors: Visitors) -> None:
    portal = visitors.site.portal
    code = make_link_code(portal.installation.database, portal.account("1001"), NOW, role="member",
                          created_by="Olga Office")
    page = visitors.window(script=False)

    page.goto("/login")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)
    page.get_by_role("link", name=re.compile("First time here")).click()
    page.get_by_label("Customer number").fill("1001")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Login name").fill("bea")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Link my company").click()

    page.wait_for_url(f"{visitors.site.url}/")


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_of_these_pages_is_wider_than_the_window(visitors: Visitors, width: int) -> None:
    visitors.site.portal.add_login("pia", "1001")
    page = visitors.signed_in(width=width, locale="de-DE")

    for path in ("/profile/security", "/profile/company", "/confirm", "/first-login", "/office/login"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
