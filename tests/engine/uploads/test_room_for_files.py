"""What the limits refuse is not even written down: nobody fills the disk with files that belong to no report."""

from pathlib import Path

import pytest

from tests.support.pictures import photo
from tests.support.portal import Portal
from tests.support.reporting import HERE, begun, handed_in, send
from treuwerk.services.submissions import own_submissions


def kept(folder: Path) -> int:
    return len([path for path in (folder / "files").rglob("*") if path.is_file()])


def test_files_beyond_those_of_a_report_are_not_kept(small_limits: Portal, folder: Path) -> None:
    browser = small_limits.signed_in()
    where = begun(browser, *[(f"{number}.jpg", photo(f"first {number}")) for number in range(5)])
    told = browser.get(f"{where}/edit").text

    send(browser, f"{where}/files", [("late.jpg", photo("late"))])

    assert "“2.jpg” was not added. At most 2 files belong to one report." in told
    assert "“late.jpg” was not added. At most 2 files belong to one report." in browser.get(f"{where}/edit").text
    assert kept(folder) == 2


def test_files_for_a_report_that_was_handed_in_are_not_kept(sqlite_uploading: Portal, folder: Path) -> None:
    browser = sqlite_uploading.signed_in()
    where = handed_in(browser)

    send(browser, f"{where}/files", [("late.jpg", photo("late"))])

    assert kept(folder) == 1


def test_files_for_a_report_that_is_not_ours_are_not_kept(sqlite_uploading: Portal, folder: Path) -> None:
    browser = sqlite_uploading.signed_in()

    answer = send(browser, f"{HERE}/sub_00000000000000000000000001/files", [("late.jpg", photo("late"))])

    assert answer.status_code == 404
    assert kept(folder) == 0


def test_files_for_one_draft_too_many_are_not_kept(sqlite_uploading: Portal, folder: Path,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_submissions, "DRAFTS_AT_MOST", 1)
    browser = sqlite_uploading.signed_in()
    begun(browser)

    send(browser, f"{HERE}/new", [("late.jpg", photo("late"))])

    assert "Hand one in or discard it first." in browser.get(f"{HERE}/new").text
    assert kept(folder) == 1
