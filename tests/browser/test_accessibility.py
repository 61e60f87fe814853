"""What axe-core finds by itself, over pages and states, in light and dark, wide and narrow."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visitors

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, as the package for Playwright brings it."""
    found = find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        pytest.skip("axe-core is not there: install axe-playwright-python")
    return (Path(found.origin).parent / "axe.min.js").read_text("utf-8")


def violations(page: Page, axe: str) -> list[str]:
    """Rule, place and reason of everything that axe objects to."""
    page.evaluate(axe)
    found = page.evaluate(_RUN, TAGS)["violations"]
    return [f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_known_barrier(visitors: Visitors, axe: str, scheme: str, width: int) -> None:
    page = visitors.signed_in(scheme=scheme, width=width)
    booking = page.locator("a[href^='/bookings/txn_']").first.get_attribute("href")
    assert booking is not None

    for path in ("/", "/account", "/account?q=nothing", "/purchases", booking, "/_styleguide", "/_styleguide/office"):
        page.goto(path)
        for summary in page.locator("main details.why > summary").all()[:2]:
            summary.click()
        assert violations(page, axe) == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_for_everyone_have_no_known_barrier(visitors: Visitors, axe: str, scheme: str) -> None:
    page = visitors.window(scheme=scheme)

    page.goto("/login")
    page.locator("summary").click()
    assert violations(page, axe) == []
    page.goto("/nowhere")
    assert violations(page, axe) == []
    assert [text for text in visitors.complaints if "404" not in text] == []
    visitors.complaints.clear()
