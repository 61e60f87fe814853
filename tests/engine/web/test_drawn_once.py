"""What is made once, for the same rights or the same values, stands on no page where these are others."""

import re
from pathlib import Path

import attrs
import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from tests.engine.web.test_account_page import words
from tests.support.portal import HOST, ORIGIN, PROGRAMME, USUAL, Portal, open_portal
from treuwerk.domain.rights import Access, Audience
from treuwerk.services.installation import Installation
from treuwerk.store.database import Database
from treuwerk.store.tables import membership
from treuwerk.web.shell.navigation import Entry, Navigation

LOOKER = """
[roles.looker]
name = { de = "Lesend", en = "Looker", fr = "Lecture" }
audience = "portal"
permissions = ["own.account.read"]
"""


@pytest.fixture
def portal(tmp_path: Path, database: Database) -> Portal:
    made = open_portal(tmp_path, database, PROGRAMME + LOOKER)
    for day, lines in USUAL.items():
        made.deliver(day, *lines)
    return made


def beside(client: TestClient, other: TestClient) -> TestClient:
    """The other visitor, at the same process."""
    visitor = TestClient(client.app, base_url=ORIGIN, follow_redirects=False, headers=dict(client.headers))
    for name, value in other.cookies.items():
        visitor.cookies.set(name, value, domain=HOST)
    return visitor


def links(client: TestClient) -> list[str]:
    """Where the main navigation of the overview leads to."""
    tabs = re.search(r'<nav class="tabs".*?</nav>', client.get("/").text, re.DOTALL)
    return re.findall(r'href="([^"]+)"', tabs[0]) if tabs else []


@pytest.mark.parametrize("path", ["/", "/account"])
def test_pages_of_two_companies_and_two_languages_never_mix(portal: Portal, path: str) -> None:
    one = portal.signed_in("1001")
    other, german = beside(one, portal.signed_in("1002")), beside(one, portal.signed_in("1001", language="de"))

    for _ in range(2):  # made, and then remembered
        assert "Available now 2,880 bonus points" in words(one, path)
        assert "Available now 121 bonus points" in words(other, path)
        assert "Müller" not in words(other, path)
        assert "Verfügbar 2.880 Bonuspunkte" in words(german, path).replace("Jetzt verfügbar", "Verfügbar")


@pytest.mark.parametrize("path", ["/", "/account"])
def test_what_another_process_books_stands_on_the_next_page(portal: Portal, path: str) -> None:
    one = portal.signed_in("1001")
    other = beside(one, portal.signed_in("1002"))
    before = words(one, path), words(other, path)
    elsewhere = Database(portal.installation.database.url.render_as_string(hide_password=False))

    attrs.evolve(portal, installation=Installation(portal.installation.programme, elsewhere)).deliver(
        "2026-11-20", "LS-9;10;2026-11-19;1001;M405;2;PCE;MODULE;")
    elsewhere.close()

    after = words(one, path)
    assert "Available now 2,961 bonus points" in after  # 2×405÷10 more
    assert "LS-9" in after
    assert "1,321" in after  # of the tier, too
    assert after != before[0]
    assert words(other, path) == before[1]


def test_rights_and_navigation_follow_the_role_at_once(portal: Portal) -> None:
    manager = portal.signed_in("1001")
    looker = beside(manager, portal.signed_in("1002", role="looker"))

    assert links(manager)[:3] == ["/", "/account", "/purchases"]
    assert links(looker) == ["/", "/account", "/enquiries"]
    assert looker.get("/purchases").status_code == 403

    with portal.installation.database.writing() as connection:
        connection.execute(update(membership).values(role="looker"))

    assert links(manager) == links(looker)
    assert manager.get("/purchases").status_code == 403


def test_a_navigation_tells_each_what_they_may_open_in_their_language_with_their_counts() -> None:
    entries = [Entry("/b", "Second", "box", "b", Audience.OFFICE, 2, "More"),
               Entry("/a", {"de": "Erstes", "en": "First"}, "box", "a", Audience.OFFICE, 1),
               Entry("/c", "Portal", "box", "a", Audience.PORTAL, 0)]
    navigation = Navigation(entries, lambda locale, message: f"{message} ({locale})")
    both, second = (Access(1, "ada", Audience.OFFICE, frozenset(rights)) for rights in ("ab", "b"))

    counted = navigation.groups(both, "de", {"/b": 7})

    assert [(group.title, [(one.href, one.words, one.count) for one in group.entries]) for group in counted] == [
        ("", [("/a", "Erstes", 0)]), ("More (de)", [("/b", "Second (de)", 7)])]
    assert [one.words for group in navigation.groups(second, "en") for one in group.entries] == ["Second (en)"]
    assert [one.count for group in navigation.groups(both, "de") for one in group.entries] == [0, 0]
