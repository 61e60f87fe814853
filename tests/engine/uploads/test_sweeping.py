"""Nights take away what nobody needs: unsent drafts, files of withdrawn reports, and what broken uploads left."""

import os
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.support.pictures import photo
from tests.support.portal import NOW, Portal
from tests.support.reporting import begun, handed_in, hidden, send
from treuwerk.domain.submissions import SubmissionState
from treuwerk.services.clearing.shelf import shelf_of
from treuwerk.services.operation.upload_findings import upload_checks
from treuwerk.services.submissions import own_pages
from treuwerk.services.submissions.storing_files import store_file
from treuwerk.services.submissions.sweeping import Swept, sweep
from treuwerk.store.tables import stored_file, submission
from treuwerk.web.portal import reporting

DAY = 86_400_000_000
LATER = NOW + 91 * DAY


def aged(folder: Path, days: float, *, since: int = NOW) -> None:
    """Let everything in a folder have lain there for so long."""
    at = since / 1_000_000 - days * 86_400
    for path in sorted(folder.rglob("*"), reverse=True):
        os.utime(path, (at, at))


def kept(folder: Path, kind: str = "files") -> list[str]:
    return sorted(path.name for path in (folder / kind).glob("*/*"))


def state(portal: Portal) -> str:
    with portal.installation.database.reading() as connection:
        return str(connection.execute(select(submission.c.state)).scalar_one())


def test_a_draft_that_was_never_sent_is_discarded_and_its_files_go_later(uploading: Portal, folder: Path) -> None:
    begun(uploading.signed_in())
    aged(folder, 0)
    assert sweep(uploading.installation, NOW + 89 * DAY) == Swept()

    first = sweep(uploading.installation, LATER)
    second = sweep(uploading.installation, LATER + 29 * DAY)
    third = sweep(uploading.installation, LATER + 31 * DAY)

    assert (first.drafts, first.files, second) == (1, 0, Swept())
    assert (third.files, third.bytes > 0) == (1, True)
    assert state(uploading) == SubmissionState.WITHDRAWN
    assert kept(folder) == kept(folder, "pages") == []
    page = uploading.signed_in(now=LATER + 31 * DAY).get("/submissions").text
    assert "Withdrawn" in page


def test_what_was_handed_in_stays(uploading: Portal, folder: Path) -> None:
    where = handed_in(uploading.signed_in())
    aged(folder, 400)

    swept = sweep(uploading.installation, NOW + 400 * DAY)

    assert swept == Swept()
    assert len(kept(folder)) == len(kept(folder, "pages")) == 1
    assert uploading.signed_in().get(f"{where}/pages/1/1.jpg").status_code == 200


def test_a_file_that_another_report_has_stays(uploading: Portal, folder: Path) -> None:
    """Two companies report the same bytes; one of them withdraws."""
    same = ("note.jpg", photo("the same"))
    mine = handed_in(uploading.signed_in(), same)
    handed_in(uploading.signed_in("1002"), same)
    browser = uploading.signed_in()
    browser.post(f"{mine}/withdraw", data=hidden(browser.get(mine).text))
    aged(folder, 0)

    swept = sweep(uploading.installation, LATER)

    assert swept.files == 0
    assert len(kept(folder)) == 1


def test_a_file_without_a_row_goes_once_it_is_old(uploading: Portal, folder: Path) -> None:
    """A crash between storing a file and noting it."""
    store_file(uploading.installation, BytesIO(photo("nobody knows")), "lost.jpg")
    (folder / "incoming" / "half").write_bytes(b"torn")
    (folder / "incoming" / "half.pages").mkdir()
    aged(folder, 0.5)
    assert sweep(uploading.installation, NOW) == Swept()

    aged(folder, 2)
    looked = sweep(uploading.installation, NOW, dry_run=True)
    files = kept(folder)
    swept = sweep(uploading.installation, NOW)

    assert len(files) == 1
    assert (looked.unknown, looked.unfinished) == (swept.unknown, swept.unfinished) == (2, 2)
    assert kept(folder) == kept(folder, "pages") == []
    assert list((folder / "incoming").iterdir()) == []


def test_an_upload_that_is_under_way_loses_nothing(uploading: Portal, folder: Path,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    """Old bytes without a row come again: the sweep begins before they are noted, and looks at them just then."""
    content = photo("again")
    store_file(uploading.installation, BytesIO(content), "lost.jpg")
    aged(folder, 2)
    noted = own_pages.put_file

    def swept_meanwhile(*values: object, **named: object) -> object:
        assert sweep(uploading.installation, NOW).unknown == 0
        return noted(*values, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(own_pages, "put_file", swept_meanwhile)
    browser = uploading.signed_in()
    where = begun(browser, ("note.jpg", content))
    sweep(uploading.installation, NOW)

    assert kept(folder) == [sha256(content).hexdigest()]
    assert browser.get(f"{where}/pages/1/1.jpg").status_code == 200


def test_a_file_that_was_swept_between_knowing_and_noting_is_asked_for_again(
        uploading: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    content = photo("of a withdrawn report")
    browser = uploading.signed_in()
    where = handed_in(browser, ("note.jpg", content))
    browser.post(f"{where}/withdraw", data=hidden(browser.get(where).text))
    draft = begun(browser, ("other.jpg", photo("other")))
    known = store_file(uploading.installation, BytesIO(content), "note.jpg")
    sweep(uploading.installation, LATER - 2 * DAY)
    monkeypatch.setattr(reporting, "store_file", lambda *_: known)
    send(browser, f"{draft}/files", [("note.jpg", content)])

    told = browser.get(f"{draft}/edit").text

    assert "Add it again." in told
    with uploading.installation.database.reading() as connection:
        assert connection.execute(select(stored_file.c.sha256).where(
            stored_file.c.sha256 == known.sha256)).first() is None


def test_what_lies_on_the_shelf_and_belongs_to_no_delivery_goes(uploading: Portal, folder: Path) -> None:
    shelf = shelf_of(uploading.installation.database)
    shelf.keep([b"a delivery that was never noted"], 1_000)
    (shelf.folder / ".0123456789abcdef.part").write_bytes(b"torn")
    (shelf.folder / ".of-a-person").write_bytes(b"not ours")
    aged(folder, 2)

    swept = sweep(uploading.installation, NOW)

    assert (swept.arrived, swept.unfinished) == (1, 1)
    assert [path.name for path in shelf.folder.rglob("*") if path.is_file()] == [".of-a-person"]


def test_the_doctor_tells_of_leftovers_that_no_night_took_away(uploading: Portal, folder: Path) -> None:
    installation = uploading.installation
    check = upload_checks(installation.database, installation.programme, dict(os.environ), NOW)["upload_leftovers"]
    assert [one.state for one in check()] == ["ok"]
    store_file(installation, BytesIO(photo("nobody knows")), "lost.jpg")
    aged(folder, 4)

    [found] = check()

    assert found.state == "warning"
    assert found.found.startswith("2 files")
    assert "treuwerk sweep" in found.hint
