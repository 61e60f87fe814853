"""Files that waited for the scanner: each has the fate that it would have had at once, and none holds up the others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.uploads.test_scanning import SCANNED
from tests.support.clamd import Daemon, listening
from tests.support.clerks import note
from tests.support.office import acting
from tests.support.pictures import EICAR, photo
from tests.support.portal import DELIVERIES, NOW, Portal, open_portal
from tests.support.reporting import begun, handed_in
from treuwerk.domain.entries import read_entered
from treuwerk.services.submissions import deciding
from treuwerk.services.submissions import states as submissions
from treuwerk.services.submissions.scanning import Scanned, scan_waiting
from treuwerk.store.database import Database


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with listening() as daemon:
        yield daemon


@pytest.fixture
def scanned(tmp_path: Path, sqlite_database: Database, daemon: Daemon) -> Portal:
    scanner = f'\n[[upload_scanners]]\nscanner = "clamd"\nport = {daemon.port}\nseconds = 5\n'
    programme = SCANNED.replace('seller = "Sonnenlicht AG"\n', 'seller = "Sonnenlicht AG"\nfiles = "note*.csv"\n')
    return open_portal(tmp_path, sqlite_database, programme + scanner)


NOTE = f"{DELIVERIES}LS-911;10;2026-11-01;1001;M400;10;PCE;MODULE;\n".encode()


def test_a_file_for_machines_that_waited_is_clean_and_readable(scanned: Portal, daemon: Daemon) -> None:
    daemon.mode = "full"
    where = handed_in(scanned.signed_in(), ("note.csv", NOTE))

    daemon.mode = "ok"
    done = scan_waiting(scanned.installation, NOW)

    assert done == Scanned(1, 0, 0)
    page = scanned.signed_in().get(where).text
    assert "A file was found clean" in page
    assert "LS-911\n10 PCE M400" in page
    assert "400" in scanned.signed_in().get("/").text, "points that it may bring"


def test_a_file_for_machines_that_waited_needs_no_typing(scanned: Portal, daemon: Daemon) -> None:
    """The clerk finds the lines as if the scanner had answered at once, still as suggestions."""
    daemon.mode = "full"
    late = handed_in(scanned.signed_in(), ("note.csv", NOTE)).rpartition("/")[2]
    daemon.mode = "ok"
    scan_waiting(scanned.installation, NOW)
    at_once = handed_in(scanned.signed_in("1002"), ("note.csv", NOTE.replace(b"LS-911;10;2026-11-01;1001",
                                                                          b"LS-912;10;2026-11-01;1002")))

    with scanned.installation.database.reading() as connection:
        waited, straight = (submissions.named(connection, one) for one in (late, at_once.rpartition("/")[2]))
        [page] = submissions.pages(connection, waited)
    assert read_entered(waited.entered).lines == read_entered(straight.entered).lines != ()
    assert (waited.number, waited.kind, waited.issued_on) == ("LS-911", "delivery", "2026-11-01")
    assert waited.expected == straight.expected != ""
    assert read_entered(waited.entered).is_suggested
    assert page.reader == "deliveries"


def test_what_a_clerk_entered_meanwhile_stays(scanned: Portal, daemon: Daemon) -> None:
    daemon.mode = "full"
    where = handed_in(scanned.signed_in(), ("note.csv", NOTE)).rpartition("/")[2]
    with scanned.installation.database.writing() as connection:
        waiting = submissions.named(connection, where)
        deciding.save_draft(acting(), connection, where, note(number="LS-typed"), waiting.version, NOW)

    daemon.mode = "ok"
    scan_waiting(scanned.installation, NOW)

    with scanned.installation.database.reading() as connection:
        found = submissions.named(connection, where)
        told = submissions.events(connection, found)
    assert read_entered(found.entered).number == "LS-typed"
    assert [event.text for event in told if event.kind == "scanned"] == [""]


def test_what_was_a_false_alarm_is_shown_when_it_is_sent_again(scanned: Portal, daemon: Daemon,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    daemon.mode = "full"
    content = photo("a pallet") + EICAR
    handed_in(scanned.signed_in(), ("note.jpg", content))
    daemon.mode = "ok"
    alarm = scan_waiting(scanned.installation, NOW)

    monkeypatch.setattr("tests.support.clamd.EICAR", b"what the scanner looks for today")
    other = scanned.signed_in("1002")
    where = begun(other, ("note.jpg", content))

    assert alarm == Scanned(0, 1, 0)
    assert other.get(f"{where}/pages/1/1.jpg").status_code == 200


def test_a_file_that_the_scanner_refuses_holds_up_no_others(scanned: Portal, daemon: Daemon) -> None:
    daemon.mode = "full"
    large, small = photo("large") + bytes(1_000), photo("small")
    handed_in(scanned.signed_in(), ("large.jpg", large))
    handed_in(scanned.signed_in(), ("small.jpg", small))

    daemon.mode, daemon.most = "choosy", len(large) - 1
    done = scan_waiting(scanned.installation, NOW)

    assert done == Scanned(1, 0, 1)
