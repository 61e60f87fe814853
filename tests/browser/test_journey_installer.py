"""Journey 1: a new installer, from the provider's sign-in to a reported note of three pages, on a phone of 320 px."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, Visitors
from tests.browser.keyboard import tab_to, taken, with_camera, words
from tests.browser.signing_on import NEWCOMERS, listener, people, sign_on_site, works
from tests.support.openid_provider import PASSWORD
from tests.support.pictures import photo
from tests.support.portal import DELIVERIES, PARTICIPANTS
from treuwerk.services.clearing.importing import import_participants
from treuwerk.services.identity.linking import make_link_code

__all__ = ["listener", "people", "sign_on_site", "works"]
WORKS = {"en": "Works account", "de": "Werkskonto", "fr": "Compte usine"}


def invited(site: Site, somebody: str) -> tuple[str, str]:
    """A company of its own for a newcomer, and the code of the letter; both as they are typed."""
    portal, number = site.portal, str(2001 + NEWCOMERS.index(somebody))
    now = time.time_ns() // 1_000
    path = portal.folder / f"{somebody}.csv"
    head = PARTICIPANTS.partition("\n")[0]
    path.write_text(f"{head}\n{number};Dach Ltd;partner;IE;en;x@dach.example;;;;\n", "utf-8")
    import_participants(portal.installation, path, now)
    return number, make_link_code(portal.installation.database, portal.account(number), now, role="manager",
                                  created_by="Olga Office")


def arrived(page: Page, site: Site, somebody: str, language: str) -> None:
    """Sign in with the provider for the first time, and say with number and code whose person one is."""
    number, code = invited(site, somebody)
    page.goto("/")
    tab_to(page, words(language, "Sign in with %(provider)s") % {"provider": WORKS[language]})
    page.keyboard.press("Enter")
    page.get_by_label("Name").fill(somebody)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/first-login")
    for field, typed in (("Customer number", number), ("Code", code)):
        tab_to(page, words(language, field))
        page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_url("**/first-login/login")
    expect(page.locator("main")).to_contain_text("Ines Dach")
    tab_to(page, words(language, "Link my company"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/")
    expect(page.locator(".first-steps > li")).to_have_count(3)


def fits(page: Page) -> bool:
    """Whether nothing has to be pushed sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_journey_1_a_new_installer_reports_a_note_of_three_pages_by_camera_and_keyboard(
        people: Visitors, sign_on_site: Site, tmp_path: Path, language: str) -> None:
    page = with_camera(people.window(width=320, locale={"en": "en-GB", "de": "de-DE", "fr": "fr-FR"}[language]))

    arrived(page, sign_on_site, f"ines-{language}", language)
    assert fits(page)
    tab_to(page, words(language, "Report a purchase"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/submissions/new")
    for number in (1, 2, 3):
        shot = tmp_path / f"IMG_{number}.jpg"
        shot.write_bytes(photo(f"journey {language} {number}", size=(1200, 1600)))
        taken(page, shot, number, words(language, "Take a photo"))
    assert fits(page)
    tab_to(page, words(language, "Number of the document"))
    page.keyboard.type("LS-320")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check")
    tab_to(page, words(language, "Send the report"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipt")

    expect(page.get_by_role("heading", level=1)).to_have_text(words(language, "Your report is with us"))
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.goto("/")
    expect(page.get_by_role("link", name="LS-320")).to_be_visible()
    assert fits(page)


def test_journey_1_without_a_script_shows_what_is_expected(people: Visitors, sign_on_site: Site,
                                                           tmp_path: Path) -> None:
    shots = [tmp_path / f"IMG_{number}.jpg" for number in (1, 2, 3)]
    for shot in shots:
        shot.write_bytes(photo(f"plain {shot.name}", size=(1200, 1600)))
    note = tmp_path / "note.csv"
    note.write_text(f"{DELIVERIES}LS-77;10;2026-11-01;{2001 + NEWCOMERS.index('ines-plain')};M400;10;PCE;MODULE;\n",
                    "utf-8")
    page = people.window(width=320, script=False)

    arrived(page, sign_on_site, "ines-plain", "en")
    page.get_by_role("link", name="Report a purchase").last.click()
    page.get_by_label("Take a photo").set_input_files(shots[0])
    page.get_by_role("button", name="Upload and go on").click()
    page.get_by_label("Choose files").set_input_files([*shots[1:], note])
    page.get_by_role("button", name="Add these pages").click()
    expect(page.locator(".page")).to_have_count(4)
    page.get_by_role("button", name="Check the report").last.click()
    page.get_by_role("button", name="Send the report").click()

    expect(page.locator(".receipt")).to_contain_text("400 bonus points")
    page.goto("/")
    expect(page.locator("main")).to_contain_text(re.compile(r"Expected from them, not booked yet\s*400"))
