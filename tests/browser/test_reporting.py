"""Reporting a purchase at 320 px, by keyboard and without a script."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitors
from tests.support.pictures import pages, photo
from tests.support.portal import DELIVERIES


def test_pages_are_put_in_order_by_keyboard_and_given_back(visitors: Visitors, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.jpg").write_bytes(photo(f"order {name}"))
    page = visitors.signed_in(width=320)
    page.goto("/submissions/new")
    with page.expect_navigation():
        page.get_by_label("Choose files").set_input_files([tmp_path / "one.jpg", tmp_path / "two.jpg"])
    names = page.locator(".page-name")

    page.get_by_role("button", name="Earlier Page 2").press("Enter")
    expect(names.first).to_have_text("two.jpg")
    page.get_by_role("button", name="Remove Page 1").press("Enter")
    expect(names).to_have_text(["one.jpg"])
    page.get_by_role("button", name="Undo").press("Enter")

    expect(names).to_have_text(["two.jpg", "one.jpg"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_works_without_a_script_and_shows_expected_points(visitors: Visitors, tmp_path: Path, scheme: str) -> None:
    note = tmp_path / "note.csv"
    note.write_text(f"{DELIVERIES}LS-{scheme};10;2026-11-01;1001;M400;10;PCE;MODULE;\n", "utf-8")
    page = visitors.signed_in(width=320, script=False, scheme=scheme)
    page.goto("/submissions/new")

    page.get_by_label("Choose files").set_input_files(note)
    page.get_by_role("button", name="Upload and go on").click()
    expect(page.get_by_label("Number of the document")).to_have_value(f"LS-{scheme}")
    page.get_by_role("button", name="Check the report").last.click()
    expect(page.get_by_text("Expected, not booked yet")).to_be_visible()
    page.get_by_role("button", name="Send the report").click()

    expect(page.locator(".receipt")).to_contain_text("400 bonus points")
    page.goto("/account")
    expect(page.get_by_text("Expected from reported purchases, not booked yet:")).to_be_visible()


def test_what_is_too_large_is_told_before_it_is_sent(visitors: Visitors, tmp_path: Path) -> None:
    large, good = tmp_path / "large.jpg", tmp_path / "good.pdf"
    large.write_bytes(photo("large") + bytes(16 << 20))
    good.write_bytes(pages(["dropped beside a large one"]))
    page = visitors.signed_in()
    page.goto("/submissions/new")

    page.get_by_label("Choose files").set_input_files(large)

    expect(page.get_by_text("“large.jpg” is larger than 15 MB and was not sent.")).to_be_visible()
    with page.expect_navigation():
        page.get_by_label("Choose files").set_input_files(good)
    expect(page).to_have_url(re.compile("/edit#pages$"))
