"""Partners put files into a folder: each is taken once, as it was when it was there as a whole."""

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from tests.support.inboxes import Box, make_box
from tests.support.worlds import SIX_IN_THE_EVENING, line, lines, table
from treuwerk.services.clearing import inbox, shelf
from treuwerk.services.clearing.shelf import shelf_of
from treuwerk.services.ordering import retry_order
from treuwerk.store.database import Database
from treuwerk.store.tables import incoming, journal, work_order

pytestmark = pytest.mark.usefixtures("documents")


@pytest.fixture
def box(tmp_path: Path, database: Database) -> Box:
    return make_box(tmp_path / "league", database)


@pytest.fixture
def sqlite_box(tmp_path: Path, sqlite_database: Database) -> Box:
    return make_box(tmp_path / "league", sqlite_database)


def booked(box: Box) -> int:
    found: int = box.world.rows(select(func.count()).select_from(journal))[0][0]
    return found


def test_a_file_is_cleared_and_lies_beside_its_receipt(box: Box) -> None:
    box.put("may.csv", table(lines(30)))

    look = box.look()

    assert (look.taken, look.growing, look.refused) == (["may.csv"], [], {})
    assert box.work() == {"may.csv": "done"}
    assert box.files() == {"done/may.csv", "done/may.csv.receipt.json", "out/may.csv.receipt.json"}
    assert box.receipt("done/may.csv.receipt.json") == box.receipt("out/may.csv.receipt.json")
    assert (box.receipt("out/may.csv.receipt.json")["booked"], booked(box)) == (30, 30)
    assert box.world.violated() == {}


def test_a_file_with_lines_that_wait_is_done_and_says_so(box: Box) -> None:
    box.put("may.csv", table([line("LS-1"), line("LS-2", customer_number="unknown")]))
    box.look()

    assert box.work() == {"may.csv": "done"}
    receipt = box.receipt("done/may.csv.receipt.json")
    assert (receipt["booked"], receipt["waiting"], len(receipt["problems"])) == (1, 1, 1)


def test_a_file_that_cannot_be_read_fails_with_the_reason_and_a_person_is_told(box: Box) -> None:
    box.put("may.csv", "nonsense\n1\n")
    box.look()

    assert box.work() == {"may.csv": "failed"}
    assert box.files() == {"failed/may.csv", "failed/may.csv.receipt.json", "out/may.csv.receipt.json"}
    assert "delivery_number" in box.receipt("failed/may.csv.receipt.json")["error"]
    [gist] = box.told().values()
    assert gist.startswith("may.csv")


def test_a_failed_file_that_is_tried_again_moves_to_where_it_belongs(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.put("may.csv", table(lines(5)))
    box.look()
    from treuwerk.domain.tabular import UnreadableFile
    from treuwerk.services.clearing import incoming as service

    def broken(*_: object, **__: object) -> None:
        raise UnreadableFile("the reader is being mended")

    with monkeypatch.context() as patched:
        patched.setattr(service, "clear_file", broken)
        assert box.work() == {"may.csv": "failed"}
    [key] = box.told()

    box.world.database.run(lambda connection: retry_order(connection, key, SIX_IN_THE_EVENING))

    assert box.work() == {"may.csv": "done"}
    assert box.files() == {"done/may~2.csv", "done/may~2.csv.receipt.json", "out/may~2.csv.receipt.json",
                           "out/may.csv.receipt.json"}  # the first answer is the partner's to remove
    assert (booked(box), box.told()) == (5, {})


@pytest.mark.parametrize("name", ["may.csv.part", "may.tmp", ".may.csv", "may.csv.filepart", "x.receipt.json"])
def test_what_is_not_there_as_a_whole_is_left_alone(sqlite_box: Box, name: str) -> None:
    sqlite_box.put(name, table(lines(3)))

    assert sqlite_box.look().taken == []
    assert sqlite_box.files() == {name}


def test_a_file_is_taken_once_it_has_its_name(sqlite_box: Box) -> None:
    path = sqlite_box.put("may.csv.part", table(lines(3)))
    sqlite_box.look()

    path.rename(path.with_name("may.csv"))

    assert sqlite_box.look().taken == ["may.csv"]


def test_a_file_that_was_written_a_moment_ago_waits(sqlite_box: Box) -> None:
    path = sqlite_box.put("may.csv", table(lines(3)), seconds_ago=0)
    first = sqlite_box.look()
    sqlite_box.put("may.csv", table(lines(4)), seconds_ago=0)
    second = sqlite_box.look()
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 6))

    assert (first.growing, second.growing) == (["may.csv"], ["may.csv"])
    assert sqlite_box.look().taken == ["may.csv"]


