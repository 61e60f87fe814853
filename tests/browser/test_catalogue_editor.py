"""Journey 8 in a real browser: a reward in German only is marked, the gate names what is missing, until it is there."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import ADMIN, MANAGER, Site, Visitors


def part(page: Page, name: str, **values: str) -> None:
    """Open a part of the reward, fill fields by their ids and save it."""
    page.locator(f'a[href$="/{name}"]').click()
    for field, value in values.items():
        page.locator(f"#{field.replace('__', '-')}").fill(value)
    page.get_by_role("button", name="Save the draft").click()


@pytest.mark.parametrize(("number", "width", "script"), [("JOURNEY-8", 1280, True), ("JOURNEY-8B", 320, False)])
def test_a_reward_in_german_only_becomes_whole_and_is_in_the_shop(visitors: Visitors, site: Site, number: str,
                                                                  width: int, script: bool) -> None:
    page = visitors.signed_in(ADMIN, width=width, script=script)
    page.goto("/office/rewards")
    page.get_by_role("link", name="Add a reward").click()
    page.locator("#number").fill(number)
    page.locator("#name").fill("Solarleuchte")
    page.locator("#kind").select_option("goods")
    page.locator("#category").select_option("home")
    page.get_by_role("button", name="Begin the draft").click()

    expect(page.locator("h1 [lang=de]")).to_have_text("Solarleuchte")
    missing = page.locator(".missing")
    expect(missing).to_contain_text("The name in English is missing.")
    expect(missing).to_contain_text("There is no proof of origin.")
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)

    part(page, "texts", summary_de="Leuchtet", name_en="Solar lamp", summary_en="It shines", name_fr="Lampe solaire",
         summary_fr="Elle luit")
    part(page, "facts", points="900")
    part(page, "evidence", r0__statement="manufactured", r0__country="DE", r0__document="LE-8",
         r0__valid_until="31/12/2027")
    expect(missing).to_have_count(0)

    page.locator('a[href$="/pictures"]').click()
    page.locator("#files").set_input_files(
        [FilePayload(name="lamp.png", mimeType="image/png", buffer=_picture())])
    page.get_by_role("button", name="Add pictures").click()
    for code, words in (("de", "Eine Leuchte"), ("en", "A lamp"), ("fr", "Une lampe")):
        page.locator(f"#r0-alt_{code}").fill(words)
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status").first).to_contain_text("The reward is published.")

    shop = visitors.signed_in(MANAGER, width=width, script=script)
    shop.goto(f"/rewards/{number}")
    expect(shop.get_by_role("heading", level=1)).to_have_text("Solar lamp")
    assert shop.get_by_role("img", name="A lamp").first.evaluate("one => one.naturalWidth") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitors.complaints == []


def _picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (960, 720), "orange").save(content, "PNG")
    return content.getvalue()
