"""What surrounds every page: routes, headers, errors, cross-site writes, health."""

import json
import re
from pathlib import Path

import pytest
from starlette.routing import BaseRoute

from tests.support.portal import DEPLOYMENT, PROGRAMME, Portal, open_portal
from treuwerk.domain.rights import names_for
from treuwerk.domain.source_rights import SOURCE_RIGHTS
from treuwerk.programme.errors import ProgrammeError
from treuwerk.programme.reading import read_programme
from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseBusy, DatabaseClosed, TransactionLost
from treuwerk.web.api.routing import ApiRoute
from treuwerk.web.application import create_app
from treuwerk.web.shell.routing import PUBLIC, SIGNED_IN, DeclaredRoute


def routes(portal: Portal) -> list[BaseRoute]:
    return create_app(portal.installation, styleguide=True).routes


def test_every_route_asks_for_a_right_of_its_own_audience(sqlite_portal: Portal) -> None:
    known = {PUBLIC, SIGNED_IN}

    for route in routes(sqlite_portal):
        assert isinstance(route, DeclaredRoute | ApiRoute)
        if isinstance(route, ApiRoute):
            assert route.permission in SOURCE_RIGHTS, route.path
            continue
        assert route.permission in known | names_for(route.audience), route.path


def test_only_these_routes_are_open_to_everyone(sqlite_portal: Portal) -> None:
    declared = [route for route in routes(sqlite_portal) if isinstance(route, DeclaredRoute)]

    assert {route.path for route in declared if route.permission == PUBLIC} == {
        "/login", "/office/login", "/login/code", "/login/passkey", "/login/passkey/challenge", "/first-login",
        "/first-login/login", "/logout", "/session", "/preferences", "/static/{name:path}", "/livez", "/readyz",
        "/metrics", "/accessibility", "/withdraw", "/withdraw/receipts/{token}", "/payments/{provider}/messages",
        "/_styleguide",
        "/_styleguide/office"}


@pytest.mark.parametrize("path", ["/login", "/", "/purchases", "/nowhere", "/livez"])
def test_every_answer_is_strict_about_what_it_may_load(portal: Portal, path: str) -> None:
    headers = portal.signed_in().get(path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["strict-transport-security"].startswith("max-age=")
    assert re.fullmatch(r"[2-9a-z]{10}", headers["x-request-id"])


def test_no_page_has_inline_style_or_script(portal: Portal) -> None:
    client = portal.signed_in()
    booking = re.search(r"/bookings/txn_\w+", client.get("/").text)
    assert booking is not None

    for path in ("/", "/purchases", booking[0], "/login", "/_styleguide", "/nowhere"):
        html = client.get(path).text
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", html), path
        assert re.findall(r"<script[^>]*>", html) == re.findall(r'<script type="module" src="/static/[^"]+">', html)


def test_static_files_are_kept_for_ever_under_the_name_of_their_content(sqlite_portal: Portal) -> None:
    client = sqlite_portal.visitor()
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/login").text):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert re.search(r"\.[0-9a-f]{12}\.", address)


def test_the_style_sheet_names_fonts_by_their_hash(sqlite_portal: Portal) -> None:
    client = sqlite_portal.visitor()
    style = re.search(r"/static/app\.\w+\.css", client.get("/login").text)
    assert style is not None

    fonts = re.findall(r'url\("([^"]+)"\)', client.get(style[0]).text)

    assert len(fonts) == 2
    assert all(client.get(font).headers["content-type"] == "font/woff2" for font in fonts)


@pytest.mark.parametrize("path", ["/static/app.css", "/static/../application.py", "/static/%2e%2e/programme.toml"])
def test_nothing_else_is_served_as_a_static_file(sqlite_portal: Portal, path: str) -> None:
    assert sqlite_portal.visitor().get(path).status_code == 404


@pytest.mark.parametrize(("language", "words"), [("de", "Diese Seite gibt es nicht"), ("en", "There is no such page"),
                                                 ("fr", "Cette page n’existe pas")])
def test_an_error_page_speaks_the_readers_language_and_names_a_reference(sqlite_portal: Portal, language: str,
                                                                        words: str) -> None:
    answer = sqlite_portal.visitor(language=language).get("/nowhere")

    assert answer.status_code == 404
    assert words in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert answer.headers["content-language"] == language


def test_who_is_signed_in_stays_so_on_an_error_page(portal: Portal) -> None:
    html = portal.signed_in().get("/nowhere").text

    assert 'href="/purchases"' in html
    assert "Sign out" in html


def test_the_wrong_method_says_which_are_right(sqlite_portal: Portal) -> None:
    answer = sqlite_portal.visitor().delete("/login")

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert "This cannot be done here" in answer.text


@pytest.mark.parametrize("size", [65_537, 10_000_000])
def test_a_form_that_is_too_large_is_refused(sqlite_portal: Portal, size: int) -> None:
    answer = sqlite_portal.visitor().post("/login", content=b"x" * size,
                                          headers={"content-type": "application/x-www-form-urlencoded"})

    assert answer.status_code == 413
    assert "That was too large" in answer.text


def test_a_file_where_a_text_belongs_is_refused(sqlite_portal: Portal) -> None:
    answer = sqlite_portal.visitor().post("/login", files={"login": ("a.txt", b"anna")})

    assert answer.status_code == 400
    assert "could not be read" in answer.text


def test_a_failure_of_ours_shows_a_page_and_writes_the_reference_to_the_log(
        sqlite_portal: Portal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("treuwerk.services.account.statements.statement", broken)

    answer = sqlite_portal.signed_in().get("/account")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert answer.headers["x-request-id"] in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivisionError" not in answer.text


@pytest.mark.parametrize("fault", [DatabaseBusy, DatabaseClosed, TransactionLost])
def test_a_database_that_others_hold_is_no_fault_of_ours_and_worth_another_try(
        sqlite_portal: Portal, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]) -> None:
    def held(*_: object, **__: object) -> None:
        raise fault("others hold it")

    client = sqlite_portal.signed_in()
    monkeypatch.setattr("treuwerk.services.account.statements.statement", held)

    answer = client.get("/account")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")


def test_without_its_tables_pages_say_so_and_readiness_names_the_remedy(tmp_path: Path) -> None:
    portal = open_without_tables(tmp_path)
    client = portal.visitor()
    client.cookies.set("__Host-sid", "whatever")

    assert client.get("/").status_code == 503
    assert client.get("/").headers["retry-after"] == "10"
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert json.loads(ready.text)["reasons"] == [
        {"check": "schema", "found": "tables are missing", "remedy": "run treuwerk migrate"}]
    assert client.get("/livez").status_code == 200
    portal.installation.database.close()


def open_without_tables(folder: Path) -> Portal:
    from tests.support.portal import PROGRAMME
    from treuwerk.programme.reading import read_programme
    from treuwerk.services.installation import Installation

    (folder / "programme.toml").write_text(PROGRAMME, "utf-8")
    return Portal(Installation(read_programme(folder), Database(f"sqlite:///{folder / 'empty.db'}")), folder)


def test_a_served_portal_is_ready(portal: Portal) -> None:
    answer = portal.visitor().get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "reasons": [], "work": {
        "waiting": 0, "running": 0, "failed": 0, "oldest_seconds": 0, "workers": 0}})