def test_a_file_of_a_server_whose_clock_is_ahead_is_taken_once_it_is_quiet(tmp_path: Path,
                                                                         sqlite_database: Database) -> None:
    box = make_box(tmp_path / "league", sqlite_database, "quiet_seconds = 0\n")
    box.put("may.csv", table(lines(3)), seconds_ago=-3_600)

    assert box.look().taken == ["may.csv"]


def test_a_file_that_changes_while_it_is_copied_is_noticed(sqlite_box: Box, documents: Path,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    path = sqlite_box.put("may.csv", table(lines(3)))
    real = shelf.pieces_of

    def changed(descriptor: int) -> Iterator[bytes]:
        for piece in real(descriptor):
            with path.open("ab") as stream:
                stream.write(b"LS-late;")
            yield piece

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "pieces_of", changed)
        look = sqlite_box.look()

    assert (look.taken, look.growing) == ([], ["may.csv"])
    assert sqlite_box.world.rows(select(incoming.c.id)) == []


def test_what_lies_on_the_shelf_and_is_another_file_is_not_booked(sqlite_box: Box) -> None:
    sqlite_box.put("may.csv", table(lines(3)))
    sqlite_box.look()
    [[digest]] = sqlite_box.world.rows(select(incoming.c.sha256))
    shelf_of(sqlite_box.world.database).path(digest).write_text(table(lines(9)), "utf-8")

    assert sqlite_box.work() == {"may.csv": "failed"}
    assert booked(sqlite_box) == 0
    assert "sha256" in next(iter(sqlite_box.told().values()))


def test_with_markers_a_file_waits_for_its_own(tmp_path: Path, sqlite_database: Database) -> None:
    box = make_box(tmp_path / "league", sqlite_database, "wait_for_marker = true\n")
    box.put("may.csv", table(lines(3)), seconds_ago=0)
    before = box.look()
    box.put("may.csv.done", "")

    assert (before.taken, box.look().taken) == ([], ["may.csv"])
    assert not (box.place / "may.csv.done").exists()


def test_the_same_name_again_is_another_file_with_a_number(sqlite_box: Box) -> None:
    for count in (3, 5):
        sqlite_box.put("may.csv", table(lines(count, f"LS{count}")))
        sqlite_box.look()
        sqlite_box.work()

    assert sqlite_box.files() == {
        "done/may.csv", "done/may.csv.receipt.json", "out/may.csv.receipt.json",
        "done/may~2.csv", "done/may~2.csv.receipt.json", "out/may~2.csv.receipt.json"}
    assert sqlite_box.receipt("done/may~2.csv.receipt.json")["booked"] == 5


def test_the_same_bytes_again_name_the_first_receipt_and_book_nothing(box: Box) -> None:
    for name in ("may.csv", "may-again.csv"):
        box.put(name, table(lines(3)))
        box.look()
        box.work()

    again = box.receipt("done/may-again.csv.receipt.json")
    assert (again["duplicate"], again["first_receipt"]["file"], booked(box)) == (3, "may.csv", 3)


