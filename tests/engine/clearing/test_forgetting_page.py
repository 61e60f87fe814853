"""The page on which the service centre forgets what a participant reported: shown first, then for good."""

from pathlib import Path

import pytest
from sqlalchemy import select

from tests.engine.clearing.test_deciding import rows
from tests.engine.clearing.test_forgetting_uploads import reported
from tests.support.clerks import handed_in, with_page
from tests.support.desk import filled
from tests.support.pictures import photo
from tests.support.portal import Portal
from treuwerk.store.tables import audit_entry, submission


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))


def path_of(portal: Portal) -> str:
    return f"/office/participants/{portal.account('1001')}/forget-uploads"


def remarks(portal: Portal) -> list[str]:
    return [str(text) for (text,) in rows(portal, select(submission.c.remark))]


def test_case_77_a_clerk_sees_what_goes_and_lets_it_go(empty_portal: Portal) -> None:
    reported(empty_portal)
    clerk, path = empty_portal.in_office("agent"), path_of(empty_portal)
    page = clerk.get(path).text

    answer = clerk.post(path, data=filled(clerk, path, reason="asked for by letter", sure="1"))

    assert "Reported purchases</dt><dd>1<" in page
    assert "Files</dt><dd>1<" in page
    assert answer.status_code == 303
    assert "Files removed: 1." in clerk.get(answer.headers["location"]).text
    assert remarks(empty_portal) == [""]
    assert rows(empty_portal, select(audit_entry.c.reason).where(
        audit_entry.c.action == "participant.forget_uploads")) == [("asked for by letter",)]


@pytest.mark.parametrize(("values", "words"), [
    ({"reason": "asked for by letter"}, "Say that you know what this means."),
    ({"reason": "asked", "sure": "1"}, "at least two words")])
def test_case_77_nothing_goes_by_mistake(empty_portal: Portal, values: dict[str, str], words: str) -> None:
    reported(empty_portal)
    clerk, path = empty_portal.in_office("agent"), path_of(empty_portal)
    before = remarks(empty_portal)

    answer = clerk.post(path, data=filled(clerk, path, **values))

    assert answer.status_code == 422
    assert words in answer.text
    assert remarks(empty_portal) == before != [""]


def test_case_77_what_waits_for_a_decision_is_named_and_comes_first(empty_portal: Portal) -> None:
    with_page(empty_portal, handed_in(empty_portal, "1001"), photo("Delivery note 4711"), "note.jpg")
    clerk, path = empty_portal.in_office("agent"), path_of(empty_portal)

    page = clerk.get(path).text
    answer = clerk.post(path, data={"reason": "asked for by letter", "sure": "1"})

    assert "1 reported purchase waits for a decision." in page
    assert "Forget for good" not in page
    assert answer.status_code in (400, 422)
