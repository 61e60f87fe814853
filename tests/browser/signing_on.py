"""A portal whose people come by a real identity provider on another site, with both sides on loopback."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Site, Visitors, serving
from tests.conftest import create_schema
from tests.support import openid_provider
from tests.support.openid_provider import ACCOUNTS, PASSWORD, RunningProvider, secret_of
from tests.support.sign_on import link_to, open_sign_on_portal
from treuwerk.services.deployment import Deployment
from treuwerk.store.database import Database
from treuwerk.web.application import create_app

NEWCOMERS = ("ines-en", "ines-de", "ines-fr", "ines-plain")
"""People whom the provider knows and the portal does not."""
_ACCOUNTS = {**ACCOUNTS, **{name: {"password": PASSWORD, "claims": {"name": "Ines Dach"}} for name in NEWCOMERS}}


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """Where the portal will be: the provider has to know before."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one


@pytest.fixture(scope="module")
def works(listener: socket.socket) -> Iterator[RunningProvider]:
    """The provider, with both clients of the portal."""
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    clients = [openid_provider.client(
        client, redirects=[f"{base}/login/with/{way}/back"], back_channel=f"{base}/login/with/{way}/ended",
        logged_out=[f"{base}{page}"]) for client, way, page in (("portal", "works", "/login"),
                                                                ("office", "staff", "/office/login"))]
    with openid_provider.running(clients, _ACCOUNTS) as provider:
        yield provider


@pytest.fixture(scope="module")
def sign_on_site(listener: socket.socket, works: RunningProvider, tmp_path_factory: pytest.TempPathFactory,
                 ) -> Iterator[Site]:
    """A portal by the real clock, since the provider has no other; Anna acts for company 1001."""
    os.environ["WORKS_SECRET"], os.environ["STAFF_SECRET"] = secret_of("portal"), secret_of("office")
    folder: Path = tmp_path_factory.mktemp("sign-on")
    url = f"sqlite:///{folder / 'portal.db'}"
    create_schema(url)
    database = Database(url)
    portal = open_sign_on_portal(folder, database, works.issuer)
    link_to(portal, works.issuer, "anna", "1001")
    app = create_app(portal.installation, deployment=Deployment(per_source=0, per_session=0))
    with serving(app, listener) as address:
        yield Site(address, portal)
    database.close()
    del os.environ["WORKS_SECRET"], os.environ["STAFF_SECRET"]


@pytest.fixture
def people(chromium: Browser, sign_on_site: Site) -> Iterator[Visitors]:
    """Windows for one test; it fails when the console complained, as it does when a form is stopped."""
    visitors = Visitors(chromium, sign_on_site)
    yield visitors
    visitors.close()
    assert visitors.complaints == []
