"""The points account in a real browser: by eye width, by keyboard, in the dark, without script."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.keyboard import MOST_PRESSES
from tests.support.portal import PASSWORD

PAGES = ("/", "/account", "/purchases", "/_styleguide", "/_styleguide/office")


def test_from_signing_in_to_the_reason_for_the_points(visitors: Visitors) -> None:
    page = visitors.signing_in()
    page.goto("/account")

    page.get_by_role("searchbox").fill("LS-2")
    page.get_by_role("button", name="Apply filters").click()
    page.locator("summary", has_text="Why these points?").click()

    expect(page.get_by_role("row", name=re.compile(r"SYSTEM ×\s*2 2,480"))).to_be_visible()
    page.get_by_role("link", name="Everything about this booking").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why these points?")
    expect(page.get_by_text("Usable from 6 May 2026 until 31 December 2029")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_language_and_appearance_are_switched_on_the_page(visitors: Visitors, *, script: bool) -> None:
    page = visitors.signed_in(script=script)

    page.get_by_text("Language and appearance").locator("..").click()
    page.get_by_role("button", name="Français").click()
    page.get_by_text("Langue et apparence").locator("..").click()
    page.get_by_role("button", name="Sombre").click()

    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("html")).to_have_attribute("data-scheme", "dark")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bonjour")


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("locale", ["de-DE", "fr-FR"])
def test_nothing_is_wider_than_the_window(visitors: Visitors, width: int, locale: str) -> None:
    page = visitors.signed_in(width=width, locale=locale)

    for path in PAGES:
        page.goto(path)
        for summary in page.locator("main details.why > summary").all()[:3]:
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        assert page.evaluate(
            "[...document.querySelectorAll('.hero .number')].every(n => n.scrollWidth <= n.clientWidth)"), path


def test_everything_works_without_script(visitors: Visitors) -> None:
    page = visitors.signed_in(script=False)
    page.goto("/account")

    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("link", name="Newest")).to_be_visible()
    page.get_by_role("link", name="Purchases").first.click()
    page.locator("#purchases-year").select_option("2025")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_text("LS-1, line 10")).to_be_visible()
    page.get_by_text("Your login").locator("..").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_everything_works_by_keyboard(visitors: Visitors) -> None:
    page = visitors.window()
    page.goto("/login")
    press(page, "Tab", until="#content")
    page.keyboard.press("Enter")
    press(page, "Tab", until="login")
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{visitors.site.url}/")

    press(page, "Tab", until="/account")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{visitors.site.url}/account")
    press(page, "Tab", until="Why these points?")
    page.keyboard.press("Enter")

    expect(page.locator("details.why[open]")).to_have_count(1)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def press(page: Page, key: str, until: str) -> None:
    """Press a key until the focus is on an element with this id, target or words."""
    for _ in range(MOST_PRESSES):
        page.keyboard.press(key)
        found = page.evaluate("(e => [e.id, e.getAttribute('href'), e.textContent].join(' '))(document.activeElement)")
        if until in found:
            return
    raise AssertionError(f"{until} is not reached by {key}")


def test_a_menu_closes_on_escape_and_gives_the_focus_back(visitors: Visitors) -> None:
    page = visitors.signed_in()
    page.get_by_text("Your login").locator("..").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    assert "Your login" in page.evaluate("document.activeElement.textContent")


def test_a_wrong_password_leads_to_the_field(visitors: Visitors) -> None:
    page = visitors.window()
    page.goto("/login")
    page.locator("#login").fill("anna")
    page.locator("#password").fill("wrong password")

    page.locator("main button.button-main").click()

    expect(page.get_by_role("alert")).to_contain_text("Login name and password do not match.")
    expect(page.locator("#login")).to_have_value("anna")
    assert page.evaluate("document.querySelector('#login').getAttribute('aria-describedby')") == "login-error"
    visitors.take_refusal(422)


def test_the_own_typeface_is_used_and_figures_stand_in_columns(visitors: Visitors) -> None:
    page = visitors.signed_in()

    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Inter'))")
    assert "tabular-nums" in page.evaluate(
        "getComputedStyle(document.querySelector('.hero .number')).fontVariantNumeric")


def test_dark_is_dark(visitors: Visitors) -> None:
    light, dark = (visitors.signed_in(scheme=scheme).evaluate(
        "getComputedStyle(document.body).backgroundColor") for scheme in ("light", "dark"))

    assert light.startswith("oklch(0.98")
    assert dark.startswith("oklch(0.17")


def test_the_statement_prints_as_black_on_white(visitors: Visitors) -> None:
    page = visitors.signed_in(scheme="dark")

    page.emulate_media(media="print")

    expect(page.locator(".tabs")).to_be_hidden()
    expect(page.locator(".filters")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('.hero')).colorScheme") == "light"
    assert page.evaluate("getComputedStyle(document.body).color").startswith("oklch(0.2")
