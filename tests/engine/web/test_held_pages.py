"""Held files in the service centre and for partners' systems: seen, decided, taken back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.engine.web.test_deliveries import API, FILES, KEY, TOKEN, bearer, partner
from tests.support.desk import filled
from tests.support.portal import DELIVERIES, NOW, PROGRAMME, Portal, open_portal
from treuwerk.jobs.running import run_now
from treuwerk.store.database import Database
from treuwerk.store.tables import audit_entry, journal, work_order

HOME = "/office/deliveries"
GOOD = [f"LS-{at};10;2026-05-05;1001;M400;10;PCE;MODULE;" for at in range(5)]
BAD = [f"LS-x{at};10;2026-05-05;1001;M400;=ten;PCE;MODULE;" for at in range(30)]
CONTENT = (DELIVERIES + "\n".join([*GOOD, *BAD]) + "\n").encode()


@pytest.fixture
def portal(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Portal:
    for name, value in (("ERP_TOKEN", TOKEN), ("ERP_KEY", KEY), ("OTHER_TOKEN", "another"),
                        ("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))):
        monkeypatch.setenv(name, value)
    return open_portal(tmp_path, database, PROGRAMME + API)


@pytest.fixture
def erp(portal: Portal) -> Iterator[TestClient]:
    with partner(portal) as client:
        yield client


def held(erp: TestClient) -> str:
    """Where the receipt of a delivery lies that was held."""
    answer = erp.post(f"{FILES}?name=may.csv", content=CONTENT, headers=bearer())
    assert answer.status_code == 202, answer.text
    place: str = answer.headers["location"]
    return place


def page_of(agent: TestClient) -> str:
    found = re.search(rf'href="({HOME}/hld_[^"]+)"', agent.get(HOME).text)
    assert found
    return found[1]


def booked(portal: Portal) -> int:
    with portal.installation.database.reading() as connection:
        return len(connection.execute(select(journal.c.id)).all())


def follow(portal: Portal) -> None:
    with portal.installation.database.reading() as connection:
        keys = connection.execute(select(work_order.c.key).where(
            work_order.c.job == "held", work_order.c.state == "open")).scalars().all()
    for key in keys:
        run_now(portal.installation, key, lambda: NOW, "test")


def test_case_55_a_delivery_over_https_is_held_and_says_so(portal: Portal, erp: TestClient) -> None:
    shown = erp.get(held(erp), headers=bearer()).json()

    assert shown["state"] == "held"
    assert shown["receipt"]["held"]["reasons"][0]["code"] == "bad_lines"
    assert "30 of 35 lines" in shown["reason"]
    assert booked(portal) == 0


def test_case_55_an_agent_looks_and_clears_it_anyway(portal: Portal, erp: TestClient) -> None:
    place, agent = held(erp), portal.in_office("agent", name="Clara Weiss")
    assert "may.csv" in agent.get("/office/queue").text
    here = page_of(agent)
    page = agent.get(here).text
    assert "30 of 35 lines cannot be read" in page
    assert "=ten" in page
    assert "and 22 more lines" in page

    refused = agent.post(f"{here}/release", data=filled(agent, here, reason="no"))
    done = agent.post(f"{here}/release", data=filled(agent, here, reason="They cannot send it better"))
    follow(portal)

    assert (refused.status_code, "at least two words" in refused.text) == (422, True)
    assert done.headers["location"] == HOME
    assert booked(portal) == 5
    receipt = erp.get(place, headers=bearer()).json()
    assert (receipt["state"], receipt["receipt"]["booked"], receipt["receipt"]["rejected"]) == ("done", 5, 30)
    assert "No file is held" in agent.get(HOME).text
    assert "They cannot send it better" in agent.get(here).text
    assert "Hold it again" not in agent.get(here).text


def test_case_55_an_agent_rejects_it_and_takes_that_back(portal: Portal, erp: TestClient) -> None:
    place, agent = held(erp), portal.in_office("agent", name="Clara Weiss")
    here = page_of(agent)

    done = agent.post(f"{here}/reject", data=filled(agent, here, reason="Wrong export of May"))
    rejected = erp.get(place, headers=bearer()).json()
    undo = re.search(rf'action="({here}/reopen)"', agent.get(done.headers["location"]).text)
    assert undo
    agent.post(undo[1])

    assert rejected["state"] == "failed"
    assert "Wrong export of May" in rejected["receipt"]["error"]
    assert erp.get(place, headers=bearer()).json()["state"] == "held"
    assert page_of(agent) == here
    assert booked(portal) == 0
    audit = portal.in_office("admin", name="Ada").get("/office/audit").text
    for words in ("Held delivery rejected", "Held delivery held again", "Wrong export of May"):
        assert words in audit


def test_the_same_delivery_after_a_rejection_is_refused_with_the_reason(portal: Portal, erp: TestClient) -> None:
    held(erp)
    agent = portal.in_office("agent", name="Clara Weiss")
    here = page_of(agent)
    agent.post(f"{here}/reject", data=filled(agent, here, reason="Wrong export of May"))

    answer = erp.post(f"{FILES}?name=june.csv", content=CONTENT, headers=bearer())

    assert (answer.status_code, answer.json()["code"]) == (422, "rejected")
    assert "Wrong export of May" in answer.text


def test_of_two_agents_the_second_is_told(portal: Portal, erp: TestClient) -> None:
    held(erp)
    clara, david = portal.in_office("agent", name="Clara"), portal.in_office("agent", name="David")
    here = page_of(clara)
    hers, his = (filled(one, here, reason="Looked at it") for one in (clara, david))

    clara.post(f"{here}/reject", data=hers)
    late = david.post(f"{here}/release", data=his)

    assert "Somebody decided on this file before" in david.get(late.headers["location"]).text
    follow(portal)
    assert booked(portal) == 0


def test_all_faults_are_a_table_for_the_sender_without_formulas(portal: Portal, erp: TestClient) -> None:
    held(erp)
    agent = portal.in_office("agent", name="Clara")

    answer = agent.get(f"{page_of(agent)}/faults.csv?form=machine")

    rows = answer.text.splitlines()
    assert len(rows) == 31
    assert rows[1].startswith("7,LS-x0,Not readable,unreadable,")
    assert answer.headers["content-disposition"].endswith('.csv"')
    with portal.installation.database.reading() as connection:
        assert "file.export" in connection.execute(select(audit_entry.c.action)).scalars().all()


def test_who_lacks_the_right_decides_nothing(portal: Portal, erp: TestClient) -> None:
    held(erp)
    agent = portal.in_office("agent", name="Clara")
    here = page_of(agent)
    stranger = portal.in_office("looker", name="Lo")

    assert stranger.get(here).status_code == 403
    assert stranger.post(f"{here}/release", data={"reason": "Why not"}).status_code == 403
