"""The page about accessibility: open to everybody, with what the programme says and whom to tell."""

from pathlib import Path

from tests.engine.web.test_account_page import words
from tests.support.portal import PROGRAMME, open_portal
from treuwerk.store.database import Database

SAID = """
[contact]
email = "help@sunny.example"

[accessibility]
checked_on = 2026-11-20
gaps = [{ en = "Statements as PDF have no tags; the account page has the same figures." }]
authority = { en = "the authority of the states" }

[units.bonus]"""


def test_without_a_login_it_tells_the_standard_the_gaps_and_the_way_to_complain(tmp_path: Path,
                                                                               sqlite_database: Database) -> None:
    portal = open_portal(tmp_path, sqlite_database, PROGRAMME.replace("\n[units.bonus]", SAID, 1))

    text = words(portal.visitor(), "/accessibility")

    assert "checked by WCAG 2.2 AA. They were checked last on 20 November 2026." in text
    assert "Statements as PDF have no tags" in text
    assert "help@sunny.example If we do not answer: the authority of the states" in text


def test_a_programme_that_says_nothing_has_the_page_too(tmp_path: Path, sqlite_database: Database) -> None:
    text = words(open_portal(tmp_path, sqlite_database).visitor(), "/accessibility")

    assert "We know of nothing. If you do, tell us." in text
