"""Walking through pages by keyboard alone, in any language."""

from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from treuwerk.web.shell.translations import translations

MOST_PRESSES = 200
"""Once around any page: tests that ran before leave rows behind, and programmes have more or fewer tabs."""


@cache
def words(locale: str, text: str) -> str:
    """A text of the pages in a language."""
    return translations(locale, Path()).gettext(text)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(MOST_PRESSES):
        page.keyboard.press("Tab")
        found = page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()")
        if name in found:
            return
    pytest.fail(f"{name!r} is not reached by keyboard on {page.url}")


def with_camera(page: Page) -> Page:
    """Keep the browser from opening dialogues of its own, from before the first page on: nobody could close them."""
    page.on("filechooser", lambda _: None)
    return page


def taken(page: Page, path: Path, pages_then: int, field: str = "Take a photo") -> None:
    """Take a photo by keyboard: the field of the camera opens the system's own dialogue."""
    tab_to(page, field)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(path)
    expect(page.locator(".page")).to_have_count(pages_then)
