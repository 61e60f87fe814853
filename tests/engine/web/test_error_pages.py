"""Errors as pages: every status in every language, whom to ask, and the page for when nothing answers at all."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from tests.support.portal import DEPLOYMENT, ORIGIN, PROGRAMME, Portal, open_portal
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.store.database import Database
from treuwerk.web.application import create_app
from treuwerk.web.shell.maintenance import maintenance_page
from treuwerk.web.shell.routing import PUBLIC, DeclaredRoute
from treuwerk.web.shell.state import Visit

STATUSES = (400, 403, 404, 405, 409, 410, 413, 415, 421, 422, 429, 500, 503)
GENERAL = {"de": "Das hat nicht geklappt", "en": "This did not work", "fr": "Cela n’a pas fonctionné"}
CONTACT = """
[contact]
email = "service@sunny.example"
phone = "+49 (0)30 1234-5"
hours = { de = "Mo bis Fr, 8 bis 17 Uhr", en = "Monday to Friday, 8 am to 5 pm", fr = "Du lundi au vendredi" }
"""


def with_route(portal: Portal, answer: object, *, body_bytes: int | None = None) -> TestClient:
    """The application with one more route, which answers or raises."""
    def page(visit: Visit) -> Response:
        if isinstance(answer, Exception):
            raise answer
        return PlainTextResponse(str(answer(visit.form)) if callable(answer) else str(answer))

    app = create_app(portal.installation, deployment=DEPLOYMENT)
    app.router.routes.insert(0, DeclaredRoute("/more", page, permission=PUBLIC, name="more", methods=("GET", "POST"),
                                              body_bytes=body_bytes))
    return TestClient(app, base_url=ORIGIN, headers={"sec-fetch-site": "same-origin"})


@pytest.fixture
def helpful(tmp_path: Path, sqlite_database: Database) -> Portal:
    """A portal that says whom to ask."""
    return open_portal(tmp_path, sqlite_database, PROGRAMME + CONTACT)


@pytest.mark.parametrize("language", ["de", "en", "fr"])
@pytest.mark.parametrize("status", STATUSES)
def test_every_error_has_words_of_its_own_in_every_language(sqlite_portal: Portal, status: int, language: str) -> None:
    client = with_route(sqlite_portal, HTTPException(status))

    answer = client.get("/more", headers={"accept-language": language})

    heading = re.search(r"<h1>(.+)</h1>", answer.text)
    assert heading is not None
    assert answer.status_code == status
    assert heading[1] not in GENERAL.values()
    assert answer.headers["content-language"] == language
    assert answer.headers["x-request-id"] in answer.text


def test_an_error_without_words_of_its_own_still_is_a_page(sqlite_portal: Portal) -> None:
    answer = with_route(sqlite_portal, HTTPException(418)).get("/more", headers={"accept-language": "de"})

    assert answer.status_code == 418
    assert GENERAL["de"] in answer.text


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_can_be_tried_again_at_the_same_address(sqlite_portal: Portal, status: int) -> None:
    client = with_route(sqlite_portal, HTTPException(status))

    assert 'href="/more?year=2026&amp;q=%C3%BC"' in client.get("/more?year=2026&q=ü").text
    assert 'href="/more' not in client.post("/more").text


def test_no_error_page_leads_to_another_site(sqlite_portal: Portal) -> None:
    answer = with_route(sqlite_portal, HTTPException(503)).get("/more?next=//evil.example%5c")

    assert "evil" not in re.sub(r"\s", "", answer.text)


def test_error_pages_say_whom_to_ask(helpful: Portal) -> None:
    html = helpful.visitor().get("/nowhere").text

    assert 'href="mailto:service@sunny.example"' in html
    assert 'href="tel:+4903012345"' in html
    assert "Monday to Friday, 8 am to 5 pm" in html


@pytest.mark.parametrize(("line", "found"), [
    ('email = "no address"', "contact.email"), ('phone = "call us"', "contact.phone"),
    ('hours = { de = "Immer" }', "contact.hours: found no text for en, fr"),
])
def test_a_contact_that_nobody_can_use_is_a_mistake(tmp_path: Path, line: str, found: str) -> None:
    (tmp_path / "programme.toml").write_text(f"{PROGRAMME}\n[contact]\n{line}\n", "utf-8")

    with pytest.raises(ProgrammeError) as caught:
        read_programme(tmp_path)

    assert found in str(caught.value)


@pytest.mark.parametrize(("limit", "size", "status"), [
    (1_000, 900, 200), (1_000, 1_100, 413), (200_000, 150_000, 200), (200_000, 200_100, 413), (None, 150_000, 413),
])
def test_a_route_may_take_more_or_less_than_usual(sqlite_portal: Portal, limit: int | None, size: int,
                                                  status: int) -> None:
    client = with_route(sqlite_portal, lambda form: len(form["text"]), body_bytes=limit)

    answer = client.post("/more", data={"text": "x" * (size - len("text="))})

    assert answer.status_code == status
    assert answer.text == str(size - len("text=")) or "<h1>" in answer.text


def test_the_limit_holds_for_a_body_that_does_not_tell_its_size(sqlite_portal: Portal) -> None:
    client = with_route(sqlite_portal, lambda form: len(form["text"]), body_bytes=1_000)

    answer = client.post("/more", content=(b"text=" + b"x" * 600 for _ in range(3)),
                         headers={"content-type": "application/x-www-form-urlencoded"})

    assert answer.status_code == 413
    assert "<h1>" in answer.text


def test_the_maintenance_page_needs_nothing_else_and_speaks_all_languages(helpful: Portal) -> None:
    html = maintenance_page(helpful.installation.programme)

    assert re.findall(r'<section lang="(\w+)">', html) == ["de", "en", "fr"]
    assert "Ihre Punkte sind sicher" in html
    assert "Your points are safe" in html
    assert "Du lundi au vendredi" in html
    assert not re.search(r'(?:src|href)="(?!data:|tel:|mailto:)', html)


def test_the_maintenance_page_allows_its_own_style_and_nothing_else(helpful: Portal) -> None:
    html = maintenance_page(helpful.installation.programme)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)

    assert style is not None
    assert f"style-src 'sha256-{b64encode(sha256(style[1].encode()).digest()).decode()}'" in html
    assert "default-src 'none'" in html


def test_the_maintenance_page_shows_the_logo_without_the_portal(tmp_path: Path, sqlite_database: Database) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static/logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    portal = open_portal(tmp_path, sqlite_database, PROGRAMME + '\n[theme]\nlogo = "logo.svg"\n')

    assert '<img src="data:image/svg+xml;base64,' in maintenance_page(portal.installation.programme)


def test_requests_of_other_kinds_pass_by(sqlite_portal: Portal) -> None:
    """Lifespan events go through all layers."""
    with TestClient(create_app(sqlite_portal.installation, deployment=DEPLOYMENT), base_url=ORIGIN) as client:
        assert client.get("/livez").status_code == 200
