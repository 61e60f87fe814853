"""Every page of the application, by its own list of routes: the address, who sees it, and how one gets there."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import attrs
import pytest
from playwright.sync_api import Page
from pyotp.totp import TOTP
from starlette.testclient import TestClient

from tests.browser.conftest import ADMIN, MANAGER, NEWCOMER, Site
from tests.support.arranging import arranged
from tests.support.clearing_desk import ARTICLE, clearing_desk
from tests.support.desk import filled
from tests.support.portal import HOST, NOW, PASSWORD
from tests.support.reporting import reported
from tests.support.shops import complaint_of, order_of, withdrawal_of
from tests.support.simulations import THRICE, proposed_in
from tests.support.ways_in import clerk
from treuwerk.domain.ids import account_and_row
from treuwerk.domain.rights import Audience
from treuwerk.services.identity.authenticators import confirm_authenticator
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.identity.linking import make_link_code
from treuwerk.services.identity.passwords import user_with
from treuwerk.store.tables import reward_order
from treuwerk.web.shell.routing import PUBLIC, DeclaredRoute

NOBODY = "nobody"
_WITHDRAWN: dict[str, tuple[str, str]] = {}
_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_SENT_AS_FILES = {"/static/{name:path}", "/livez", "/readyz", "/metrics", "/office/queue/news",
                  "/office/submissions/articles", "/office/submissions/{id}/files/{number}"}
_ELSEWHERE = {"/checkout/money", "/orders/{id}/payment", "/office/orders/{id}/money"}
"""Pages of points plus money, which this programme does not have; `test_money` looks at them."""
_OWN = "own-session"
_FILE_OF_REWARDS = b"reward;variant;cost\nLAMP;LAMP-B;10.00\nNEW;NEW-1;x\n"
_FILE = re.compile(r"(\.(csv|pdf|xlsx|jpg|webp)|/file)$")


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
        if route.path in _ELSEWHERE:
            continue
        if user == NEWCOMER and ("{" in route.path or route.path == "/checkout"):
            continue  # a company without a booking has no page of one, and nothing to order
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

    nothing = first(manager.get("/purchases?article=HOOK").text, r'href="/purchases/(pur_\w+)')
    colleagues, reports = manager.get("/profile/people").text, reported(portal)
    booking = first(manager.get("/account?kind=purchase").text, r'href="/bookings/(txn_\w+)')
    return {
        "account": str(portal.account("1001")),
        "plugin": "activity_points",
        "/bookings/{id} id": booking,
        "/bookings/{id}/enquiry id": booking,
        "/office/bookings/{id} id": booking,
        "/purchases/{id} id": nothing,
        "/office/purchases/{id} id": nothing,
        "/office/bookings/{id}/reverse id": booking,
        "/office/adjustments/{id} id": first(admin.get("/office/adjustments").text, r"/office/adjustments/(adj_\w+)"),
        "/office/recalculations/{id} id": _recalculation(admin),
        **{f"/office/programme/{{id}}{part} id": _proposal(site, admin) for part in ("", "/effect.csv")},
        **{f"/submissions/{{id}}{page} id": name for page, name in reports.items()},
        "/office/submissions/{id} id": reports[""],
        **clearing_desk(portal, admin),
        **arranged(portal),
        "note": first(admin.get(home).text, r"/notes/(note_\w+)"),
        "item": first(admin.get("/office/queue").text, r"/office/queue/(\d+)"),
        "user": first(admin.get("/office/users").text, r"/office/users/(\d+)"),
        "/profile/people/{user} user": first(colleagues, r"/profile/people/(usr_\w+)"),
        "/rewards/{number} number": "LAMP",
        "import": admin.post("/office/import-rewards", files=[("file", ("rewards.csv", _FILE_OF_REWARDS, "text/csv"))])
        .headers["location"].rpartition("/")[2],
        **_orders(site),
        **{f"/office/rewards/{{number}}{part} number": "LAMP" for part in (
            "", "/history", "/facts", "/texts", "/variants", "/evidence", "/prices", "/pictures", "/dates", "/codes")},
        "address": first(manager.get("/profile/addresses").text, r"/profile/addresses/(adr_\w+)"),
        # last: orders spend what expires first
        "/account/expiry/{day} day": first(manager.get("/account/expiry").text, r'id="until-(\w+)"'),
    }


def _recalculation(admin: TestClient) -> str:
    """A recalculation that waits, asked for where there is none yet: one of an article waits at a time."""
    path = "/office/recalculations"
    if not (found := re.search(rf"{path}/(\w+_\w+)", admin.get(path).text)):
        admin.post(path, data=filled(admin, path, article="M400", reason="data sheet was wrong"))
        found = re.search(rf"{path}/(\w+_\w+)", admin.get(path).text)
    assert found
    return found[1]


def _proposal(site: Site, admin: TestClient) -> str:
    """A changed programme that waits for a second person, proposed where there is none yet."""
    path = "/office/programme"
    if found := re.search(rf"{path}/(prp_\w+)", admin.get(path).text):
        return found[1]
    return proposed_in(site.portal.installation, NOW, THRICE)


def _withdrawal(site: Site) -> tuple[str, str]:
    """A withdrawal without a login, declared once: who declares many of them is slowed down."""
    if site.url not in _WITHDRAWN:
        _WITHDRAWN[site.url] = withdrawal_of(site.portal)
    return _WITHDRAWN[site.url]


def _orders(site: Site) -> dict[str, str]:
    """An order of the manager with a complaint, and something in the cart."""
    client = as_manager(site)
    order, (token, withdrawal) = order_of(client), _withdrawal(site)
    complaint = complaint_of(site.portal, client, order)
    pages = ("", "/placed", "/withdraw", "/lines/{line}/complaint", "/complaints/{complaint}")
    return {**{f"/orders/{{id}}{page} id": order for page in pages}, "line": "1", "complaint": complaint,
            "token": token, "/office/complaints/{id} id": complaint, "order": order,
            **{f"/office/withdrawals/{{id}}{page} id": withdrawal for page in ("", "/assign/{order}")},
            "list": _pick_list(site), **{f"/office/orders/{{id}}{page} id": order for page in (
                "", "/ship", "/deliver", "/cancel", "/return", "/fail", "/approve", "/refuse",
                "/lines/{line}/replace")}}


def _pick_list(site: Site) -> str:
    """A pick list of an order that nobody can cancel any more, made where there is none yet; its id."""
    agent = site.portal.in_office("admin")
    if not (found := re.search(r"/office/pick-lists/(pkl_\w+)", agent.get("/office/pick-lists").text)):
        site.portal.deliver("2026-10-05", "LS-990;10;2026-10-04;1001;M405;100;PCE;SYSTEM;")  # for one order more
        order = ordered_by_manager(site)
        with site.portal.installation.database.writing() as connection:
            connection.execute(reward_order.update().where(
                reward_order.c.id == account_and_row(order)[2]).values(cancel_until=NOW))
        agent.post(f"/office/orders/{order}/pick")
        order_of(as_manager(site))  # puts something into the cart again
        found = re.search(r"/office/pick-lists/(pkl_\w+)", agent.get("/office/pick-lists").text)
    assert found
    return found[1]


def as_manager(site: Site) -> TestClient:
    """A client with the session of the manager."""
    client = site.portal.visitor()
    client.cookies.set("__Host-sid", site.token(MANAGER), domain=HOST)
    return client


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


def _unknown_article(page: Page, _: Site) -> None:
    """A number that somebody has to map; the address has it behind its path."""
    page.goto(ARTICLE)
    assert page.locator("main h1").count() == 1


_STEPS: dict[str, Callable[[Page, Site], None]] = {
    "/login/code": _second_factor,
    "/office/mapping/one": _unknown_article,
    "/first-login/login": _first_way,
    "/profile/security/authenticator": _new_app("/profile/security"),
    "/office/security/authenticator": _new_app("/office/security"),
    "/secure": _unsettled("/login"),
    "/office/secure": _unsettled("/office/login"),
    "/secure/authenticator": _first_app("/login", "/secure"),
    "/office/secure/authenticator": _first_app("/office/login", "/office/secure"),
}


def ordered_by_manager(site: Site) -> str:
    """A new order of the manager; its id."""
    client = as_manager(site)
    for variant in ("DRILL-1",):
        client.post("/cart/lines", data={"variant": variant, "quantity": "1"})
    form = dict(re.findall(r'name="(form_id|seen)" value="([^"]+)"', client.get("/checkout").text))
    answer = client.post("/checkout", data=form)
    assert answer.status_code == 303, answer.text
    found = re.search(r"ord_\w+", answer.headers["location"])
    assert found, answer.headers["location"]
    return found[0]
