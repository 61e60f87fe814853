"""Tiers with a scheme on pages: what a participant reads of the own one, and what the service centre gives by hand."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.engine.web.test_account_page import words
from tests.support.desk import hidden
from tests.support.portal import NOW, USUAL, Portal, at
from tests.support.tiers import tier_portal
from treuwerk.services.tiers.running import run
from treuwerk.store.database import Database

DAY = 86_400_000_000


@pytest.fixture
def portal(tmp_path: Path, database: Database) -> Portal:
    """1,240 status points of this year and one seminar, 400 of last year."""
    portal = tier_portal(tmp_path, database)
    for day, lines in USUAL.items():
        portal.deliver(day, *lines)
    portal.attend("2026-09-10", "ROOF-1;2026-09-09;1001;Anna Berg;yes")
    return portal


def test_the_own_tier_says_why_until_when_what_is_missing_and_what_would_do_it(portal: Portal) -> None:
    portal.deliver("2026-11-20", "LS-9;10;2026-11-19;1001;M400;80;PCE;MODULE;")  # 3,200: 560 are missing to gold
    client = portal.signed_in()

    text = words(client, "/")

    assert "Silver since 6 May 2026 · until 31 December 2027" in text
    assert "Counted from 1 January 2026 to 31 December 2026: 4,440 status points" in text
    assert "To reach Gold 560 status points are missing until 31 December 2026." in text
    assert "It would then hold until 31 December 2027." in text
    assert "This would do it: 80 × Sunny 400 <black>, as on 19 November 2026." in text
    history = words(client, "/account/tier")
    assert "Silver 6 May 2026 Reached · until 31 December 2027" in history
    assert "Silver since" in words(client, "/account")


def test_in_the_year_after_it_says_what_keeps_it(portal: Portal) -> None:
    text = words(portal.signed_in(now=at("2027-02-01")), "/account/tier")

    assert "To keep Silver 1,000 status points are missing until 31 December 2027." in text
    assert "It would then hold until 31 December 2028." in text


def form_of(client: TestClient, path: str) -> dict[str, str]:
    return hidden(client.get(path).text)


def test_the_service_centre_gives_a_tier_with_a_second_person(portal: Portal) -> None:
    path = f"/office/participants/{portal.account('1002')}/tier"
    olga, paul = portal.in_office("agent"), portal.in_office("admin", name="Paul Peters")
    given = {**form_of(olga, path), "tier": "gold", "last_on": "31/12/2026", "reason": "promised at the fair"}

    assert olga.post(path, data={**given, "last_on": "01/01/2020"}).status_code == 422
    assert olga.post(path, data={**given, **form_of(olga, path)}).status_code == 303
    shown = olga.get(path).text
    [public_id] = set(re.findall(r"tgr_\w+", shown))
    assert "waits for a second person" in shown
    assert "promised at the fair" in olga.get("/office/queue?view=team").text
    assert paul.post(f"{path}/{public_id}/approve", data={**form_of(paul, path), "reason": ""}).status_code == 303

    assert "Gold since 21 November 2026 · until 31 December 2026" in words(paul, path)
    assert "Gold" in paul.get(f"/office/participants/{portal.account('1002')}").text
    own = words(portal.signed_in("1002"), "/account/tier")
    assert "Given by us; after that your own figures decide." in own
    assert "promised at the fair" not in own
    assert olga.post(f"{path}/{public_id}/end", data={**form_of(olga, path), "reason": "left the league"}
                     ).status_code == 303
    assert "No tier" in paul.get(f"/office/participants/{portal.account('1002')}").text


def test_lists_show_and_filter_by_what_the_last_run_stored(portal: Portal) -> None:
    clerk = portal.in_office("agent")
    assert "Müller" not in clerk.get("/office/participants?tier=silver").text

    run(portal.installation, NOW + DAY)

    found = clerk.get("/office/participants?tier=silver").text
    assert "Müller" in found
    assert "Other Roofs" not in found
    assert ",silver," in clerk.get("/office/participants.csv").text
