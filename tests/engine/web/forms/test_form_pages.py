"""A form over the wire: refused, saved once, in conflict, undone."""

import re
from html import unescape

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.support.noting import add_noting
from tests.support.portal import NOW, Portal

HOUR = 3_600_000_000


@pytest.fixture
def client(portal: Portal) -> TestClient:
    return noting(portal)


def noting(portal: Portal, language: str = "de", now: int = NOW) -> TestClient:
    """A signed-in browser of a portal that has the page."""
    client = portal.signed_in(language=language, now=now)
    assert isinstance(client.app, Starlette)
    add_noting(client.app, portal.folder)
    return client


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    form = re.search(r'action="/note" novalidate.*?</form>', html, re.DOTALL)
    assert form
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', form[0]))


def save(client: TestClient, beside: dict[str, str], **fields: str) -> tuple[int, str]:
    answer = client.post("/note", data=beside | {"name": "Anna", "position": "1.250"} | fields)
    return answer.status_code, answer.headers.get("location") or unescape(answer.text)


def test_a_refused_form_keeps_what_was_typed_and_says_what_to_do(client: TestClient) -> None:
    beside = hidden(client.get("/note").text)

    status, html = save(client, beside, name="", position="12 <5>", mail="a@b")

    assert status == 422
    assert "<title>Fehler: Note" in html
    assert re.search(r'<a href="#name">Füllen Sie „Name“ aus.</a>.*<a href="#position">Geben Sie eine ganze Zahl wie '
                     r'1.250 ein.</a>.*<a href="#mail">', html, re.DOTALL)
    assert re.search(r'id="position-error">.*?<span>Geben Sie eine ganze Zahl wie 1.250 ein.</span>', html)
    assert re.search(r'id="position"[^>]*value="12 <5>"[^>]* aria-invalid="true" aria-describedby="position-error"',
                     html)
    assert hidden(html) == beside


def test_what_is_typed_cannot_break_out_of_its_field(client: TestClient) -> None:
    answer = client.post("/note", data={"name": '"><script>alert(1)</script>', "position": ""})

    assert "<script>alert" not in answer.text
    assert "&#34;&gt;&lt;script&gt;alert(1)" in answer.text


def test_saved_once_however_often_it_is_sent(client: TestClient) -> None:
    beside = hidden(client.get("/note").text)

    assert [save(client, beside) for _ in range(3)] == [(303, "/purchases")] * 3
    assert 'name="version" value="1"' in client.get("/note").text


def test_the_next_page_tells_it_once_and_undoes_it(client: TestClient) -> None:
    save(client, hidden(client.get("/note").text))

    html = client.get("/purchases").text

    assert "Saved Anna &lt;b&gt;." in html
    assert re.search(r'action="/note/undo">\s*<input type="hidden" name="name" value="Anna">\s*<button', html)
    assert "Saved Anna" not in client.get("/purchases").text
    client.post("/note/undo", data={"name": "Anna"})
    assert 'value="Anna"' not in client.get("/note").text


def test_the_second_saver_sees_both_versions(portal: Portal, client: TestClient) -> None:
    save(client, hidden(client.get("/note").text))
    other = noting(portal)
    mine, theirs = hidden(client.get("/note").text), hidden(other.get("/note").text)
    save(other, theirs, name="Berta")

    status, html = save(client, mine, name="Carla", position="1.250")

    assert status == 409
    assert "Clara hat am 21.11.2026, 11:00 eine andere Fassung gespeichert." in html
    assert re.search(r'class="differs">\s*<th scope="row">Name .*?>Berta</td>\s*<td [^>]*>Carla</td>', html, re.DOTALL)
    assert re.search(r'<tr>\s*<th scope="row">Position</th>', html)
    assert 'id="name" name="name" type="text" value="Carla"' in html
    assert save(client, hidden(html), name="Carla") == (303, "/purchases")
    assert 'value="Carla"' in client.get("/note").text


def test_a_version_that_is_none_is_refused(client: TestClient) -> None:
    assert save(client, {"version": "-1"})[0] == 400
    assert save(client, {"version": "\u0663"})[0] == 400


def test_a_language_reads_its_own_numbers_only(portal: Portal) -> None:
    client = noting(portal, "en")

    status, html = save(client, {}, position="1.250")

    assert status == 422
    assert "Enter a whole number such as 1,250." in html
    assert save(client, {}, position="1,250")[0] == 303


def test_a_page_knows_when_its_session_ends_and_can_put_it_off(portal: Portal, client: TestClient) -> None:
    later = noting(portal, now=NOW + HOUR)
    later.cookies = client.cookies

    assert 'data-seconds="43200"' in client.get("/note").text
    assert 'data-seconds="43200"' not in portal.visitor().get("/login").text
    assert later.post("/session", headers={"accept": "application/json"}).json() == {"seconds": 43_200}
    assert later.post("/session").headers["location"] == "/"


def test_nobody_puts_off_what_is_not_there(sqlite_portal: Portal) -> None:
    assert sqlite_portal.visitor().post("/session").headers["location"] == "/login"
