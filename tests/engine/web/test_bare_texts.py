"""A language that does not exist shows texts that nobody can translate: whatever stands without its brackets."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.portal import USUAL, Portal, open_portal
from treuwerk.programme.languages import PSEUDO
from treuwerk.store.database import Database
from treuwerk.web.shell.pseudo import VARIABLE

# What is no text of ours: names and codes from the programme and its data, days, languages in their own words.
DATA = re.compile(
    r"Sunny Partners|Sunny \d+( <black>)?|Müller & Söhne <Solar>|Anna Berg|M40[05]|HOOK|Roof hook|Sonnenlicht AG|SN-\d|"
    r"LS-\d|ROOF-1|txn_\w+|module_points|seminar_points|(bonus|status|Module|Seminar) points|Silver|Gold|Deutsch|"
    r"English|Français|\b(wp|SYSTEM|MODULE|scope|EN-XA|nothing)\b|"
    r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b")
SPOKEN = ("aria-label", "alt", "placeholder", "title")


class Texts(HTMLParser):
    """Everything of a page that is read or heard."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._quiet = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._quiet = tag in ("script", "style", "code")
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_data(self, data: str) -> None:
        if not self._quiet and data.strip():
            self.found.append(" ".join(data.split()))


@pytest.fixture
def pseudo(tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """A portal whose every text stands in brackets and is half as long again."""
    monkeypatch.setenv(VARIABLE, "1")
    portal = open_portal(tmp_path, sqlite_database)
    for day, lines in USUAL.items():
        portal.deliver(day, *lines)
    portal.attend("2026-09-10", "ROOF-1;2026-09-09;1001;Anna Berg;yes")
    return portal


def bare(html: str) -> list[str]:
    """Texts with letters that are neither ours in brackets nor data."""
    outside = [re.sub(r"⟦[^⟧]*⟧", "", text) for text in Texts(html).found]
    return [text for text in outside if re.search(r"[A-Za-z]{2}", DATA.sub("", text))]


@pytest.mark.parametrize("path", ["/", "/account", "/account?q=nothing&year=2026&kind=activity", "/purchases",
                                  "booking", "/nowhere"])
def test_every_text_of_a_personal_page_can_be_translated(pseudo: Portal, path: str) -> None:
    client = pseudo.signed_in(language=PSEUDO)
    if path == "booking":
        path = re.findall(r'href="(/bookings/txn_\w+)"', client.get("/account?q=LS-2").text)[0]

    html = client.get(path).text

    assert "⟦" in html
    assert bare(html) == []


def test_every_text_of_the_sign_in_page_can_be_translated(pseudo: Portal) -> None:
    visitor = pseudo.visitor(language=PSEUDO)

    for answer in (visitor.get("/login"), visitor.post("/login", data={})):
        assert bare(answer.text) == []


def test_the_csv_heads_can_be_translated(pseudo: Portal) -> None:
    for path in ("/bookings.csv", "/purchases.csv"):
        head = pseudo.signed_in(language=PSEUDO).get(path).content.decode("utf-8-sig").splitlines()[0]
        assert "⟦" in head
        assert bare(head.replace(";", " ")) == []
