"""A participant asks to be forgotten: people go, figures stay, and the same paper is still known."""

from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.engine.clearing.test_deciding import is_proven, rows
from tests.support.clerks import decided, declined, handed_in, line, looked_at, note, with_page
from tests.support.office import CLARA, acting
from tests.support.pictures import photo
from tests.support.portal import NOW, Portal
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import NotAllowed
from treuwerk.services.documents_folder import documents_of
from treuwerk.services.proof.digesting import state_digest
from treuwerk.services.submissions.forgetting_uploads import Forgotten, forget_uploads
from treuwerk.services.submissions.states import Submission, events
from treuwerk.services.submissions.storing_files import store_file
from treuwerk.store.tables import audit_entry, submission_page, uploaded_file

WHY = "Asked for by letter"


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))


def reported(portal: Portal, customer: str = "1001", text: str = "Delivery note 4711") -> Submission:
    one = handed_in(portal, customer, remark="Ask Anna Berg on 0171 5550")
    with_page(portal, one, photo(text), "Anna Berg.jpg")
    decided(portal, one, note(line(), declined(line("M405", 7, 20), "other", "Frau Berg, dies fehlt")), acting(CLARA))
    return one


def forget(portal: Portal, customer: str = "1001") -> Forgotten:
    return forget_uploads(acting(), portal.installation, portal.account(customer), NOW + 1, reason=WHY)


def only_digest(portal: Portal) -> str:
    [(digest,)] = rows(portal, select(uploaded_file.c.sha256))
    return str(digest)


def test_case_77_people_are_gone_and_figures_stay(empty_portal: Portal) -> None:
    one = reported(empty_portal)
    before = state_digest(empty_portal.installation.database).digest
    lines = [(part.article, part.qty, part.accepted) for part in (line(), line("M405", 7, 20))]

    done = forget(empty_portal)

    after = looked_at(empty_portal, one)
    assert done == Forgotten(1, 1)
    assert (after.remark, after.answer, after.person_id, after.created_by) == ("", "", 0, 0)
    assert lines[0][0] in after.entered
    assert "Berg" not in after.entered
    assert [(name, by) for name, by in rows(empty_portal, select(
        submission_page.c.name, submission_page.c.added_by))] == [("", 0)]
    with empty_portal.installation.database.reading() as connection:
        assert not any("Berg" in event.text for event in events(connection, after))
    assert state_digest(empty_portal.installation.database).digest == before
    assert is_proven(empty_portal)


def test_case_77_files_are_gone_and_their_hashes_stay_as_keys(empty_portal: Portal) -> None:
    reported(empty_portal)
    digest = only_digest(empty_portal)
    assert documents_of(empty_portal.installation.database).has(digest)

    forget(empty_portal)

    assert not documents_of(empty_portal.installation.database).has(digest)
    assert rows(empty_portal, select(uploaded_file.c.sha256)) == [(digest,)]
    again = store_file(empty_portal.installation, BytesIO(photo("Delivery note 4711")), "again.jpg")
    assert again.sha256 == digest


def test_case_77_a_file_that_another_company_reported_too_stays(empty_portal: Portal) -> None:
    reported(empty_portal)
    other = handed_in(empty_portal, "1002")
    with_page(empty_portal, other, photo("Delivery note 4711"))
    digest = only_digest(empty_portal)

    assert forget(empty_portal) == Forgotten(1, 0)
    assert documents_of(empty_portal.installation.database).has(digest)


def test_case_77_it_is_audited_and_a_second_time_changes_nothing(empty_portal: Portal) -> None:
    reported(empty_portal)
    forget(empty_portal)

    assert forget(empty_portal) == Forgotten(1, 0)
    found = rows(empty_portal, select(audit_entry.c.reason, audit_entry.c.account_id).where(
        audit_entry.c.action == "participant.forget_uploads"))
    assert found == [(WHY, empty_portal.account("1001"))] * 2


def test_what_waits_for_a_decision_is_decided_first_and_by_right_only(empty_portal: Portal) -> None:
    handed_in(empty_portal)

    with pytest.raises(Refusal, match="1 reported purchases that wait"):
        forget(empty_portal)
    with pytest.raises(NotAllowed):
        forget_uploads(acting(permissions=["search"]), empty_portal.installation, empty_portal.account("1001"), NOW,
                       reason=WHY)
