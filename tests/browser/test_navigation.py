"""The main navigation of the portal on a phone: one line, the rest behind a word, by keyboard and without script."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_it_takes_one_line_on_a_phone(visitors: Visitors, language: str) -> None:
    page = visitors.signed_in(width=320, locale=language)

    tabs = page.locator(".tabs")
    shown = [one.bounding_box() for one in tabs.locator("> a, > details").all() if one.is_visible()]

    assert len(shown) == 3
    assert len({round(box["y"] + box["height"] / 2) for box in shown if box}) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("script", [True, False])
def test_the_rest_is_reached_by_keyboard(visitors: Visitors, *, script: bool) -> None:
    page = visitors.signed_in(width=360, script=script)
    more = page.locator(".tabs-more")
    expect(more.get_by_role("link", name="Orders")).to_be_hidden()

    more.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(more.get_by_role("link", name="Orders")).to_be_visible()
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    more.get_by_role("link", name="Orders").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    expect(page.locator(".tabs-more > .tabs-here")).to_be_visible()
    assert first == "Purchases"


def test_on_a_desk_all_stand_side_by_side(visitors: Visitors) -> None:
    page = visitors.signed_in(width=1280)

    expect(page.locator(".tabs-more")).to_be_hidden()
    expect(page.locator(".tabs > a").last).to_be_visible()
