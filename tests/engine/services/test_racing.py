"""Several at once: whoever is first books a purchase, the others find it booked, and the chain stays one."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.engine.services.test_resuming import durable_url
from tests.support.worlds import SIX_IN_THE_EVENING, World, connections_in_use, line, lines, make_world, table
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.receipts import Receipt
from treuwerk.store.database import Database
from treuwerk.store.runs import RunTaken
from treuwerk.store.tables import journal, seal

CLEAR = """
import sys
from pathlib import Path
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.installation import open_installation
from treuwerk.store.database import Database
from treuwerk.store.runs import RunTaken

folder, url, file, now = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
installation = open_installation(folder, Database(url))
print("ready", flush=True)
sys.stdin.readline()
try:
    print(clear_file(installation, file, now).tally.booked)
except RunTaken:
    print("taken")
"""


def overlapping(world: World, many: int) -> list[Path]:
    """Files that share half of their lines with the next, each in another order."""
    rows = lines(60 * (many + 1))
    parts = [rows[60 * part : 60 * part + 120] for part in range(many)]
    return [world.file(f"{part}.csv", table(rows if part % 2 else rows[::-1])) for part, rows in enumerate(parts)]


def all_at_once(world: World, files: list[Path]) -> list[Receipt | RunTaken]:
    barrier = Barrier(len(files))

    def work(file: Path) -> Receipt | RunTaken:
        barrier.wait()
        try:
            return clear_file(world.installation, file, SIX_IN_THE_EVENING)
        except RunTaken as error:
            return error

    with ThreadPoolExecutor(len(files)) as pool:
        return list(pool.map(work, files))


def assert_each_purchase_once(world: World, purchases: int) -> None:
    assert world.rows(select(func.count()).select_from(journal)) == [(purchases,)]
    assert world.rows(select(func.count(journal.c.business_key.distinct()))) == [(purchases,)]
    assert world.points() == {"bonus": 800 * purchases, "status": 400 * purchases}
    heads = world.rows(select(seal.c.previous_head))
    assert len(heads) == len(set(heads))
    assert world.violated() == {}
    assert connections_in_use(world.database.engine) == 0


@pytest.mark.parametrize("many", [2, 4])
def test_overlapping_files_at_once_book_each_purchase_once(world: World, many: int) -> None:
    receipts = all_at_once(world, overlapping(world, many))

    assert all(isinstance(receipt, Receipt) for receipt in receipts), receipts
    tallies = [receipt.tally for receipt in receipts if isinstance(receipt, Receipt)]
    assert [tally.booked + tally.duplicate for tally in tallies] == [120] * many
    assert_each_purchase_once(world, 60 * (many + 1))


@pytest.mark.parametrize("many", [2, 4])
def test_the_same_file_at_once_books_each_purchase_once(world: World, many: int) -> None:
    file = world.file("same.csv", table(lines(250)))

    outcomes = all_at_once(world, [file] * many)

    for outcome in outcomes:
        if isinstance(outcome, RunTaken):
            assert "look at its receipt" in str(outcome)
        else:
            assert outcome.tally.booked + outcome.tally.duplicate == 250
    world.clear(lines(250), name="same.csv")
    assert_each_purchase_once(world, 250)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("same", [True, False], ids=["same file", "overlapping files"])
def test_four_processes_at_once_book_each_purchase_once(tmp_path: Path, request: pytest.FixtureRequest, kind: str,
                                                       same: bool) -> None:
    url = durable_url(request, kind)
    world = make_world(tmp_path / "league", Database(url))
    files = [world.file("same.csv", table(lines(300)))] * 4 if same else overlapping(world, 4)

    outcomes = from_processes(world, url, files)

    assert all(text.isdigit() or text == "taken" for text in outcomes), outcomes
    for file in files:
        clear_file(world.installation, file, SIX_IN_THE_EVENING)
    assert_each_purchase_once(world, 300)
    world.database.close()


def from_processes(world: World, url: str, files: list[Path]) -> list[str]:
    """What each of several processes says that were let loose together."""
    started: list[Any] = [subprocess.Popen(
        [sys.executable, "-c", CLEAR, str(world.folder), url, str(file), str(SIX_IN_THE_EVENING)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for file in files]
    for process in started:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120) for process in started]
    assert [error for _, error in said] == [""] * len(said)
    return [output.strip() for output, _ in said]


def test_two_files_whose_ids_meet_in_one_instant_are_both_booked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    begins = iter([0, 500, 50, *range(1_000, 20_000, 500)])  # ids of the second file begin inside those of the first
    monkeypatch.setattr("treuwerk.domain.ids.secrets.randbits", lambda _: next(begins))

    world.clear(lines(100), name="first.csv")
    begins = iter([50, *range(100_000, 200_000, 500)])
    receipt = world.clear(lines(100, "OTHER"), name="second.csv")

    assert receipt.tally.booked == 100
    assert_each_purchase_once(world, 200)


def test_a_purchase_and_an_attendance_of_the_same_instant_do_not_meet(world: World) -> None:
    people = "".join(f"S-{number};2026-05-04;10017;Ada Lovelace;yes\n" for number in range(100))

    for number in range(10):
        world.clear([line(f"L-{number}", position) for position in range(100)], name=f"{number}.csv")
    world.attendance(f"seminar_code;held_on;participant;person;attended\n{people}")

    assert world.balances()["10017", "bonus"] == 1_000 * 800 + 100 * 500
    assert world.violated() == {}