@pytest.mark.parametrize(("headers", "status"), [
    ({"sec-fetch-site": "same-origin"}, 303), ({"sec-fetch-site": "none"}, 303),
    ({"sec-fetch-site": "cross-site"}, 403), ({"sec-fetch-site": "same-site"}, 403),
    ({"sec-fetch-site": "", "origin": "https://portal.example"}, 303),
    ({"sec-fetch-site": "", "origin": "https://evil.example"}, 403),
    ({"sec-fetch-site": "", "origin": "null"}, 403),
    ({"sec-fetch-site": ""}, 403),
])
def test_only_our_own_pages_can_write(sqlite_portal: Portal, headers: dict[str, str], status: int) -> None:
    assert sqlite_portal.signed_in().post("/logout", headers=headers).status_code == status


def test_a_tool_without_session_may_post(sqlite_portal: Portal) -> None:
    answer = sqlite_portal.visitor().post("/login", headers={"sec-fetch-site": ""}, data={"login": "", "password": ""})

    assert answer.status_code == 422


def test_reading_from_elsewhere_is_no_write(portal: Portal) -> None:
    assert portal.signed_in().get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_nothing_is_written_by_get(sqlite_portal: Portal) -> None:
    client = sqlite_portal.signed_in()

    assert client.get("/logout").status_code == client.get("/preferences").status_code == 405
    assert client.get("/").status_code == 200


def test_the_styleguide_is_for_builders_only(sqlite_portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    from starlette.testclient import TestClient

    closed = TestClient(create_app(sqlite_portal.installation, deployment=DEPLOYMENT), base_url="https://portal.example")
    monkeypatch.setenv("TREUWERK_STYLEGUIDE", "1")
    opened = TestClient(create_app(sqlite_portal.installation, deployment=DEPLOYMENT), base_url="https://portal.example")

    assert closed.get("/_styleguide").status_code == 404
    assert opened.get("/_styleguide").status_code == 200


def test_a_programme_can_replace_templates_static_files_and_texts(tmp_path: Path, sqlite_database: Database) -> None:
    template = ('{% extends "base.html" %}{% block title %}T{% endblock %}'
                "{% block content %}<h1>{{ _('Sign in') }} {{ programme.name }}</h1>{% endblock %}")
    for name, content in (("templates/login.html", template),
                          ("static/favicon.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
                          ("translations/en.po", 'msgid "Sign in"\nmsgstr "Step inside"\n')):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(content, "utf-8")
    client = open_portal(tmp_path, sqlite_database).visitor()

    html = client.get("/login").text

    assert "<h1>Step inside Sunny Partners</h1>" in html
    icon = re.search(r"/static/favicon\.\w+\.svg", html)
    assert icon is not None
    assert client.get(icon[0]).text == "<svg xmlns='http://www.w3.org/2000/svg'/>"


LINKS = """
[contact]
phone = "+49 (0)30 12-34"
[[links]]
title = { de = "Impressum", en = "Imprint", fr = "Mentions légales" }
href = "https://example.org/imprint"
"""


def test_the_foot_says_whom_to_ask_and_leads_to_the_programmes_pages(
        tmp_path: Path, sqlite_database: Database) -> None:
    portal = open_portal(tmp_path, sqlite_database, PROGRAMME + LINKS)

    for page in (portal.visitor().get("/login").text, portal.signed_in().get("/account").text):
        foot = page.partition("<footer")[2]
        assert '<a href="tel:+490301234">' in foot
        assert '<a href="https://example.org/imprint">Imprint</a>' in foot


@pytest.mark.parametrize("href", ["http://example.org", "javascript:alert(1)", "//example.org", "imprint", "/a b"])
def test_a_link_that_leads_nowhere_safe_is_a_mistake(tmp_path: Path, href: str) -> None:
    text = f"{PROGRAMME}{LINKS}".replace("https://example.org/imprint", href)
    (tmp_path / "programme.toml").write_text(text, "utf-8")

    with pytest.raises(ProgrammeError, match=r"links\[0\].href"):
        read_programme(tmp_path)
