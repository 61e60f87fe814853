"""The shop in a real browser: narrowing without losing the place, leafing through pictures, pieces and their price."""


from tests.browser.conftest import MANAGER, Visitors

_SHOWN = """() => [...document.querySelectorAll('#content .gallery-stage img')].map(
    image => getComputedStyle(image).visibility)"""


def test_a_filter_exchanges_the_shelf_alone_and_keeps_the_focus(visitors: Visitors) -> None:
    page = visitors.signed_in(MANAGER)
    page.goto("/rewards")
    page.evaluate("window.kept = true")

    page.get_by_label("Tools").check()
    page.wait_for_url("**/rewards?category=tools")

    assert page.evaluate("window.kept")
    assert page.locator("#shelf-title").inner_text() == "1 reward"
    assert page.evaluate("document.activeElement.id") == "facet-category-tools"


def test_pictures_are_leafed_through_by_arrow_keys(visitors: Visitors) -> None:
    page = visitors.signed_in(MANAGER)
    page.goto("/_styleguide")

    before = page.evaluate(_SHOWN)
    page.locator(".gallery-pick input").first.focus()
    page.keyboard.press("ArrowRight")

    assert before == ["visible", "hidden", "hidden"]
    page.wait_for_function(f"({_SHOWN})().join() === 'hidden,visible,hidden'")


def test_the_balance_afterwards_follows_the_pieces(visitors: Visitors) -> None:
    page = visitors.signed_in(MANAGER)
    page.goto("/rewards/DRILL")

    page.get_by_label("Pieces").fill("2")

    assert "−6,000" in page.locator(".balance-way").inner_text()
