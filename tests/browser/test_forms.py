"""Forms in a real browser: the guard of what was typed, the way to what is wrong, the end of the session."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import Visitors


def note(visitors: Visitors, **wishes: object) -> Page:
    page = visitors.signed_in(**wishes)
    page.goto("/note")
    return page


def answering(page: Page, answer: Callable[[Dialog], None]) -> list[str]:
    """Answer every question of the browser, and note its kind."""
    asked: list[str] = []

    def told(dialog: Dialog) -> None:
        asked.append(dialog.type)
        answer(dialog)

    page.on("dialog", told)
    return asked


def test_typed_entries_are_not_left_without_a_question(visitors: Visitors) -> None:
    page = note(visitors)
    asked = answering(page, lambda dialog: dialog.dismiss())
    page.locator("#name").fill("Anna")

    page.get_by_role("link", name="Purchases").first.click(no_wait_after=True)
    page.locator("#mail").fill("anna@example.org")

    assert asked == ["beforeunload"]
    assert page.url.endswith("/note")
    expect(page.locator("#name")).to_have_value("Anna")


def test_what_was_not_touched_or_is_sent_asks_nothing(visitors: Visitors) -> None:
    page = note(visitors)
    asked = answering(page, lambda dialog: dialog.accept())

    page.get_by_role("link", name="Purchases").first.click()
    page.goto("/note")
    page.locator("#name").fill("Anna")
    page.locator("#position").fill("1,250")
    page.get_by_role("button", name="Save note").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Purchases")
    assert asked == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Note")


@pytest.mark.parametrize("script", [True, False])
def test_a_refused_form_leads_to_its_fields(visitors: Visitors, *, script: bool) -> None:
    page = note(visitors, script=script)
    page.locator("#position").fill("1_000")
    page.get_by_role("button", name="Save note").click()

    expect(page).to_have_title(re.compile("^Error: Note"))
    expect(page.locator("#position")).to_have_value("1_000")
    if script:
        expect(page.locator("#errors")).to_be_focused()
    page.get_by_role("link", name="Enter a whole number such as 1,250.").click()
    expect(page.locator("#position")).to_be_focused()
    visitors.take_refusal(422)


def test_what_was_typed_survives_a_change_of_the_language(visitors: Visitors) -> None:
    page = note(visitors)
    page.locator("#name").fill("Anna & Söhne")

    page.get_by_text("Language and appearance").locator("..").click()
    page.get_by_role("button", name="Deutsch").click()

    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#name")).to_have_value("Anna & Söhne")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_double_click_saves_once(visitors: Visitors) -> None:
    page = note(visitors)
    page.locator("#name").fill("Twice")
    page.locator("#position").fill("1")

    page.get_by_role("button", name="Save note").dblclick()

    expect(page.get_by_role("heading", level=1)).to_have_text("Purchases")
    expect(page.get_by_text("Saved Twice")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()


def test_a_password_can_be_looked_at(visitors: Visitors) -> None:
    page = visitors.window()
    page.goto("/_styleguide")
    field = page.locator("#empty-password")
    field.fill("Sonne über dem Dach")

    page.locator("[data-reveal]").first.get_by_role("button", name="Show password").click()

    expect(field).to_have_attribute("type", "text")
    expect(field).to_be_focused()
    page.get_by_role("button", name="Hide password").click()
    expect(field).to_have_attribute("type", "password")


def test_the_end_of_the_session_is_told_and_put_off(visitors: Visitors) -> None:
    page = visitors.signed_in()
    page.clock.install()
    page.goto("/note")
    page.locator("#name").fill("kept")
    bar = page.get_by_role("alert").filter(has_text="You will be signed out in two minutes")
    seconds = int(page.locator("[data-seconds]").get_attribute("data-seconds") or 0)
    expect(bar).to_be_hidden()

    page.clock.fast_forward((seconds - 119) * 1000)
    expect(bar).to_be_visible()
    page.get_by_role("button", name="Stay signed in").click()
    expect(bar).to_be_hidden()

    page.clock.fast_forward((seconds + 1) * 1000)
    expect(page.get_by_text("You have been signed out. Your entries are still here")).to_be_visible()
    expect(page.locator("#name")).to_have_value("kept")


def test_the_form_works_by_keyboard_alone(visitors: Visitors) -> None:
    page = note(visitors)
    page.locator("#name").focus()

    page.keyboard.type("Keyed")
    page.keyboard.press("Tab")
    page.keyboard.type("12")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Saved Keyed")).to_be_visible()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Note")
