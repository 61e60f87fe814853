"""Only so many pictures are drawn at once on one machine; who is one too many is told when to come again."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore, Event
from typing import Any

import pytest

from tests.support.pictures import photo
from tests.support.portal import PROGRAMME, Portal, open_portal
from tests.support.reporting import HERE, begun, hidden, send
from treuwerk.services.submissions import drawing_slots
from treuwerk.services.submissions.drawing_slots import DrawingBusy, slot
from treuwerk.services.submissions.scanning import scan_waiting
from treuwerk.services.submissions.storing_files import store_file
from treuwerk.store.database import Database

HOLDER = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from treuwerk.services.submissions.drawing_slots import slot
with slot("draw", 1, 0):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else draws where this test runs."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def one_at_once(tmp_path: Path, sqlite_database: Database) -> Portal:
    limits = "\n[uploads]\ndrawn_at_once = 1\ndrawing_wait_seconds = 0\n"
    return open_portal(tmp_path, sqlite_database, PROGRAMME + limits)


@pytest.fixture
def held_elsewhere(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process of this machine draws."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_what_another_process_draws_counts_until_it_ends_however_it_does(
        one_at_once: Portal, held_elsewhere: "subprocess.Popen[str]") -> None:
    with pytest.raises(DrawingBusy):
        store_file(one_at_once.installation, BytesIO(photo()), "note.jpg")

    held_elsewhere.kill()
    held_elsewhere.wait()

    assert store_file(one_at_once.installation, BytesIO(photo()), "note.jpg").pages == 1


def test_who_is_one_too_many_is_told_when_to_come_again(one_at_once: Portal, folder: Path) -> None:
    browser = one_at_once.signed_in()
    with slot("draw", 1, 0):
        answer = send(browser, f"{HERE}/new", [("note.jpg", photo())])

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert [path for path in (folder / "files").rglob("*") if path.is_file()] == []
    assert begun(browser, ("note.jpg", photo()))


def test_files_that_were_taken_stay_where_a_later_one_is_too_many(one_at_once: Portal,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    """The second file of a request finds all places taken: the first one is a page by then."""
    taken = iter([True, False])
    drawn = drawing_slots._is_ours
    monkeypatch.setattr(drawing_slots, "_is_ours", lambda file: next(taken) and drawn(file))
    browser = one_at_once.signed_in()

    where = begun(browser, ("one.jpg", photo("one")), ("two.jpg", photo("two")))

    page = browser.get(f"{where}/edit").text
    assert "“two.jpg” was not added. Very many files are being looked at just now." in page
    assert "one.jpg" in page


def test_a_file_waits_for_its_turn(tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = open_portal(tmp_path, sqlite_database, f"{PROGRAMME}\n[uploads]\ndrawn_at_once = 1\n")
    before = slot("draw", 1, 0)
    before.__enter__()
    monkeypatch.setattr("treuwerk.services.submissions.drawing_slots.time.sleep",
                        lambda _: before.__exit__(None, None, None))

    stored = store_file(portal.installation, BytesIO(photo()), "note.jpg")

    assert stored.pages == 1


def test_only_a_few_of_a_server_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_slots, "_WAITING_FOR_EACH", 0)
    with slot("few", 1, 0), pytest.raises(DrawingBusy), slot("few", 1, 3_600):
        pytest.fail("it did not wait for an hour")


def test_pictures_are_turned_within_the_same_bound(one_at_once: Portal) -> None:
    browser = one_at_once.signed_in()
    where = begun(browser, ("note.jpg", photo()))
    browser.post(f"{where}/pages/1/turn", data=hidden(browser.get(f"{where}/edit").text))
    with slot("turn", 1, 0):
        busy = browser.get(f"{where}/pages/1/1.jpg")

    assert (busy.status_code, busy.headers["retry-after"]) == (503, "10")
    assert browser.get(f"{where}/pages/1/1.jpg").status_code == 200


class Asked(BoundedSemaphore):
    """A room that tells when somebody asks for a place."""

    def __init__(self, places: int) -> None:
        super().__init__(places)
        self.asked = Event()

    def acquire(self, *values: Any, **named: Any) -> bool:
        """Tell, and ask."""
        self.asked.set()
        return super().acquire(*values, **named)


def test_a_page_with_many_turned_pictures_gets_them_all(tmp_path: Path, sqlite_database: Database,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    """All places to wait at are taken: a picture waits for one, where an upload is told at once."""
    portal, room = open_portal(tmp_path, sqlite_database, f"{PROGRAMME}\n[uploads]\ndrawn_at_once = 1\n"), Asked(1)
    browser = portal.signed_in()
    where = begun(browser, ("note.jpg", photo()))
    browser.post(f"{where}/pages/1/turn", data=hidden(browser.get(f"{where}/edit").text))
    monkeypatch.setitem(drawing_slots._rooms, ("turn", 1), room)
    with ThreadPoolExecutor(1) as pool:
        with slot("turn", 1, 0):
            room.asked.clear()
            picture = pool.submit(browser.get, f"{where}/pages/1/1.jpg")
            assert room.asked.wait(30)

        assert picture.result(30).status_code == 200


def test_a_scan_leaves_what_is_not_its_turn_for_the_next_minute(one_at_once: Portal,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    browser = one_at_once.signed_in()
    monkeypatch.setattr("treuwerk.services.submissions.storing_files.scan", lambda *_: False)
    begun(browser, ("note.jpg", photo()))
    with slot("draw", 1, 0):
        busy = scan_waiting(one_at_once.installation, 1)

    later = scan_waiting(one_at_once.installation, 2)

    assert (busy.clean, busy.waiting) == (0, 1)
    assert (later.clean, later.waiting) == (1, 0)
