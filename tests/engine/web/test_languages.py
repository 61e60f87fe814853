"""Three languages, complete, and the way one of them is chosen."""

import re
from string import ascii_letters

import pytest

from tests.engine.web.test_account_page import words
from tests.support.portal import Portal

LANGUAGES = ("de", "en", "fr")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize(("accepted", "expected"), [
    ("de-AT,de;q=0.9", "de"), ("fr;q=0.5, en;q=0.8", "en"), ("it", "de"), ("", "de"), ("it, fr;q=0.1", "fr"),
    ("en;q=0, fr;q=nonsense, *", "de"), ("xx-" + ascii_letters * 50, "de"),
])
def test_the_browser_is_asked_first_then_the_programme(sqlite_portal: Portal, accepted: str, expected: str) -> None:
    answer = sqlite_portal.visitor(language=accepted).get("/login")

    assert f'<html lang="{expected}"' in answer.text
    assert answer.headers["content-language"] == expected


def test_someone_signed_in_gets_the_own_language(sqlite_portal: Portal) -> None:
    client = sqlite_portal.signed_in("1001", language="fr")
    client.cookies.delete("__Host-locale")

    assert '<html lang="de"' in client.get("/").text


def test_a_language_chosen_by_hand_stays_and_leads_back_to_the_page(portal: Portal) -> None:
    client = portal.signed_in()

    answer = client.post("/preferences", data={"locale": "fr", "next": "/purchases?year=2026"})

    assert answer.headers["location"] == "/purchases?year=2026"
    assert "Achats" in words(client, "/purchases?year=2026")


@pytest.mark.parametrize("wish", [{"locale": "xx"}, {"scheme": "neon"}, {"locale": "../de"}, {}])
def test_wishes_that_do_not_exist_change_nothing(sqlite_portal: Portal, wish: dict[str, str]) -> None:
    assert "set-cookie" not in sqlite_portal.visitor().post("/preferences", data=wish).headers


def test_light_and_dark_can_be_chosen_without_script(sqlite_portal: Portal) -> None:
    client = sqlite_portal.visitor()
    assert "data-scheme" not in client.get("/login").text

    client.post("/preferences", data={"scheme": "dark", "next": "/login"})

    html = client.get("/login").text
    assert '<html lang="en" data-scheme="dark">' in html
    assert 'value="dark" aria-pressed="true"' in html


@pytest.mark.parametrize(("language", "expected"), [
    ("de", ("3.380", "31. Dezember 2028", "Warum diese Punkte?", "Silber")),
    ("en", ("3,380", "31 December 2028", "Why these points?", "Silver")),
    ("fr", ("3\u202f380", "31 décembre 2028", "Pourquoi ces points\u202f?", "Argent")),
])
def test_numbers_days_and_names_follow_the_language(portal: Portal, language: str, expected: tuple[str, ...]) -> None:
    text = words(portal.signed_in(language=language), "/account")

    assert [part for part in expected if part.replace("\u202f", " ") not in text.replace("\u202f", " ")] == []
