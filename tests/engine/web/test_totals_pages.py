"""Totals on pages: how far somebody is, what comes next, and what counts for a booking."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.portal import PROGRAMME, Portal, open_portal
from tests.support.served import read
from tests.support.totals import PLUGINS
from treuwerk.domain import ids
from treuwerk.services.account.explaining import explain, tree_of
from treuwerk.store.database import Database
from treuwerk.store.tables import journal

RULES = """
[[earning]]
name = "volume"
rule = "bands"
title = { de = "Mengenbonus", en = "Volume bonus", fr = "Bonus" }
unit = "bonus"
bands = [{ above = 0, points = 1 }, { above = 50, points = 2 }]

[[earning]]
name = "goal"
rule = "target"
title = { de = "Jahresziel", en = "Goal of the year", fr = "But" }
unit = "bonus"
steps = [{ at_least = 12, points = 300 }]

[[earning]]
name = "for_others"
rule = "target"
title = { de = "Nur andere", en = "Only others", fr = "Autres" }
unit = "bonus"
steps = [{ at_least = 12, points = 300 }]
audience = { groups = ["others"] }

[groups.others]
name = { de = "Andere", en = "Others", fr = "Autres" }

[[sources]]"""
KINDS = PROGRAMME.replace('"activity_points"]', f'"activity_points", {", ".join(map(json.dumps, PLUGINS))}]').replace(
    "[[sources]]", RULES, 1)


@pytest.fixture
def portal(tmp_path: Path, database: Database) -> Portal:
    """A company that bought 31 modules this year; runs once per database."""
    portal = open_portal(tmp_path, database, KINDS, PLUGINS)
    portal.deliver("2026-05-06", "LS-2;10;2026-05-05;1001;M400;31;PCE;MODULE;")
    return portal


def booking(portal: Portal, rule: str) -> str:
    """The public id of the booking of a total."""
    with portal.installation.database.reading() as connection:
        account, number = connection.execute(select(journal.c.account_id, journal.c.id).where(
            journal.c.business_key == f"total|{rule}|1|2026||1")).one()
    return ids.public_id(ids.TRANSACTION, account, number)


def test_portal_and_service_centre_show_what_counts_and_what_comes_next(portal: Portal) -> None:
    own = read(portal.signed_in().get("/").text)
    office = read(portal.in_office("agent").get(f"/office/participants/{portal.account('1001')}").text)

    for words in (own, office):
        assert "Volume bonus 31 bonus points 31 of 50 pieces · until 31 Dec 2026" in words
        assert "From then on 2 bonus points for each further one" in words
        assert "Goal of the year 300 bonus points Everything reached that can be reached for now." in words
        assert "Only others" not in words
    assert "Last bookings All bookings Volume bonus 6 May 2026 +31" in own


def test_who_bought_nothing_sees_the_goals(portal: Portal) -> None:
    assert "0 of 12 pieces · until 31 Dec 2026 Brings 300 bonus points" in read(portal.signed_in("1002").get("/").text)


def test_a_programme_without_such_rules_has_no_panel(tmp_path: Path, sqlite_database: Database) -> None:
    assert "What comes next" not in read(open_portal(tmp_path, sqlite_database).signed_in().get("/").text)


def test_a_booking_shows_its_arithmetic_and_the_lines_that_count(portal: Portal) -> None:
    page = read(portal.signed_in().get(f"/bookings/{booking(portal, 'volume')}").text)
    desk = read(portal.in_office("agent").get(f"/office/bookings/{booking(portal, 'goal')}").text)

    assert "Volume bonus" in page
    assert "What counts together 5 May 2026 · Delivery note LS-2, line 10 31 Counts by now 31" in page
    assert "Goal of the year" in desk
    assert "Delivery note LS-2, line 10 31" in desk


def test_explain_lists_what_counts_by_now(portal: Portal) -> None:
    with portal.installation.database.reading() as connection:
        tree = tree_of(explain(connection, booking(portal, "volume")))

    assert (tree["kind"], tree["awards"][0]["points"]) == ("total", 31)
    assert tree["total"] == {"period": "2026", "part": "", "counted": "31", "more": 0, "lines": ({
        "occurred_on": "2026-05-05", "document": "LS-2", "line": "10", "article_number": "M400", "activity": "",
        "amount": "31"},)}
