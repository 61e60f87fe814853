"""Lists in a real browser: exchanged in place with a script, whole pages without one, both with the same address."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors

_TOO_WIDE = """document.documentElement.scrollWidth <= document.documentElement.clientWidth ? []
  : [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth)
    .map(e => e.outerHTML.slice(0, 120))"""


def things(visitors: Visitors, **wishes: object) -> Page:
    page = visitors.signed_in(**wishes)
    page.goto("/things")
    page.evaluate("window.sameDocument = true")
    return page


def stayed(page: Page) -> bool:
    """Whether the page was never left."""
    return bool(page.evaluate("window.sameDocument === true"))


def test_a_filter_exchanges_the_list_only(visitors: Visitors) -> None:
    page = things(visitors)
    page.locator("#things-colour").focus()

    page.locator("#things-colour").select_option("blue")

    expect(page.get_by_role("status").filter(has_text="17 entries")).to_be_visible()
    expect(page).to_have_url(f"{visitors.site.url}/things?colour=blue&q=&since=&place=&note=")
    expect(page.locator("#things-colour")).to_be_focused()
    expect(page.get_by_role("link", name="Colour: Blue")).to_be_visible()
    assert stayed(page)


def test_typing_goes_on_while_the_list_changes(visitors: Visitors) -> None:
    page = things(visitors)
    page.locator("#things-q").focus()

    page.keyboard.type("thing 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="10 entries")).to_be_visible()
    page.keyboard.type("2")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status").filter(has_text="1 entry")).to_be_visible()
    expect(page.locator("#things-q")).to_have_value("thing 12")
    expect(page.locator("#things-q")).to_be_focused()
    assert stayed(page)


def test_sorting_keeps_the_focus_and_says_the_direction(visitors: Visitors) -> None:
    page = things(visitors)
    head = page.get_by_role("columnheader", name="Name")
    head.get_by_role("link").focus()

    page.keyboard.press("Enter")

    expect(head).to_have_attribute("aria-sort", "descending")
    expect(head.get_by_role("link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert stayed(page)


def test_pages_follow_and_going_back_goes_back(visitors: Visitors) -> None:
    page = things(visitors)
    first = page.get_by_role("rowheader").first.text_content()

    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("rowheader").first).not_to_have_text(first or "")
    assert stayed(page)
    page.go_back()

    expect(page.get_by_role("rowheader").first).to_have_text(first or "")


def test_after_the_last_page_the_focus_is_on_the_list(visitors: Visitors) -> None:
    page = things(visitors)

    for first in ("thing 10", "thing 20", "thing 30"):
        page.get_by_role("link", name="Next page").press("Enter")
        expect(page.get_by_role("rowheader").first).to_have_text(first)

    expect(page.get_by_role("link", name="Next page")).to_have_count(0)
    expect(page.locator("#list-things")).to_be_focused()


def test_signed_out_meanwhile_leads_to_the_sign_in_page(visitors: Visitors) -> None:
    page = things(visitors)
    page.context.clear_cookies()

    page.get_by_role("link", name="Next page").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_role("table")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False])
def test_everything_about_a_list_works(visitors: Visitors, *, script: bool) -> None:
    page = visitors.signed_in(script=script)
    page.goto("/things")

    page.locator("#things-colour").select_option("red")
    if not script:  # with one, the choice alone is enough
        page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("status").filter(has_text="18 entries")).to_be_visible()
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Size").check()
    page.get_by_role("button", name="Show these columns").click()
    expect(page.get_by_role("columnheader", name="Size")).to_be_visible()
    page.get_by_role("link", name="Dense rows").click()
    expect(page.locator(".list-dense")).to_be_visible()
    page.get_by_role("checkbox", name="Choose thing 00").check()
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_text("It would be done for 1 row.")).to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.get_by_role("status").filter(has_text="18 entries")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Size")).to_be_visible()
    page.get_by_role("link", name="Reset filters").click()
    expect(page.get_by_role("status").filter(has_text="35 entries")).to_be_visible()


def test_all_rows_of_a_page_are_chosen_at_once(visitors: Visitors) -> None:
    page = things(visitors)

    page.get_by_role("button", name="Choose all rows of this page").click()

    expect(page.locator("input[name=row]:checked")).to_have_count(10)


@pytest.mark.parametrize("width", [320, 1280])
def test_longer_words_overflow_nowhere(visitors: Visitors, width: int) -> None:
    page = visitors.signed_in(width=width)
    page.context.add_cookies([{"name": "__Host-locale", "value": "en_XA", "secure": True,
                               "url": visitors.site.url.replace("http:", "https:")}])

    for path in ("/account", "/purchases", "/things", "/note", "/_styleguide"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", "en-XA")
        assert page.evaluate(_TOO_WIDE) == [], path
