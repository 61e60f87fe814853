"""Held files on the ways that files come in by: inbox and requests, workers that are killed, people who decide."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import select

from tests.engine.services.test_resuming import durable_url
from tests.support.inboxes import Box, make_box
from tests.support.office import acting
from tests.support.worlds import SIX_IN_THE_EVENING, line, lines, table
from treuwerk.domain.refusals import Refusal
from treuwerk.jobs.running import run_now
from treuwerk.services.clearing import held_files
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.held_files import HeldFile
from treuwerk.store.database import Database
from treuwerk.store.tables import clearing_run, held_file, journal, work_item, work_order

pytestmark = pytest.mark.usefixtures("documents")

RUN = "from treuwerk.cli import main; main()"
SETTINGS = "quiet_seconds = 0\nevery_seconds = 1\n"
MANY = 4_000


@pytest.fixture
def box(tmp_path: Path, database: Database) -> Box:
    return make_box(tmp_path / "league", database, SETTINGS)


def broken(good: int, bad: int) -> str:
    """Good lines first: whoever booked as he reads would have booked them."""
    return table([*lines(good), *(line(f"LS-x{at}", quantity="ten") for at in range(bad))])


def take(box: Box, name: str = "may.csv", content: str = "") -> dict[str, str]:
    box.put(name, content or broken(20, 15))
    box.look()
    return box.work()


def only(box: Box) -> HeldFile:
    with box.world.database.reading() as connection:
        [one] = held_files.listed(acting(), connection, ())
    return one


def decide(box: Box, act: str, now: int = SIX_IN_THE_EVENING) -> None:
    """What a clerk does, and then the worker."""
    one = only(box)
    with box.world.database.writing() as connection:
        if act == "reopen":
            held_files.reopen(acting(), connection, one.public_id, now)
        else:
            getattr(held_files, act)(acting(), connection, one.public_id, "Talked to them", now)
    follow(box)


def follow(box: Box) -> list[str]:
    """Do what was decided; what is said of it."""
    keys = [key for key, in box.world.rows(select(work_order.c.key).where(
        work_order.c.job == "held", work_order.c.state == "open").order_by(work_order.c.key))]
    return [run_now(box.world.installation, key, lambda: SIX_IN_THE_EVENING, "test").said for key in keys]


def count(box: Box, of: object) -> int:
    return len(box.world.rows(select(of)))  # type: ignore[call-overload]


def test_case_55_a_held_file_lies_apart_and_its_receipt_says_why(box: Box) -> None:
    states = take(box)

    [path] = [one for one in box.files() if one.startswith("held/")]
    assert path.endswith("-may.csv")
    assert box.files() == {path, "out/may.csv.receipt.json"}
    receipt = box.receipt("out/may.csv.receipt.json")
    assert receipt["held"]["reasons"][0]["code"] == "bad_lines"
    assert states == {"may.csv": "done"}
    [(said,)] = box.world.rows(select(work_order.c.said).where(work_order.c.job == "clear"))
    assert said.startswith("held: found 15 of 35 lines")
    assert (count(box, journal), count(box, clearing_run)) == (0, 0)


def test_case_55_a_released_file_is_cleared_by_a_worker_and_handed_out(box: Box) -> None:
    take(box)

    decide(box, "release")

    assert box.files() == {"done/may~2.csv", "done/may~2.csv.receipt.json", "out/may.csv.receipt.json",
                           "out/may~2.csv.receipt.json"}
    receipt = box.receipt("out/may~2.csv.receipt.json")
    assert (receipt["booked"], receipt["rejected"], receipt["held"]) == (20, 15, None)
    assert count(box, journal) == 20
    assert box.world.violated() == {}


def test_case_55_a_rejected_file_goes_back_with_the_reason(box: Box) -> None:
    take(box)

    decide(box, "reject")

    assert {"failed/may~2.csv", "failed/may~2.csv.receipt.json"} < box.files()
    assert "Talked to them" in box.receipt("out/may~2.csv.receipt.json")["error"]
    assert count(box, journal) == 0
    assert not box.world.rows(select(work_item).where(work_item.c.state == "open"))


def test_a_rejected_file_that_comes_again_is_rejected_at_once(box: Box) -> None:
    take(box)
    decide(box, "reject")

    take(box, "june.csv")

    assert "failed/june.csv" in box.files()
    assert "Talked to them" in box.receipt("out/june.csv.receipt.json")["error"]


def test_a_rejection_that_is_taken_back_can_become_a_release(box: Box) -> None:
    take(box)
    decide(box, "reject")
    decide(box, "reopen", SIX_IN_THE_EVENING + 1)

    decide(box, "release", SIX_IN_THE_EVENING + 2)

    assert count(box, journal) == 20
    assert any(path.startswith("done/may") for path in box.files())


def test_the_same_bytes_twice_are_decided_once_and_answered_twice(box: Box) -> None:
    take(box)
    take(box, "june.csv")

    decide(box, "release")

    assert count(box, held_file) == 1
    assert count(box, journal) == 20
    receipts = [box.receipt(path) for path in box.files() if path.startswith("done/") and path.endswith(".json")]
    assert sorted((one["booked"], one["duplicate"]) for one in receipts) == [(0, 20), (20, 0)]


@pytest.mark.parametrize("many", [2, 4])
def test_case_55_workers_that_clear_one_file_at_once_hold_it_once(box: Box, many: int) -> None:
    file, barrier = box.world.file("may.csv", broken(3_000, 1_500)), Barrier(many)

    def work(_: int) -> object:
        barrier.wait()
        return clear_file(box.world.installation, file, SIX_IN_THE_EVENING).held

    with ThreadPoolExecutor(many) as pool:
        outcomes = list(pool.map(work, range(many)))

    assert all(outcomes)
    assert (count(box, held_file), count(box, journal), count(box, clearing_run)) == (1, 0, 0)


@pytest.mark.parametrize("attempt", range(4))
def test_of_a_release_that_is_taken_back_and_the_worker_who_clears_it_one_wins(box: Box, attempt: int) -> None:
    take(box)
    one, barrier = only(box), Barrier(2)
    with box.world.database.writing() as connection:
        held_files.release(acting(), connection, one.public_id, "Talked to them", SIX_IN_THE_EVENING)

    def take_back() -> bool:
        barrier.wait()
        time.sleep(0.004 * attempt)
        try:
            box.world.database.run(lambda connection: held_files.reopen(
                acting(), connection, one.public_id, SIX_IN_THE_EVENING + 1))
        except Refusal:
            return False
        return True

    def clear() -> bool:
        barrier.wait()
        path = box.world.file("same.csv", broken(20, 15))
        return clear_file(box.world.installation, path, SIX_IN_THE_EVENING).held is None

    with ThreadPoolExecutor(2) as pool:
        taken_back, cleared = [pool.submit(act) for act in (take_back, clear)]

    assert taken_back.result() != cleared.result()
    assert count(box, journal) == (20 if cleared.result() else 0)
    assert only(box).state == ("cleared" if cleared.result() else "held")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_case_55_whoever_is_killed_while_looking_at_a_file_leaves_nothing_booked(
        tmp_path: Path, request: pytest.FixtureRequest, kind: str) -> None:
    url, chance = durable_url(request, kind), Random(55)
    box = make_box(tmp_path / "league", Database(url), SETTINGS)
    file = box.world.file("may.csv", broken(MANY, MANY))
    command = [sys.executable, "-c", RUN, "--programme", str(box.world.folder), "--database", url, "clear", str(file)]

    for _ in range(5):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(chance.uniform(0.3, 1.5))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert (count(box, journal), count(box, clearing_run)) == (0, 0)
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, "held as a whole" in done.stdout) == (4, True), done.stderr
    assert (count(box, held_file), count(box, journal)) == (1, 0)
    box.world.database.close()
