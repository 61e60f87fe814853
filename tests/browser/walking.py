"""Every page of the application, by its own list of routes: the address, who sees it, and how one gets there."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import attrs
import pytest
from playwright.sync_api import Page
from pyotp.totp import TOTP

from tests.browser.conftest import ADMIN, MANAGER, NEWCOMER, Site
from tests.support.portal import NOW, PASSWORD
from tests.support.ways_in import clerk
from treuwerk.domain.rights import Audience
from treuwerk.services.authenticators import confirm_authenticator
from treuwerk.services.keyring import Keyring
from treuwerk.services.linking import make_link_code
from treuwerk.services.passwords import user_with
from treuwerk.web.shell.routing import PUBLIC, DeclaredRoute

NOBODY = "nobody"
_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_SENT_AS_FILES = {"/static/{name:path}", "/livez", "/readyz", "/metrics", "/office/queue/news"}
_OWN = "own-session"
_FILE = re.compile(r"\.(csv|pdf|xlsx)$")


@attrs.frozen
class Stop:
    """One page of a walk: its address, and the steps that lead there where the address alone does not."""

    address: str
    steps: Callable[[Page, Site], None] | None = None

    def reach(self, page: Page, site: Site) -> None:
        """Open it. Who is led elsewhere, to the sign-in page for one, has not seen it."""
        _be_oneself_again(page)
        if self.steps:
            self.steps(page, site)
        else:
            answer = page.goto(self.address)
            assert answer is not None
            assert answer.status == 200, f"{self.address}: {answer.status}"
        found = urlsplit(page.url)
        assert found.path == urlsplit(self.address).path, f"{self.address} led to {page.url}"


def stops(site: Site, user: str) -> Iterator[Stop]:
    """All pages that are there for a user, by the routes of the application."""
    values = values_of(site)
    for route in site.routes:
        if "GET" not in (route.methods or ()) or _is_file(route) or _user_of(route) != _kind(user):
            continue
        if user == NEWCOMER and "{" in route.path:
            continue  # a company without a booking has no page of one
        yield Stop(address_of(route.path, values), _STEPS.get(route.path))


def address_of(path: str, values: dict[str, str]) -> str:
    """The path with something real in each of its places."""
    for name in re.findall(r"{(\w+)(?::\w+)?}", path):
        value = values.get(f"{path} {name}", values.get(name))
        if value is None:
            pytest.fail(f"{path}: nothing is known for {name!r}; add it to `values_of`", pytrace=False)
        path = re.sub(rf"{{{name}(:\w+)?}}", value, path)
    return path


def values_of(site: Site) -> dict[str, str]:
    """What stands in the places of paths: by its name, or by path and name where the name alone says too little."""
    portal = site.portal
    admin, manager = portal.in_office("admin", name="Petra Pages"), portal.signed_in()
    home = f"/office/participants/{portal.account('1001')}"

    def first(text: str, pattern: str) -> str:
        found = re.search(pattern, text)
        assert found, pattern
        return found[1]

    colleagues = manager.get("/profile/people").text
    booking = first(manager.get("/account").text, r'href="/bookings/(txn_\w+)')
    return {
        "account": str(portal.account("1001")),
        "/bookings/{id} id": booking,
        "/bookings/{id}/enquiry id": booking,
        "/account/expiry/{day} day": first(manager.get("/account/expiry").text, r'id="until-(\w+)"'),
        "/office/bookings/{id} id": booking,
        "/office/bookings/{id}/reverse id": booking,
        "/office/adjustments/{id} id": first(admin.get("/office/adjustments").text, r"/office/adjustments/(adj_\w+)"),
        "note": first(admin.get(home).text, r"/notes/(note_\w+)"),
        "item": first(admin.get("/office/queue").text, r"/office/queue/(\d+)"),
        "user": first(admin.get("/office/users").text, r"/office/users/(\d+)"),
        "/profile/people/{user} user": first(colleagues, r"/profile/people/(usr_\w+)"),
        "address": first(manager.get("/profile/addresses").text, r"/profile/addresses/(adr_\w+)"),
    }


def _is_file(route: DeclaredRoute) -> bool:
    return route.path in _SENT_AS_FILES or _FILE.search(route.path) is not None


def _user_of(route: DeclaredRoute) -> str:
    if route.permission == PUBLIC:
        return NOBODY
    return ADMIN if route.audience is Audience.OFFICE else MANAGER


def _kind(user: str) -> str:
    return MANAGER if user == NEWCOMER else user


def _second_factor(page: Page, site: Site) -> None:
    """A password that is right, of a login with an app."""
    database, before = site.portal.installation.database, NOW - 300_000_000
    if user_with(database, "theo", PASSWORD) is None:
        site.portal.add_login("theo", "1002")
        user_id = user_with(database, "theo", PASSWORD)
        assert user_id is not None
        code = TOTP(_SECRET).at(before // 1_000_000)
        with database.writing() as connection:
            assert confirm_authenticator(connection, Keyring(), user_id, _SECRET, code, before)
    page.goto("/login")
    page.locator("#login").fill("theo")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button.button-main").click()
    page.wait_for_url("**/login/code")


def _first_way(page: Page, site: Site) -> None:
    """A right code of a letter."""
    portal = site.portal
    code = make_link_code(portal.installation.database, portal.account("1002"), NOW, role="member", created_by="Olga")
    page.goto("/first-login")
    page.get_by_label("Customer number").fill("1002")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/first-login/login")


def _new_app(base: str) -> Callable[[Page, Site], None]:
    def steps(page: Page, _: Site) -> None:
        page.goto(base)
        page.locator(f"form[action='{base}/authenticator/begin'] button").click()
        page.wait_for_url(f"**{base}/authenticator")

    return steps


def _be_oneself_again(page: Page) -> None:
    """After steps of somebody else."""
    for cookie in page.context.cookies():
        if cookie.get("name") == _OWN:
            url = f"https://{cookie.get('domain', '')}"
            page.context.add_cookies([{"name": "__Host-sid", "value": cookie.get("value", ""), "secure": True,
                                       "url": url}])
            page.context.clear_cookies(name=_OWN)


def _unsettled(door: str) -> Callable[[Page, Site], None]:
    """Somebody of the service centre who has nothing but a password yet."""
    def steps(page: Page, site: Site) -> None:
        if user_with(site.portal.installation.database, "wilma", PASSWORD) is None:
            clerk(site.portal, "wilma")
        for cookie in page.context.cookies():
            if cookie.get("name") == "__Host-sid":
                page.context.add_cookies([{"name": _OWN, "value": cookie.get("value", ""), "secure": True,
                                           "url": site.url.replace("http:", "https:")}])
        page.context.clear_cookies(name="__Host-sid")
        page.goto(door)
        page.locator("#login").fill("wilma")
        page.locator("#password").fill(PASSWORD)
        page.locator("main button.button-main").click()
        page.wait_for_url(re.compile("/secure"))

    return steps


def _first_app(door: str, base: str) -> Callable[[Page, Site], None]:
    def steps(page: Page, site: Site) -> None:
        _unsettled(door)(page, site)
        page.locator(f"form[action='{base}/authenticator/begin'] button").click()
        page.wait_for_url(f"**{base}/authenticator*")

    return steps


_STEPS: dict[str, Callable[[Page, Site], None]] = {
    "/login/code": _second_factor,
    "/first-login/login": _first_way,
    "/profile/security/authenticator": _new_app("/profile/security"),
    "/office/security/authenticator": _new_app("/office/security"),
    "/secure": _unsettled("/login"),
    "/office/secure": _unsettled("/office/login"),
    "/secure/authenticator": _first_app("/login", "/secure"),
    "/office/secure/authenticator": _first_app("/office/login", "/office/secure"),
}
