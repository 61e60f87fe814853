"""What axe-core finds by itself, over every page and its states, in light and dark, wide and narrow."""

from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ADMIN, MANAGER, NEWCOMER, Site, Visitors
from tests.browser.walking import NOBODY, Stop, address_of, stops, values_of

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 320)
_RUN = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"
_COLOURS = """() => axe.run(document, {runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']},
                                     resultTypes: ['violations']})"""
_FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
_SEND = "form => { form.noValidate = true; form.requestSubmit(form.querySelector('button:not([name])')); }"
STATES = {
    NOBODY: [],
    NEWCOMER: [],
    MANAGER: ["/account?q=nothing", "/purchases?q=nothing", "/account?q=LS-2", "/things?q=none",
              "/things?colour=red&q=thing&column=name&column=size&dense=1"],
    ADMIN: ["/office/search?q=mueller", "/office/search?q=zzz", "/office/participants?q=zzz", "/office/users?q=zzz",
            "/office/participants/{account}?kind=note",
            "/office/queue?q=zzz", "/office/queue?show=overdue&column=gist&column=created&dense=1",
            "/office/participants/{account}/notes/new?block=call_back"],
}
ERRORS = [(NOBODY, "/nowhere", 404), (MANAGER, "/nowhere", 404), (MANAGER, "/office/participants", 403),
          (ADMIN, "/office/nowhere", 404), (ADMIN, "/office/participants?least=x", 422)]
REFUSED = {
    NOBODY: [("/login", ""), ("/office/login", ""), ("/first-login", "")],
    MANAGER: [("/note", ""), ("/profile/security", "/profile/security/password"), ("/confirm", ""),
              ("/profile/addresses/new", ""), ("/profile/people/invite", "")],
    ADMIN: [("/office/participants/{account}/notes/new", ""), ("/office/participants/{account}/adjust", ""),
            ("/office/participants/{account}/status", ""), ("/office/participants/{account}/view-as", ""),
            ("/office/users/new", ""), ("/office/bookings/{id}/reverse", "")],
}


def faults(page: Page, axe: str) -> list[str]:
    """What axe objects to, rule by rule with place and reason, and each width in which the page has to be pushed.

    The dark scheme changes colours only: there, the rules about colours are asked again.
    """
    page.evaluate(axe)
    found: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if not page.evaluate(_FITS):
            found.append(f"{width}: wider than the window")
        for scheme in ("light", "dark"):
            found += [f"{width} {scheme} {one}" for one in violations(page, scheme)]
    page.emulate_media(color_scheme="light")
    return found


def violations(page: Page, scheme: Literal["light", "dark"]) -> list[str]:
    """Rule, place and reason of everything that axe objects to in a scheme."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = (page.evaluate(_RUN, TAGS) if scheme == "light" else page.evaluate(_COLOURS))["violations"]
    return [f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def window(visitors: Visitors, user: str) -> Page:
    page = visitors.window() if user == NOBODY else visitors.signed_in(user)
    page.on("dialog", lambda dialog: dialog.accept())  # forms that are left with what was typed
    return page


@pytest.mark.parametrize("user", [NOBODY, MANAGER, NEWCOMER, ADMIN])
def test_no_page_has_a_known_barrier(visitors: Visitors, site: Site, axe: str, user: str) -> None:
    page, found = window(visitors, user), {}
    values = values_of(site)
    walk = [*stops(site, user), *(Stop(address_of(path, values)) for path in STATES[user])]

    for stop in walk:
        stop.reach(page, site)
        for summary in page.locator("main details:not(.menu) > summary:visible").all()[:2]:
            summary.click()
        found[stop.address] = faults(page, axe)

    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    assert len(walk) > 5


@pytest.mark.parametrize("user", REFUSED)
def test_no_refused_form_has_a_known_barrier(visitors: Visitors, site: Site, axe: str, user: str) -> None:
    page, found = window(visitors, user), {}
    values = values_of(site)

    for path, action in REFUSED[user]:
        address = address_of(path, values)
        page.goto(address)
        form = page.locator(f"main form[method=post][action='{action or address}']:visible").last
        with page.expect_navigation() as answer:
            form.evaluate(_SEND)
        assert answer.value is not None
        assert answer.value.status == 422, address
        assert page.title().startswith("Error: "), address
        found[address] = faults(page, axe)
        visitors.take_refusal(422)

    assert {address: wrong for address, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(("user", "address", "status"), ERRORS)
def test_no_page_of_an_error_has_a_known_barrier(visitors: Visitors, axe: str, user: str, address: str,
                                                 status: int) -> None:
    page = window(visitors, user)

    answer = page.goto(address)

    assert answer is not None
    assert answer.status == status
    assert faults(page, axe) == []
    visitors.take_refusal(status)