def test_links_devices_and_pipes_are_refused_and_never_read(sqlite_box: Box, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(table(lines(3)), "utf-8")
    (sqlite_box.place / "link.csv").symlink_to(secret)
    os.mkfifo(sqlite_box.place / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(sqlite_box.place)  # addresses of sockets are short
        server.bind("socket.csv")
        os.chdir(here)

    look = sqlite_box.look()

    assert sorted(look.refused) == ["link.csv", "pipe.csv", "socket.csv"]
    assert secret.exists()
    assert "expected a file" in sqlite_box.receipt("failed/link.csv.receipt.json")["error"]
    assert sqlite_box.world.rows(select(incoming.c.id)) == []
    assert len(sqlite_box.told()) == 3
    assert sqlite_box.look().refused == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_rights_stays_and_a_person_is_told(sqlite_box: Box) -> None:
    sqlite_box.put("may.csv", table(lines(3))).chmod(0)

    assert "right" in sqlite_box.look().refused["may.csv"]
    assert sqlite_box.files() == {"may.csv"}
    assert "right" in next(iter(sqlite_box.told().values()))


def test_a_file_that_may_not_be_opened_stays_and_a_person_is_told(sqlite_box: Box,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    sqlite_box.put("may.csv", table(lines(3)))

    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refused)
        assert "give the user of treuwerk the right" in sqlite_box.look().refused["may.csv"]
    assert sqlite_box.files() == {"may.csv"}
    assert len(sqlite_box.told()) == 1


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, sqlite_database: Database) -> None:
    box = make_box(tmp_path / "league", sqlite_database, "largest_mebibytes = 1\n")
    box.put("may.csv", b"x" * ((1 << 20) + 1))

    assert "at most 1 MiB" in box.look().refused["may.csv"]
    assert box.files() == {"failed/may.csv", "failed/may.csv.receipt.json", "out/may.csv.receipt.json"}


def test_case_60_two_workers_that_look_at_once_take_a_file_once(box: Box) -> None:
    for number in range(6):
        box.put(f"{number}.csv", table(lines(5, f"LS{number}")))
    barrier = Barrier(4)

    def look(_: int) -> list[str]:
        barrier.wait()
        return Box(box.world).look().taken

    with ThreadPoolExecutor(4) as pool:
        taken = [name for names in pool.map(look, range(4)) for name in names]

    assert sorted(set(taken)) == [f"{number}.csv" for number in range(6)]
    assert len(box.world.rows(select(work_order.c.key).where(work_order.c.job == "clear"))) == 6
    assert set(box.work().values()) == {"done"}
    assert booked(box) == 30


@pytest.mark.parametrize("place", ["receive", "_moved"])
def test_whoever_dies_while_taking_a_file_leaves_one_that_the_next_look_recognises(
        box: Box, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    box.put("may.csv", table(lines(5)))

    def dying(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(inbox, place, dying)
        with pytest.raises(KeyboardInterrupt):
            box.look()
    if place == "_moved":
        box.work()  # a worker clears it before anybody has moved it

    assert Box(box.world).look().taken == ["may.csv"]
    assert box.work() == {"may.csv": "done"}
    assert box.files() == {"done/may.csv", "done/may.csv.receipt.json", "out/may.csv.receipt.json"}
    assert (booked(box), len(box.world.rows(select(incoming.c.id)))) == (5, 1)


def test_whoever_dies_before_the_receipt_is_written_leaves_the_rest_to_the_next(
        box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    from treuwerk.jobs import clearing_incoming

    box.put("may.csv", table(lines(5)))
    box.look()

    def dying(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(clearing_incoming, "hand_out", dying)
        assert box.work() == {"may.csv": "open"}  # it is tried again

    assert box.work() == {"may.csv": "done"}
    assert "done/may.csv.receipt.json" in box.files()
    assert booked(box) == 5


def test_a_full_disk_takes_nothing_and_loses_nothing(sqlite_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sqlite_box.put("may.csv", table(lines(3)))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            sqlite_box.look()

    assert path.exists()
    assert list(shelf_of(sqlite_box.world.database).folder.glob(".*.part")) == []
    assert sqlite_box.look().taken == ["may.csv"]
