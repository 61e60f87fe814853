"""Where this process has one thread, a copy of it scores the next batch, and nobody can tell from what comes out."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.support.worlds import World, line, lines, table
from treuwerk.services.clearing.second_process import can_fork
from treuwerk.store.runs import COUNTERS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies processes safely")
MIXED = [*lines(330), line("LS-X", customer_number="777"), line("LS-Y", scope="KOMPLETT"), line("LS-Z", quantity="0"),
         line("LS-0", 1)]
NOW = 1_780_329_600_000_000
# Tests run beside threads of their runner, so the clearing that forks gets an interpreter of its own.
_CLEARING = """
import json, multiprocessing, os, sys
from pathlib import Path
from treuwerk.services.clearing import pipeline
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.installation import open_installation
from treuwerk.store.database import Database

pipeline.WORTH_A_FORK_BYTES, os.cpu_count = 0, lambda: 2
installation = open_installation(Path(sys.argv[1]), Database(sys.argv[2]))
copies = []
os.register_at_fork(after_in_parent=lambda: copies.append(1))

def progress(done, size):
    for copy in multiprocessing.active_children() if sys.argv[5] == "kill" else []:
        copy.kill()

try:
    receipt = clear_file(installation, Path(sys.argv[3]), int(sys.argv[4]), progress=progress, source="deliveries",
                         dry_run=sys.argv[5] == "dry")
    print(json.dumps({**receipt.as_json(), "copies": len(copies)}))
except Exception as error:
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
assert not multiprocessing.active_children()
"""


def cleared(world: World, path: Path, how: str = "") -> dict[str, Any]:
    """The receipt of a clearing in an interpreter of its own, with the number of copies that it made."""
    url = world.installation.database.url.render_as_string(hide_password=False)
    done = subprocess.run([sys.executable, "-W", "error", "-c", _CLEARING, str(world.folder), url, str(path), str(NOW),
                           how], check=True, capture_output=True, text=True)
    assert not done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_receipt_is_that_of_one_process(world: World) -> None:
    path = world.file("deliveries.csv", table(MIXED))
    rehearsed = world.clear(MIXED, dry_run=True).as_json()

    receipt = cleared(world, path)

    assert receipt["copies"] == 1
    assert {name: receipt[name] for name in COUNTERS} == {name: rehearsed[name] for name in COUNTERS}
    assert receipt["problems"] == rehearsed["problems"]
    assert world.points() == receipt["points"] == {"bonus": 264_000, "status": 132_000}
    assert not world.violated()


def test_a_rehearsal_stores_nothing(world: World) -> None:
    before = world.counts()

    receipt = cleared(world, world.file("deliveries.csv", table(MIXED)), "dry")

    assert (receipt["booked"], receipt["duplicate"], receipt["points"]["bonus"]) == (330, 1, 264_000)
    assert world.counts() == before


def test_a_file_that_no_source_can_read_is_refused_with_its_reason(world: World) -> None:
    before = world.counts()

    receipt = cleared(world, world.file("deliveries.csv", table([line()], ("delivery_number", "position"))))

    assert receipt["error"].startswith("UnreadableFile: ")
    assert "column missing: " in receipt["error"]
    assert world.counts() == before


def test_a_copy_that_is_killed_leaves_a_run_that_can_be_continued(world: World) -> None:
    path = world.file("deliveries.csv", table(lines(10_000)))  # more than the pipe holds: it is still at work

    interrupted, receipt = cleared(world, path, "kill"), cleared(world, path)

    assert interrupted["error"].startswith("ScoringFailed: ")
    assert "clear the file again to go on from there" in interrupted["error"]
    assert receipt["booked"] == 10_000
    assert world.points()["bonus"] == 10_000 * 800
    assert not world.violated()


def test_a_process_with_a_second_thread_is_not_copied() -> None:
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()

    copied = can_fork()
    ended.set()
    thread.join()

    assert not copied
