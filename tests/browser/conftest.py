"""The portal, served on loopback to a real Chromium.

``TREUWERK_CHROMIUM`` names another browser than Debian's, ``TREUWERK_REQUIRE_CHROMIUM=1`` turns skipping into failing.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import attrs
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import select
from starlette.applications import Starlette

from tests.conftest import create_schema
from tests.support.company import ADDRESS, add_colleague
from tests.support.desk import BLOCKS, LIMITED, NOTE, filled, sent
from tests.support.listing import add_listing, fill
from tests.support.noting import add_noting
from tests.support.portal import NOW, PARTICIPANTS, PASSWORD, USUAL, Portal, at, open_portal
from tests.support.reward_shop import stock_shop, with_shop
from tests.support.shops import LAWFUL
from treuwerk.domain.ids import public_user_id
from treuwerk.domain.rights import Audience
from treuwerk.services.clearing.importing import import_participants
from treuwerk.services.deployment import Deployment
from treuwerk.services.identity.passwords import add_login, hash_of
from treuwerk.services.identity.sessions import open_session
from treuwerk.services.identity.users import add_user, grant_role
from treuwerk.services.participants.people import person_named
from treuwerk.store.database import Database
from treuwerk.store.tables import app_user, local_login
from treuwerk.web.application import create_app
from treuwerk.web.shell.pseudo import VARIABLE
from treuwerk.web.shell.routing import DeclaredRoute

CHROMIUM = Path(os.environ.get("TREUWERK_CHROMIUM", "/usr/bin/chromium"))
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
              "--disable-component-update", "--disable-sync"]
_START_SECONDS = 20.0
_PATIENCE_MS = 8_000


MANAGER, NEWCOMER, ADMIN = "manager", "newcomer", "admin"


@attrs.frozen
class Site:
    """Where the portal is served, what lies behind it, its users by name and its routes.

    The users are a manager, one of a company without a booking, and an admin of the service centre; their logins are
    `anna`, `nora` and `ada`.
    """

    url: str
    portal: Portal
    users: dict[str, int] = attrs.field(factory=dict)
    routes: list[DeclaredRoute] = attrs.field(factory=list, repr=False)

    def token(self, name: str) -> str:
        """A new session of a user, who has not chosen a language for the own login."""
        audience = Audience.OFFICE if name == ADMIN else Audience.PORTAL
        account = {MANAGER: "1001", NEWCOMER: "1003"}.get(name)
        with self.portal.installation.database.writing() as connection:
            connection.execute(app_user.update().where(app_user.c.user_id == self.users[name]).values(locale=""))
            return open_session(connection, self.users[name], NOW, audience=audience, method="passkey",
                                acts_for=(self.portal.account(account) if account else 0, 0))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    if not CHROMIUM.is_file():
        reason = f"no Chromium at {CHROMIUM}: install Debian's chromium, or name one with TREUWERK_CHROMIUM"
        if os.environ.get("TREUWERK_REQUIRE_CHROMIUM") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, as the package for Playwright brings it."""
    found = find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        pytest.skip("axe-core is not there: install axe-playwright-python")
    return (Path(found.origin).parent / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A portal with a full and an empty account, served until the tests are done."""
    folder = tmp_path_factory.mktemp("site")
    url = f"sqlite:///{folder / 'portal.db'}"
    create_schema(url)
    database = Database(url)
    portal = open_portal(folder, database, with_shop(LIMITED + BLOCKS + LAWFUL))
    users = _fill(portal)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        deployment = Deployment(per_source=0, per_session=0)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv(VARIABLE, "1")  # the pseudo-locale beside the programme's languages
            app = create_app(portal.installation, clock=lambda: NOW, styleguide=True, deployment=deployment)
        add_noting(app, folder)
        add_listing(app, folder)
        with serving(app, listener) as url:
            yield Site(url, portal, users, [one for one in app.routes if isinstance(one, DeclaredRoute)])
    database.close()


@contextmanager
def serving(app: Starlette, listener: socket.socket) -> Iterator[str]:
    """Serve an application on a socket of loopback; its address."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        _wait_for(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _wait_for(is_there: Callable[[], bool]) -> None:
    """Until the server listens; it tells nobody, so it is asked."""
    end = time.monotonic() + _START_SECONDS
    while not is_there():
        assert time.monotonic() < end, "the server did not start"
        threading.Event().wait(0.02)


def _fill(portal: Portal) -> dict[str, int]:
    """A company with much, one with a little and one with nothing, and work for the service centre; the users."""
    fill(portal.installation.database)
    _import_newcomer(portal)
    stock_shop(portal)
    for day, lines in USUAL.items():
        portal.deliver(day, *lines)
    portal.deliver("2026-10-02", *(f"LS-{number};10;2026-10-01;1001;M405;{number % 9 + 1};PCE;SYSTEM;"
                                   for number in range(500, 540)))
    portal.attend("2026-11-10", "ROOF-1;2026-11-09;1001;Anna Berg;yes")
    portal.add_login("anna", "1001")
    portal.add_login("nora", "1003")
    _work(portal)
    _team(portal)
    return _users(portal)


def _import_newcomer(portal: Portal) -> None:
    path = portal.folder / "newcomers.csv"
    head = PARTICIPANTS.partition("\n")[0]
    path.write_text(f"{head}\n1003;New Roofs Ltd;partner;IE;en;new@roofs.example;;;;\n", "utf-8")
    import_participants(portal.installation, path, at("2026-11-20"))


def _work(portal: Portal) -> None:
    """A note that waits, points booked by hand, and points that wait for a second person."""
    agent, home = portal.in_office("agent", name="Clara Weiss"), f"/office/participants/{portal.account('1001')}"
    sent(agent, f"{home}/notes/new", **NOTE)
    for points in ("300", "900"):
        wanted = {"points": points, "unit": "bonus", "reason": "goodwill", "remark": "Ticket 4711"}
        answer = agent.post(f"{home}/adjust?book=1", data=filled(agent, f"{home}/adjust", **wanted))
        assert answer.status_code == 303, answer.text


def _team(portal: Portal) -> None:
    """Colleagues with and without access, a code that waits, and addresses of which one is preferred."""
    manager = portal.signed_in()
    ended = add_colleague(portal, "Carl Thoma", "member")
    add_colleague(portal, "Benedikt Arnold-Hohenstätter", "member")
    person_named(portal.installation.database, portal.account("1001"), "Bruno Feld", NOW)
    sent(manager, "/profile/people/invite", person="", name="Dora Dach", role="member")
    manager.post(f"/profile/people/{public_user_id(ended)}/end")
    for label in ("Warehouse", "Construction site at the old waterworks"):
        sent(manager, "/profile/addresses/new", **ADDRESS | {"label": label[:40]})


def _users(portal: Portal) -> dict[str, int]:
    with portal.installation.database.writing() as connection:
        logins = {row.login: row.user_id for row in connection.execute(select(local_login))}
        admin = add_user(connection, "Ada Admin", NOW)
        grant_role(connection, admin, "admin", NOW, granted_by="the tests")
        add_login(connection, admin, "ada", hash_of(PASSWORD), NOW)
    return {MANAGER: logins["anna"], NEWCOMER: logins["nora"], ADMIN: admin}


@attrs.define
class Visitors:
    """Browser windows of a test; each notes what the console complains of."""

    browser: Browser
    site: Site
    complaints: list[str] = attrs.field(factory=list)
    _contexts: list[BrowserContext] = attrs.field(factory=list)

    def window(self, *, width: int = 1280, scheme: str = "light", locale: str = "en-GB", script: bool = True) -> Page:
        """A fresh window that nobody has signed in with."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale=locale, java_script_enabled=script, base_url=self.site.url,
            color_scheme="dark" if scheme == "dark" else "light")
        context.set_default_timeout(_PATIENCE_MS)
        # Chosen by hand: the language of the test's window, not that of the company.
        self._give(context, "__Host-locale", locale[:2])
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(f"{message.text} {message.location['url']}")
                if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def signed_in(self, user: str = MANAGER, /, **wishes: object) -> Page:
        """A window at the first page of a user, who signed in before."""
        page = self.window(**wishes)  # type: ignore[arg-type]
        self._give(page.context, "__Host-sid", self.site.token(user))
        page.goto("/office" if user == ADMIN else "/")
        return page

    def signing_in(self, **wishes: object) -> Page:
        """A window of the manager, who signs in by the form."""
        page = self.window(**wishes)  # type: ignore[arg-type]
        page.goto("/login")
        page.locator("#login").fill("anna")
        page.locator("#password").fill(PASSWORD)
        page.locator("main button.button-main").click()
        page.wait_for_url(f"{self.site.url}/")
        return page

    def take_refusal(self, status: int) -> None:
        """Take the console's word of one answer that was meant to refuse; anything else stays a complaint."""
        [complaint] = self.complaints
        assert complaint.startswith(f"Failed to load resource: the server responded with a status of {status} ")
        self.complaints.clear()

    def _give(self, context: BrowserContext, name: str, value: str) -> None:
        context.add_cookies([{"name": name, "value": value, "secure": True,
                              "url": self.site.url.replace("http:", "https:")}])

    def close(self) -> None:
        """Close all windows."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def visitors(chromium: Browser, site: Site) -> Iterator[Visitors]:
    """Windows for one test; it fails when the console complained."""
    visitors = Visitors(chromium, site)
    yield visitors
    visitors.close()
    assert visitors.complaints == []
