"""Versions of a document of which one is held: what a newer one has overtaken is never booked, whoever releases it."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from tests.engine.web.test_deliveries import FILES, bearer, count
from tests.engine.web.test_held_pages import BAD, CONTENT, GOOD, HOME, booked, erp, follow, page_of, portal
from tests.support.desk import filled
from tests.support.portal import DELIVERIES, NOW, Portal
from treuwerk.jobs.running import run_now
from treuwerk.services.clearing import incoming as service
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.store.tables import clearing_run, held_file, incoming, work_item, work_order

__all__ = ["erp", "portal"]
NEWER = (DELIVERIES + "\n".join(GOOD[:3]) + "\n").encode()
"""The second version: it has fewer lines, so that each line of the first one that is booked is seen."""


@pytest.fixture
def agent(portal: Portal) -> TestClient:
    return portal.in_office("agent", name="Clara Weiss")


def sent(erp: TestClient, version: int, content: bytes = CONTENT) -> Any:
    return erp.post(f"{FILES}?document=LS-1&version={version}", content=content, headers=bearer()).json()


def release(portal: Portal, agent: TestClient, here: str) -> None:
    agent.post(f"{here}/release", data=filled(agent, here, reason="They cannot send it better"))
    follow(portal)


def states(portal: Portal, of: Any) -> list[str]:
    with portal.installation.database.reading() as connection:
        return sorted(connection.execute(select(of.c.state)).scalars())


def let_stand(portal: Portal, table: Any, **values: object) -> None:
    """What an earlier release, or a worker who was killed, left behind."""
    with portal.installation.database.writing() as connection:
        connection.execute(update(table).values(**values))


def test_case_80_a_held_version_that_was_overtaken_is_closed_when_it_is_released(
        portal: Portal, erp: TestClient, agent: TestClient) -> None:
    older, newer = sent(erp, 1), sent(erp, 2, NEWER)
    here = page_of(agent)

    release(portal, agent, here)
    page = agent.get(here).text
    agent.post(f"{here}/reopen")
    agent.post(f"{here}/release", data={"reason": "They cannot send it better"})
    follow(portal)

    assert (older["state"], newer["state"], booked(portal)) == ("held", "done", 3)
    assert "A newer version of the same document" in page
    assert "Hold it again" not in page
    assert "Superseded" in agent.get(f"{HOME}?show=decided").text
    assert states(portal, held_file) == ["superseded"]
    shown = erp.get(f"{FILES}/{older['id']}", headers=bearer()).json()
    assert (shown["state"], shown.get("receipt")) == ("superseded", None)
    assert "version 2" in shown["reason"]
    assert "open" not in states(portal, work_item)
    with portal.installation.database.reading() as connection:
        [said] = connection.execute(select(work_order.c.said).where(work_order.c.job == "held")).scalars()
    assert "came behind version 2" in said


def run_open(portal: Portal, job: str) -> None:
    with portal.installation.database.reading() as connection:
        keys = connection.execute(select(work_order.c.key).where(
            work_order.c.job == job, work_order.c.state == "open")).scalars().all()
    for key in keys:
        run_now(portal.installation, key, lambda: NOW, "test")


def test_a_newer_version_waits_while_a_released_one_is_still_to_be_cleared(
        portal: Portal, erp: TestClient, agent: TestClient) -> None:
    sent(erp, 1)
    here = page_of(agent)
    agent.post(f"{here}/release", data=filled(agent, here, reason="They cannot send it better"))

    newer = sent(erp, 2, NEWER)

    assert (newer["state"], booked(portal)) == ("received", 0)
    follow(portal)
    run_open(portal, "clear")
    assert states(portal, incoming) == ["done", "superseded"]
    assert booked(portal) == 3


def test_a_newer_version_waits_while_a_released_one_is_being_booked_and_corrects_it_then(
        portal: Portal, erp: TestClient, agent: TestClient) -> None:
    sent(erp, 1)
    release(portal, agent, page_of(agent))
    let_stand(portal, clearing_run, finished_at=None)  # a worker was killed behind its last batch
    let_stand(portal, incoming, state="held")

    newer = sent(erp, 2, NEWER)

    assert newer["state"] == "received"
    with portal.installation.database.writing() as connection:
        connection.execute(update(work_order).where(work_order.c.job == "held").values(state="open"))
    follow(portal)
    run_open(portal, "clear")
    assert states(portal, incoming) == ["done", "done"]
    assert states(portal, held_file) == ["cleared"]


def test_a_newer_version_does_not_wait_for_one_that_is_held_although_its_bytes_were_booked(
        portal: Portal, erp: TestClient, agent: TestClient) -> None:
    sent(erp, 1)
    release(portal, agent, page_of(agent))
    let_stand(portal, incoming, state="held")

    assert sent(erp, 2, NEWER)["state"] == "done"


def test_case_80_what_was_left_released_is_closed_and_not_booked(
        portal: Portal, erp: TestClient, agent: TestClient) -> None:
    sent(erp, 1)
    sent(erp, 2, NEWER)
    here = page_of(agent)
    release(portal, agent, here)
    let_stand(portal, held_file, state="released")

    agent.post(f"{here}/reopen")
    release(portal, agent, here)
    follow(portal)

    assert booked(portal) == 3
    assert states(portal, held_file) == ["superseded"]


def test_case_80_whoever_was_killed_behind_the_booking_books_nothing_behind_a_newer_version(
        portal: Portal, erp: TestClient, agent: TestClient) -> None:
    sent(erp, 1)
    release(portal, agent, page_of(agent))
    gone = [line.replace(";10;PCE;", ";12;PCE;") for line in GOOD]
    sent(erp, 2, (DELIVERIES + "\n".join(gone) + "\n").encode())
    before = (booked(portal), count(portal, clearing_run))
    with portal.installation.database.writing() as connection:
        connection.execute(update(work_order).where(work_order.c.job == "held").values(state="open"))

    follow(portal)

    assert (booked(portal), count(portal, clearing_run)) == before
    assert states(portal, incoming) == ["done", "done"]
    assert states(portal, held_file) == ["cleared"]


def test_a_newer_version_with_the_bytes_of_an_overtaken_one_waits_for_a_decision_of_its_own(
        portal: Portal, erp: TestClient, agent: TestClient) -> None:
    sent(erp, 1)
    sent(erp, 2, NEWER)
    here = page_of(agent)
    release(portal, agent, here)

    again = sent(erp, 3)
    waiting = (page_of(agent), "open" in states(portal, work_item))
    release(portal, agent, here)

    assert (again["state"], waiting) == ("held", (here, True))
    assert states(portal, incoming) == ["done", "done", "superseded"]
    assert states(portal, held_file) == ["cleared"]
    assert booked(portal) == 5


def test_the_same_bytes_without_a_version_are_released_beside_an_overtaken_one(
        portal: Portal, erp: TestClient, agent: TestClient) -> None:
    sent(erp, 1)
    sent(erp, 2, NEWER)
    erp.post(FILES, content=CONTENT, headers=bearer())

    release(portal, agent, page_of(agent))

    assert states(portal, incoming) == ["done", "done", "superseded"]
    assert states(portal, held_file) == ["cleared"]


def test_a_delivery_that_is_looked_at_while_its_bytes_are_released_is_cleared_too(
        portal: Portal, erp: TestClient, agent: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    erp.post(FILES, content=CONTENT, headers=bearer())
    here = page_of(agent)

    def slow(*args: Any, **options: Any) -> object:
        """The verdict on a large file takes its time: somebody releases the same bytes, and a worker clears them."""
        receipt = clear_file(*args, **options)
        monkeypatch.setattr(service, "clear_file", clear_file)
        release(portal, agent, here)
        return receipt

    monkeypatch.setattr(service, "clear_file", slow)
    answer = erp.post(FILES, content=CONTENT, headers=bearer()).json()
    with portal.installation.database.reading() as connection:
        [key] = connection.execute(select(work_order.c.key).where(
            work_order.c.job == "clear", work_order.c.state == "open")).scalars()
    run_now(portal.installation, key, lambda: NOW, "test")

    assert answer["state"] == "received"
    assert states(portal, incoming) == ["done", "done"]
    assert booked(portal) == 5


def test_what_was_refused_is_cleared_once_the_rejection_became_a_release(
        portal: Portal, erp: TestClient, agent: TestClient, tmp_path: Path) -> None:
    file = tmp_path / "may.csv"
    file.write_bytes(CONTENT)
    clear_file(portal.installation, file, NOW, source="deliveries")
    here = page_of(agent)
    agent.post(f"{here}/reject", data=filled(agent, here, reason="Wrong export of May"))
    follow(portal)
    let_stand(portal, held_file, decided_at=NOW - 1)
    erp.post(FILES, content=CONTENT, headers=bearer())
    agent.post(f"{here}/reopen")

    release(portal, agent, here)

    assert states(portal, incoming) == ["done"]
    assert (booked(portal), len(BAD)) == (5, 30)
