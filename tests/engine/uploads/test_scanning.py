"""Nothing is shown before the scanner found it clean; while it cannot answer, files wait."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest

from tests.support.clamd import Daemon, listening
from tests.support.crowds import all_at_once
from tests.support.pictures import EICAR, pages, photo
from tests.support.portal import NOW, PROGRAMME, Portal, open_portal
from tests.support.reporting import handed_in
from treuwerk.domain.refusals import Refusal
from treuwerk.services.documents_folder import Documents
from treuwerk.services.findings import State
from treuwerk.services.operation.doctoring import doctor
from treuwerk.services.submissions.scanning import Scanned, scan_waiting
from treuwerk.services.submissions.storing_files import store_file
from treuwerk.store.database import Database

SCANNED = PROGRAMME.replace('plugins = ["csv_feed"', 'plugins = ["clamd", "csv_feed"')


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with listening() as daemon:
        yield daemon


@pytest.fixture
def scanned(tmp_path: Path, sqlite_database: Database, daemon: Daemon) -> Portal:
    """A portal whose uploads go through the daemon."""
    scanner = f'\n[[upload_scanners]]\nscanner = "clamd"\nport = {daemon.port}\nseconds = 5\n'
    return open_portal(tmp_path, sqlite_database, SCANNED + scanner)


def test_case_59_the_test_virus_is_refused_by_name_and_not_kept(scanned: Portal, folder: Path) -> None:
    with pytest.raises(Refusal, match="the virus scanner found 'Eicar-Signature'"):
        store_file(scanned.installation, BytesIO(photo() + EICAR), "note.jpg")

    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_clean_file_is_drawn(scanned: Portal, daemon: Daemon) -> None:
    taken = store_file(scanned.installation, BytesIO(pages(["1", "2"])), "note.pdf")

    assert (taken.state, taken.pages, daemon.streams) == ("clean", 2, 1)


def test_while_the_scanner_cannot_answer_a_file_waits_unshown(scanned: Portal, daemon: Daemon, folder: Path) -> None:
    daemon.mode = "full"

    taken = store_file(scanned.installation, BytesIO(photo()), "note.jpg")

    assert (taken.state, taken.pages) == ("waiting", 0)
    assert Documents(folder).has(taken.sha256)
    assert not Documents(folder).picture(taken.sha256, 1).exists()


def reported(portal: Portal, content: bytes) -> str:
    return handed_in(portal.signed_in(), ("note.jpg", content))


def test_what_waits_is_told_scanned_later_and_then_shown(scanned: Portal, daemon: Daemon) -> None:
    daemon.mode = "full"
    where = reported(scanned, photo())
    browser = scanned.signed_in()
    receipt, page = browser.get(f"{where}/receipt").text, browser.get(where).text
    hidden_picture = browser.get(f"{where}/pages/1/1.jpg").status_code
    still = scan_waiting(scanned.installation, NOW)

    daemon.mode = "ok"
    done = scan_waiting(scanned.installation, NOW)

    assert "The virus scanner does not answer at the moment." in receipt
    assert "Waits for the virus scanner" in page
    assert (hidden_picture, browser.get(f"{where}/pages/1/1.jpg").status_code) == (404, 200)
    assert (still, done) == (Scanned(0, 0, 1), Scanned(1, 0, 0))
    assert "A file was found clean" in browser.get(where).text


def test_what_turns_out_infected_is_removed_and_becomes_a_question(scanned: Portal, daemon: Daemon,
                                                                   folder: Path) -> None:
    daemon.mode = "full"
    where = reported(scanned, photo() + EICAR)

    daemon.mode = "ok"
    done = scan_waiting(scanned.installation, NOW)

    shown = scanned.signed_in().get(where).text
    assert done == Scanned(0, 1, 0)
    assert "The virus scanner found something in a file. Nobody has opened it." in shown
    assert "Question for you" in shown
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_two_who_scan_at_once_tell_it_once(scanned: Portal, daemon: Daemon) -> None:
    daemon.mode = "full"
    where = reported(scanned, photo())
    daemon.mode = "ok"

    all_at_once([partial(scan_waiting, scanned.installation, NOW) for _ in range(3)])

    assert scanned.signed_in().get(where).text.count("A file was found clean") == 1


def test_the_doctor_tells_of_a_scanner_that_does_not_answer(scanned: Portal, daemon: Daemon) -> None:
    fine = {one.name: one for one in doctor(scanned.installation.database, NOW, scanned.installation.programme, {})}
    daemon.mode = "full"
    reported(scanned, photo())

    waiting = {one.name: one for one in doctor(scanned.installation.database, NOW, scanned.installation.programme, {})}

    assert (fine["upload_scanner"].state, fine["uploads_waiting"].state) == (State.OK, State.OK)
    assert "ClamAV 1.4.3" in fine["upload_scanner"].found
    assert (waiting["uploads_waiting"].state, waiting["uploads_waiting"].found) == (State.WARNING, "1")
