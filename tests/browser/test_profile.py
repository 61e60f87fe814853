"""The profile as a person walks through it: with and without a script, wide and narrow, by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitors
from tests.browser.test_portal import press

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.mark.parametrize(("script", "width"), [(True, 1280), (False, 320)])
def test_a_manager_invites_somebody_and_withdraws_the_code(visitors: Visitors, script: bool, width: int) -> None:
    page = visitors.signed_in(script=script, width=width)

    page.goto("/profile")
    page.get_by_role("navigation", name="Pages of the profile").get_by_role("link", name="People").click()
    page.get_by_role("link", name="Invite a colleague").click()
    page.get_by_label("Name of somebody else").fill(f"Emil Ernst {width}")
    page.get_by_role("radio", name="Member").check()
    page.get_by_role("button", name="Make a code").click()
    expect(page.get_by_role("heading", name=f"A code for Emil Ernst {width}")).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile("[2-9a-z]{5}-[2-9a-z]{5}"))
    assert page.evaluate(FITS)
    page.get_by_role("link", name="Back to the people").click()
    page.get_by_role("button", name=f"Withdraw Emil Ernst {width}").click()

    expect(page.get_by_role("status").filter(has_text="The code is withdrawn.")).to_be_visible()
    expect(page.get_by_role("button", name=f"Withdraw Emil Ernst {width}")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name=f"Withdraw Emil Ernst {width}").click()


@pytest.mark.parametrize(("script", "width"), [(True, 1280), (False, 320)])
def test_an_address_is_written_refused_mended_removed_and_given_back(visitors: Visitors, script: bool,
                                                                     width: int) -> None:
    page = visitors.signed_in(script=script, width=width)
    label = f"Depot {width}"

    page.goto("/profile/addresses")
    page.get_by_role("link", name="Add an address").click()
    fill(page, label, postcode="1010")
    expect(page.get_by_role("alert")).to_contain_text("Enter a postcode of this country, such as 10115.")
    assert page.evaluate(FITS)
    visitors.take_refusal(422)
    page.get_by_label("Country").select_option("AT")
    page.get_by_role("button", name="Save the address").click()
    expect(page.get_by_role("heading", name=label)).to_be_visible()
    page.get_by_role("button", name=f"Remove {label}").click()
    expect(page.get_by_role("heading", name=label)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("heading", name=label)).to_be_visible()
    assert page.evaluate(FITS)
    page.get_by_role("button", name=f"Remove {label}").click()


def fill(page: Page, label: str, postcode: str) -> None:
    for name, text in (("What you call it", label), ("Street and number", "Ringstraße 7"), ("Town", "Wien"),
                       ("Postcode", postcode)):
        page.get_by_label(name).fill(text)
    page.get_by_role("button", name="Save the address").click()


def test_two_windows_see_both_versions_side_by_side(visitors: Visitors) -> None:
    first, second = visitors.signed_in(), visitors.signed_in()
    for page in (first, second):
        page.goto("/profile/addresses")
        page.get_by_role("link", name="Change Warehouse").click()
    first.get_by_label("Street and number").fill("Am Kesselhaus 14")
    first.get_by_role("button", name="Save the address").click()
    expect(first.get_by_text("The address is saved.")).to_be_visible()

    second.get_by_label("Street and number").fill("Am Kesselhaus 16")
    second.get_by_role("button", name="Save the address").click()

    expect(second.locator("#conflict")).to_contain_text("Am Kesselhaus 14")
    expect(second.get_by_label("Street and number")).to_have_value("Am Kesselhaus 16")
    visitors.take_refusal(409)
    second.get_by_role("button", name="Save the address").click()
    expect(second.locator("main")).to_contain_text("Am Kesselhaus 16")


def test_a_role_is_changed_by_keyboard(visitors: Visitors) -> None:
    page = visitors.signed_in()
    page.goto("/profile/people")

    press(page, "Tab", until="Change Benedikt Arnold-Hohenstätter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/profile/people/usr_*")
    press(page, "Tab", until="role-2")
    page.keyboard.press("ArrowUp")
    press(page, "Tab", until="Save the role")
    page.keyboard.press("Enter")

    expect(page.get_by_text("The role is changed.")).to_be_visible()
    row = page.get_by_role("listitem").filter(has_text="Benedikt")
    expect(row).to_contain_text("Manager")


def test_the_own_language_wins_over_that_of_the_browser(visitors: Visitors) -> None:
    page = visitors.signed_in(script=False)
    page.goto("/profile/details")
    page.get_by_label("Language", exact=False).last.select_option("fr")
    page.get_by_role("button", name="Save your details").click()

    expect(page.locator("html")).to_have_attribute("lang", "fr")
