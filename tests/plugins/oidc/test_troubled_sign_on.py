"""Signing in while something is amiss: the provider stopped, its secret is missing, or somebody else comes back."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import time_ns

import attrs
import httpx2
import pytest
from starlette.testclient import TestClient

from tests.plugins.oidc.conftest import Walker
from tests.support import openid_provider
from tests.support.portal import HOST, ORIGIN, Portal
from tests.support.sign_on import BACK, link_to, open_sign_on_portal
from treuwerk.services.identity.session_data import data_of, set_value
from treuwerk.services.identity.sessions import session_of
from treuwerk.store.database import Database
from treuwerk_oidc import provider as provider_module


@attrs.frozen
class Works:
    """A portal, somebody signed in by the provider, and the way to stop that one."""

    portal: Portal
    visitor: TestClient
    walker: Walker
    stop: Callable[[], None]

    def leave(self, *, fresh: bool = False) -> str:
        """Where the button leads: away, or the status of the page instead."""
        wanted = {"next": "/purchases", **({"fresh": "yes"} if fresh else {})}
        answer = self.visitor.post("/login/with/works", data=wanted)
        return answer.headers.get("location", str(answer.status_code))

    def come_back(self, away: str, login: str = "anna") -> str:
        """From the provider, where others sign in with a browser of their own."""
        with httpx2.Client() as client:
            walker = self.walker if login == "anna" else Walker(client)
            return walker.sign_in(away, login).headers["location"].removeprefix(ORIGIN)


@pytest.fixture
def works(tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch,
          walker: Walker) -> Iterator[Works]:
    monkeypatch.setenv("WORKS_SECRET", openid_provider.secret_of("portal"))
    monkeypatch.setenv("STAFF_SECRET", openid_provider.secret_of("office"))
    monkeypatch.setattr(provider_module, "SEEN_SECONDS", -1.0)
    clients = [openid_provider.client("portal", redirects=[BACK.format("works")])]
    with ExitStack() as stack:
        issuer = stack.enter_context(openid_provider.running(clients)).issuer
        portal = open_sign_on_portal(tmp_path, sqlite_database, issuer)
        for subject, customer in (("anna", "1001"), ("boris", "1002")):
            link_to(portal, issuer, subject, customer)
        works = Works(portal, portal.visitor(time_ns() // 1000), walker, stack.close)
        works.visitor.cookies.set("__Host-locale", "en", domain=HOST)
        assert works.visitor.get(works.come_back(works.leave())).headers["location"] == "/purchases"
        yield works


def typed(works: Works) -> object:
    token = works.visitor.cookies["__Host-sid"]
    session = session_of(works.portal.installation.database, token, time_ns() // 1000)
    assert session is not None
    with works.portal.installation.database.reading() as connection:
        return data_of(connection, session.id_hash).get("typed")


def type_something(works: Works) -> None:
    token = works.visitor.cookies["__Host-sid"]
    session = session_of(works.portal.installation.database, token, time_ns() // 1000)
    assert session is not None
    works.portal.installation.database.run(lambda connection: set_value(
        connection, session.id_hash, "typed", "half a form"))


def test_a_provider_that_stopped_is_named_before_anybody_leaves_and_on_the_page(works: Works) -> None:
    fresh = works.portal.visitor()
    usual = fresh.get("/login").text

    works.stop()
    refused = fresh.post("/login/with/works", data={"next": "/"})
    page = fresh.get("/login").text

    assert "did not answer" not in usual
    assert refused.status_code == 503
    assert "Works account does not answer" in refused.text
    assert "Works account did not answer a moment ago." in page
    assert 'name="password"' in page  # the other ways work
    assert fresh.get("/login/with/works/silently").headers["location"] == "/login"


def test_while_it_is_away_who_is_signed_in_goes_on(works: Works) -> None:
    works.stop()

    assert works.visitor.get("/purchases").status_code == 200


def test_a_proof_that_the_provider_cannot_give_loses_nothing(works: Works) -> None:
    type_something(works)
    works.stop()

    answer = works.visitor.post("/login/with/works", data={"next": "/purchases", "fresh": "yes"})

    assert answer.status_code == 503
    assert '<input type="hidden" name="fresh" value="yes">' in answer.text
    assert 'href="/confirm?next=%2Fpurchases"' in answer.text
    assert typed(works) == "half a form"


def test_somebody_else_proves_nothing_and_changes_nothing(works: Works) -> None:
    type_something(works)
    before = works.visitor.cookies["__Host-sid"]

    answer = works.visitor.get(works.come_back(works.leave(fresh=True), "boris"))

    assert answer.status_code == 403
    assert "That was somebody else" in answer.text
    assert works.visitor.cookies["__Host-sid"] == before
    assert typed(works) == "half a form"
    assert "LS-3" not in works.visitor.get("/purchases").text


def test_without_its_secret_a_way_in_is_not_offered_and_the_others_are(works: Works,
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKS_SECRET")

    page = works.portal.visitor().get("/login").text

    assert "Works account is not set up completely." in page
    assert "/login/with/works" not in page
    assert 'name="password"' in page
