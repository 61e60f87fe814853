"""Unknown customers and articles in the service centre: the list, what mapping would bring, doing it and undoing it."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.engine.clearing.test_deciding import points
from tests.support.desk import hidden
from tests.support.portal import DELIVERIES, NOW, PROGRAMME, Portal, at, open_portal
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.identity.memberships import add_membership
from treuwerk.store.database import Database
from treuwerk.store.tables import app_user

ONE = "/office/mapping/one?kind=participant&sender=Sonnenlicht+AG&scheme=customer_number&number=K-77"
ARTICLE = "/office/mapping/one?kind=article&sender=Sonnenlicht+AG&scheme=number&number=XY-400"
UNKNOWN = """LS-91;10;2026-05-05;K-77;M400;10;PCE;SYSTEM;
LS-92;10;2026-05-05;K-77;M400;10;PCE;SYSTEM;
LS-93;10;2026-05-05;1001;XY-400;10;PCE;SYSTEM;
"""


@pytest.fixture
def clerk(portal: Portal) -> TestClient:
    """A clerk, and a delivery with a customer and an article that nobody knows."""
    return delivered(portal)


def delivered(portal: Portal) -> TestClient:
    file = portal.folder / "unknown.csv"
    file.write_text(DELIVERIES + UNKNOWN, "utf-8")
    assert clear_file(portal.installation, file, at("2026-05-06")).tally.waiting == 3
    return portal.in_office("agent", name="Clara Weiß")


def target(page: str) -> str:
    found = re.search(r'name="target" value="([^"]+)"', page)
    assert found, page
    return found[1]


def test_the_list_tells_what_waits_and_for_how_many_lines(clerk: TestClient) -> None:
    page = clerk.get("/office/mapping").text

    assert "K-77" in page
    assert 'data-label="Lines">2<' in page
    assert "XY-400" not in page
    assert "XY-400" in clerk.get("/office/mapping?show=article").text


def test_a_customer_is_found_shown_and_mapped_without_a_script(clerk: TestClient, portal: Portal) -> None:
    before = points(portal, "1002")["bonus"]
    found = clerk.get(f"{ONE}&q=1002").text
    form = hidden(found) | {"target": target(found), "reach": "sender"}

    preview = clerk.post(f"{ONE}&q=1002", data=form)

    assert preview.status_code == 200
    assert "Lines booked" in preview.text
    assert "+1,600" in preview.text
    assert points(portal, "1002")["bonus"] == before

    booked = clerk.post(f"{ONE}&q=1002&book=1", data=form)

    assert (booked.status_code, booked.headers["location"]) == (303, "/office/mapping?show=participant")
    page = clerk.get(booked.headers["location"]).text
    assert "Lines booked: 2." in page
    assert "K-77" not in page
    assert points(portal, "1002")["bonus"] == before + 1600
    assert "In use" in clerk.get("/office/mapping/decisions").text
    assert "Nothing waits for this any more" in clerk.get(ONE).text


def test_similar_articles_are_suggested_before_anybody_searches(clerk: TestClient) -> None:
    assert 'value="M400"' in clerk.get(f"{ARTICLE}&q=M400").text


def test_who_chooses_nothing_is_told_so_and_keeps_the_rest(clerk: TestClient) -> None:
    answer = clerk.post(f"{ONE}&q=1002", data=hidden(clerk.get(ONE).text) | {"reach": "once"})

    assert answer.status_code == 422
    assert "Choose what this number is." in answer.text
    assert re.search(r'name="reach" value="once" checked', answer.text)


def test_lines_that_never_earn_are_closed_with_a_reason_and_opened_again(clerk: TestClient) -> None:
    never = ARTICLE.replace("/one?", "/never?")
    assert clerk.post(never, data={"reason": " "}).status_code == 422

    closed = clerk.post(never, data={"reason": "Cables are not in the programme"})

    page = clerk.get(closed.headers["location"]).text
    assert "Lines closed: 1." in page
    undo = re.search(r'action="(/office/mapping/decisions/\d+/undo)"', page)
    assert undo
    assert "XY-400" not in clerk.get("/office/mapping?show=article").text

    assert clerk.post(undo[1]).status_code == 303
    assert "XY-400" in clerk.get("/office/mapping?show=article").text


def test_a_decision_that_something_rests_on_is_ended_and_not_undone(clerk: TestClient) -> None:
    found = clerk.get(f"{ONE}&q=1002").text
    clerk.post(f"{ONE}&q=1002&book=1", data=hidden(found) | {"target": target(found), "reach": "sender"})
    decision = re.search(r'href="(/office/mapping/decisions/\d+)"', clerk.get("/office/mapping/decisions").text)
    assert decision

    refused = clerk.post(f"{decision[1]}/undo")
    assert "Purchases are booked by this decision" in clerk.get(refused.headers["location"]).text
    clerk.post(f"{decision[1]}/stop")

    assert "Taken back" in clerk.get("/office/mapping/decisions").text


def test_a_mapping_that_one_person_does_not_decide_waits_for_a_colleague_who_sees_its_effect(
        tmp_path: Path, database: Database) -> None:
    portal = open_portal(tmp_path, database, PROGRAMME + "\n[clearing.second_person]\npoints = 1000\n")
    clerk, before = delivered(portal), points(portal, "1002").get("bonus", 0)
    found = clerk.get(f"{ONE}&q=1002").text
    form = hidden(found) | {"target": target(found), "reach": "sender"}
    preview = clerk.post(f"{ONE}&q=1002", data=form).text
    assert "+1,600" in preview
    assert "Hand to a second person" in preview
    assert "Map and book" not in preview

    asked = clerk.post(f"{ONE}&q=1002&book=1", data=form).headers["location"]

    assert "You asked for this yourself." in clerk.get(asked).text
    assert asked in clerk.get(ONE).text
    assert asked in clerk.get("/office/mapping").text
    assert points(portal, "1002").get("bonus", 0) == before
    colleague = portal.in_office("agent", name="David Braun")
    page = colleague.get(asked).text
    assert "+1,600" in page
    agreed = colleague.post(f"{asked}/agree", data=hidden(page))
    assert "Lines booked: 2." in colleague.get(agreed.headers["location"]).text
    assert points(portal, "1002")["bonus"] == before + 1600
    assert "Agreed" in clerk.get(asked).text


def test_who_agrees_with_what_has_changed_since_sees_it_anew_and_may_refuse(
        tmp_path: Path, sqlite_database: Database) -> None:
    portal = open_portal(tmp_path, sqlite_database, PROGRAMME + "\n[clearing.second_person]\npoints = 1000\n")
    clerk = delivered(portal)
    found = clerk.get(f"{ONE}&q=1002").text
    asked = clerk.post(f"{ONE}&q=1002&book=1", data=hidden(found) | {
        "target": target(found), "reach": "sender"}).headers["location"]
    colleague = portal.in_office("agent", name="David Braun")
    stale = hidden(colleague.get(asked).text)
    more = portal.folder / "more.csv"
    more.write_text(DELIVERIES + "LS-94;10;2026-05-05;K-77;M400;10;PCE;SYSTEM;\n", "utf-8")
    clear_file(portal.installation, more, at("2026-05-07"))

    page = colleague.get(colleague.post(f"{asked}/agree", data=stale).headers["location"]).text

    assert "By now this would book something else." in page
    assert "+2,400" in page
    refused = colleague.post(f"{asked}/refuse")
    assert "The mapping is not made." in colleague.get(refused.headers["location"]).text
    assert "Show the effect" in clerk.get(f"{ONE}&q=1002").text
    assert colleague.get("/office/mapping/proposals/map_00000000000000000000000001").status_code == 404


def test_a_clerk_of_the_company_is_told_that_a_colleague_maps(clerk: TestClient, portal: Portal) -> None:
    with portal.installation.database.writing() as connection:
        user = connection.execute(select(app_user.c.user_id).where(app_user.c.name == "Clara Weiß")).scalar_one()
        add_membership(connection, user, portal.account("1002"), NOW, role="manager")
    found = clerk.get(f"{ONE}&q=1002").text

    refused = clerk.post(f"{ONE}&q=1002", data=hidden(found) | {"target": target(found), "reach": "sender"})

    assert refused.status_code == 422
    assert "You belong to this company. Somebody who does not must book here." in refused.text
