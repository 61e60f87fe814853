"""Drawings and lists where somebody else chooses colours, on paper, and while a long list is read."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors

_PAINTED = """([selector, what]) => [...document.querySelectorAll(selector)].map(e => getComputedStyle(e)[what])"""
_SYSTEM = """name => { const e = document.createElement("p"); e.style.color = name; document.body.append(e);
  const found = getComputedStyle(e).color; e.remove(); return found; }"""


def guide(visitors: Visitors, **media: str) -> Page:
    page = visitors.signed_in()
    page.goto("/_styleguide")
    page.emulate_media(**media)  # type: ignore[arg-type]
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_drawings_take_the_colours_that_the_reader_forces(visitors: Visitors, scheme: str) -> None:
    page = guide(visitors, forced_colors="active", color_scheme=scheme)

    for selector, what, colour in ((".chart rect.tone-1", "fill", "Highlight"), (".chart text", "fill", "CanvasText"),
                                   (".chart .line-2", "stroke", "CanvasText"), (".chart .track", "fill", "Canvas")):
        assert set(page.evaluate(_PAINTED, [selector, what])) == {page.evaluate(_SYSTEM, colour)}, selector


def test_on_paper_the_controls_are_gone_and_the_numbers_stay(visitors: Visitors) -> None:
    page = guide(visitors, media="print")

    expect(page.locator("#list-samples .pager").first).to_be_hidden()
    expect(page.locator("#list-samples form.filters").first).to_be_hidden()
    expect(page.locator("#list-samples tbody tr").first).to_be_visible()
    expect(page.locator(".chart-columns svg.chart-plot").first).to_be_visible()
    assert page.pdf()[:5] == b"%PDF-"


def test_heads_of_a_long_list_stay_in_sight(visitors: Visitors) -> None:
    page = visitors.signed_in(width=1280)
    page.goto("/things")
    page.set_viewport_size({"width": 1280, "height": 420})

    page.get_by_role("rowheader", name="thing 07").scroll_into_view_if_needed()
    page.mouse.wheel(0, 120)

    expect(page.get_by_role("columnheader", name="Name")).to_be_in_viewport(ratio=0.9)
