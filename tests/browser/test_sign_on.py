"""Single sign-on in a real browser, against a real provider on another site: in, silently, out on both sides."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visitors
from tests.browser.signing_on import listener, people, sign_on_site, works
from tests.support.openid_provider import PASSWORD, RunningProvider

__all__ = ["listener", "people", "sign_on_site", "works"]


def sign_in(page: Page, wanted: str = "/purchases", password: str = PASSWORD) -> None:
    page.goto(wanted)
    page.get_by_role("button", name="Sign in with Works account").click()
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize("script", [True, False])
def test_somebody_signs_in_there_and_arrives_where_he_wanted_to(people: Visitors, sign_on_site: Site, *,
                                                               script: bool) -> None:
    page = people.window(script=script)

    sign_in(page)

    page.wait_for_url(f"{sign_on_site.url}/purchases")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    [session] = [cookie for cookie in page.context.cookies() if cookie.get("name") == "__Host-sid"]
    assert (session.get("secure"), session.get("httpOnly"), session.get("sameSite")) == (True, True, "Lax")
    assert [cookie for cookie in page.context.cookies() if "sso" in cookie.get("name", "")] == []


def test_a_wrong_password_stays_there(people: Visitors, works: RunningProvider) -> None:
    page = people.window()

    sign_in(page, password="guessed")

    expect(page.get_by_text("Wrong password")).to_be_visible()
    assert page.url.startswith(works.issuer)


def test_whoever_cancels_comes_back_and_may_begin_again(people: Visitors) -> None:
    page = people.window()
    page.goto("/purchases")
    page.get_by_role("button", name="Sign in with Works account").click()

    page.get_by_role("button", name="Cancel").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You did not sign in")
    page.get_by_role("button", name="Sign in again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Works login")


def test_the_next_day_nobody_is_asked(people: Visitors, sign_on_site: Site) -> None:
    page = people.window()
    sign_in(page)
    page.wait_for_url(f"{sign_on_site.url}/purchases")
    page.context.clear_cookies(name="__Host-sid")

    page.goto("/account")

    page.wait_for_url(f"{sign_on_site.url}/account")
    expect(page.locator("summary", has_text="Your login")).to_be_visible()


def test_signing_out_ends_both_sides_and_stays_so(people: Visitors, sign_on_site: Site) -> None:
    page = people.window()
    sign_in(page)
    page.wait_for_url(f"{sign_on_site.url}/purchases")

    page.locator("summary", has_text="Your login").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign me out").click()

    page.wait_for_url(f"{sign_on_site.url}/login")
    page.get_by_role("button", name="Sign in with Works account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Works login")


def test_signing_out_there_ends_the_session_here(people: Visitors, works: RunningProvider, sign_on_site: Site) -> None:
    """Over the back channel: the provider's server calls ours, and no browser has a part in it."""
    page = people.window()
    sign_in(page)
    page.wait_for_url(f"{sign_on_site.url}/purchases")
    elsewhere = page.context.new_page()

    elsewhere.goto(f"{works.issuer}/session/end")
    elsewhere.get_by_role("button", name="Sign me out").click()
    elsewhere.wait_for_url("**/session/end/success")

    page.context.clear_cookies(name="__Host-via")
    page.reload()
    page.wait_for_url(f"{sign_on_site.url}/login?next=/purchases")
    expect(page.get_by_role("button", name="Sign in with Works account")).to_be_visible()
