"""The portal, served on loopback to a real Chromium.

``TREUWERK_CHROMIUM`` names another browser than Debian's, ``TREUWERK_REQUIRE_CHROMIUM=1`` turns skipping into failing.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from starlette.applications import Starlette

from tests.conftest import create_schema
from tests.support.listing import add_listing, fill
from tests.support.noting import add_noting
from tests.support.portal import NOW, PASSWORD, USUAL, Portal, open_portal
from treuwerk.services.deployment import Deployment
from treuwerk.store.database import Database
from treuwerk.web.application import create_app
from treuwerk.web.shell.pseudo import VARIABLE

CHROMIUM = Path(os.environ.get("TREUWERK_CHROMIUM", "/usr/bin/chromium"))
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
              "--disable-component-update", "--disable-sync"]
_START_SECONDS = 20.0
_PATIENCE_MS = 8_000


@attrs.frozen
class Site:
    """Where the portal is served, and what lies behind it."""

    url: str
    portal: Portal


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
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A portal with a full and an empty account, served until the tests are done."""
    folder = tmp_path_factory.mktemp("site")
    url = f"sqlite:///{folder / 'portal.db'}"
    create_schema(url)
    database = Database(url)
    portal = open_portal(folder, database)
    _fill(portal)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        deployment = Deployment(per_source=0, per_session=0)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv(VARIABLE, "1")  # the pseudo-locale beside the programme's languages
            app = create_app(portal.installation, clock=lambda: NOW, styleguide=True, deployment=deployment)
        add_noting(app, folder)
        add_listing(app, folder)
        with serving(app, listener) as url:
            yield Site(url, portal)
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


def _fill(portal: Portal) -> None:
    fill(portal.installation.database)
    for day, lines in USUAL.items():
        portal.deliver(day, *lines)
    portal.deliver("2026-10-02", *(f"LS-{number};10;2026-10-01;1001;M405;{number % 9 + 1};PCE;SYSTEM;"
                                   for number in range(500, 540)))
    portal.attend("2026-11-10", "ROOF-1;2026-11-09;1001;Anna Berg;yes")
    portal.add_login("anna", "1001")


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
        context.add_cookies([{"name": "__Host-locale", "value": locale[:2], "secure": True,
                              "url": self.site.url.replace("http:", "https:")}])
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def signed_in(self, **wishes: object) -> Page:
        """A window at the account of the full company."""
        page = self.window(**wishes)  # type: ignore[arg-type]
        page.goto("/login")
        page.locator("#login").fill("anna")
        page.locator("#password").fill(PASSWORD)
        page.locator("main button.button-main").click()
        page.wait_for_url(f"{self.site.url}/")
        return page

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
