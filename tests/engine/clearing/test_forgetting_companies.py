"""Who is forgotten is a company with all that it took over; what others need, and what is under way, is looked at."""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from tests.engine.clearing.test_deciding import rows
from tests.engine.clearing.test_forgetting_uploads import WHY, forget, only_digest, reported
from tests.support.clerks import ANNA, handed_in, looked_at, with_page
from tests.support.office import CLARA, add_clerks
from tests.support.pictures import photo
from tests.support.portal import NOW, Portal
from treuwerk.domain.refusals import Refusal
from treuwerk.services import documents_folder
from treuwerk.services.changes.merging import merge
from treuwerk.services.documents_folder import Documents, documents_of
from treuwerk.services.submissions.forgetting_uploads import Forgotten
from treuwerk.services.submissions.own_pages import put_file
from treuwerk.services.submissions.storing_files import store_file
from treuwerk.store import readings
from treuwerk.store.tables import audit_entry, read_field, stored_file, submission_event, submission_page

_P = submission_page.c


@pytest.fixture(autouse=True)
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))


@pytest.fixture
def company(empty_portal: Portal) -> Portal:
    """1001 and 1002, and clerks; runs once per database."""
    add_clerks(empty_portal.installation.database, CLARA)
    return empty_portal


@pytest.fixture
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    """Another request, at the same time."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_what_was_read_from_pages_is_gone_with_who_changed_it(company: Portal) -> None:
    mine, other = reported(company), handed_in(company, "1002")
    field = {"place": "customer", "value": "Anna Berg", "reader": "recorded", "confidence": 950, "prefilled": 0,
             "page": 1, "picture": 1, "box_left": 1, "box_top": 1, "box_right": 2, "box_bottom": 2, "found_at": NOW}
    with company.installation.database.writing() as connection:
        for one in (mine, other):
            readings.replace_fields(connection, one.account_id, one.id, [field])
            readings.note_edits(connection, one.account_id, one.id, ANNA.user_id, NOW,
                                [("customer", readings.CHANGED, "Anna Berg-Sommer")])

    forget(company)

    assert rows(company, select(read_field.c.account_id)) == [(other.account_id,)]


def test_a_company_that_was_merged_into_it_is_forgotten_with_it(company: Portal) -> None:
    """Both have the same file: for the one company that they are by now it is the own one."""
    given_up = reported(company, "1001")
    stayed = handed_in(company, "1002", remark="Ask Anna Berg")
    with_page(company, stayed, photo("Delivery note 4711"), "Anna Berg again.jpg")
    with company.installation.database.writing() as connection:
        connection.exec_driver_sql("UPDATE submission SET state = 'withdrawn' WHERE state = 'received'")
    digest = only_digest(company)
    merge(company.installation, given_up.account_id, stayed.account_id, NOW, actor="ada")

    done = forget(company, "1002")

    assert done == Forgotten(2, 1)
    assert not documents_of(company.installation.database).has(digest)
    assert [(looked_at(company, one).remark, looked_at(company, one).person_id) for one in (given_up, stayed)] == [
        ("", 0)] * 2
    assert set(rows(company, select(_P.name, _P.added_by))) == {("", 0)}
    assert set(rows(company, select(submission_event.c.text))) == {("",)}
    [(after,)] = rows(company, select(audit_entry.c.after).where(
        audit_entry.c.action == "participant.forget_uploads", audit_entry.c.reason == WHY))
    assert json.loads(str(after)) == {"reports": 2, "files": 1}


def test_what_waits_at_a_merged_company_is_decided_first(company: Portal) -> None:
    waiting = handed_in(company, "1001", remark="Ask Anna Berg")
    merge(company.installation, waiting.account_id, company.account("1002"), NOW, actor="ada")

    with pytest.raises(Refusal, match="1 reported purchases that wait"):
        forget(company, "1002")

    assert looked_at(company, waiting).remark == "Ask Anna Berg"


def test_another_company_that_uploads_the_same_file_just_then_has_it_or_is_told(
        company: Portal, elsewhere: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows the file already and notes its page while the file is being removed."""
    reported(company)
    digest, database = only_digest(company), company.installation.database
    other = handed_in(company, "1002")
    known = store_file(company.installation, BytesIO(photo("Delivery note 4711")), "note.jpg")
    noted: list[Future[object]] = []
    remove = Documents.forget

    def note(connection: Connection) -> object:
        return put_file(company.installation, connection, other, known, ANNA, NOW)

    def meanwhile(self: Documents, gone: str) -> None:
        noted.append(elsewhere.submit(database.run, note))
        wait(noted, timeout=0.5)  # who has to wait for us is not done by then
        remove(self, gone)

    monkeypatch.setattr(documents_folder.Documents, "forget", meanwhile)
    forget(company)
    [outcome] = noted
    refused = outcome.exception(timeout=30)

    pages = rows(company, select(_P.sha256).where(_P.account_id == other.account_id, _P.removed_at == 0))
    has_file = documents_of(database).has(digest)
    assert (pages == [], rows(company, select(stored_file.c.sha256)) == []) == (not has_file, not has_file)
    assert isinstance(refused, Refusal) is not has_file


def test_another_company_that_was_faster_keeps_the_file(company: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its page comes after the reports are blank, and before the file is looked at."""
    reported(company)
    digest, database = only_digest(company), company.installation.database
    other = handed_in(company, "1002")
    known = store_file(company.installation, BytesIO(photo("Delivery note 4711")), "note.jpg")
    asked = documents_folder.documents_of

    def meanwhile(*values: object) -> Documents:
        monkeypatch.undo()
        monkeypatch.setenv(documents_folder.VARIABLE, str(folder))
        database.run(lambda connection: put_file(company.installation, connection, other, known, ANNA, NOW))
        return asked(database)

    folder = asked(database).root
    monkeypatch.setattr("treuwerk.services.submissions.forgetting_uploads.documents_of", meanwhile)
    done = forget(company)

    assert done == Forgotten(1, 0)
    assert asked(database).has(digest)
    assert rows(company, select(stored_file.c.sha256)) == [(digest,)]
