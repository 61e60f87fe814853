"""Long files are scored in a process of their own, and nobody can tell from what comes out."""

import os
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.services.test_receipt import fates
from tests.support.worlds import World, line, lines, table
from treuwerk.domain.tabular import UnreadableFile
from treuwerk.services.clearing import pipeline
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.clearing.second_process import ScoringFailed

MIXED = [*lines(330), line("LS-X", customer_number="777"), line("LS-Y", scope="KOMPLETT"), line("LS-Z", quantity="0"),
         line("LS-0", 1)]


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Every file counts as long, and this process has threads; the list holds the processes that were started."""
    started: list[subprocess.Popen[bytes]] = []
    start: Any = subprocess.Popen

    def noted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(start(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(pipeline, "WORTH_A_START_BYTES", 0)
    monkeypatch.setattr(pipeline, "can_fork", lambda: False)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr("treuwerk.services.clearing.second_process.subprocess.Popen", noted)
    yield started
    assert all(process.poll() is not None for process in started)


def test_a_long_file_has_the_receipt_of_a_short_one(world: World, elsewhere: list[subprocess.Popen[bytes]]) -> None:
    rehearsed = world.clear(MIXED, dry_run=True)

    receipt = world.clear(MIXED)

    assert len(elsewhere) == 2
    assert fates(receipt) == {"booked": 330, "duplicate": 1, "waiting": 1, "rejected": 1, "ignored": 1}
    assert rehearsed.tally == receipt.tally
    assert rehearsed.problems == receipt.problems
    assert receipt.tally.points == {"bonus": 264_000, "status": 132_000}
    assert world.points() == receipt.tally.points
    assert not world.violated()


def test_a_long_file_that_no_source_can_read_is_refused_with_its_reason(
        world: World, elsewhere: list[subprocess.Popen[bytes]]) -> None:
    before = world.counts()

    with pytest.raises(UnreadableFile, match=r"column missing: .*scope"):
        world.clear(table([line()], ("delivery_number", "position")), source="deliveries")

    assert len(elsewhere) == 1
    assert world.counts() == before


def test_a_scoring_process_that_is_killed_leaves_a_run_that_can_be_continued(
        world: World, elsewhere: list[subprocess.Popen[bytes]]) -> None:
    path = world.file("deliveries.csv", table(lines(10_000)))  # more than the pipe holds: it is still at work

    def kill(done: int, size: int) -> None:
        os.kill(elsewhere[-1].pid, signal.SIGKILL)

    with pytest.raises(ScoringFailed, match="clear the file again to go on from there"):
        clear_file(world.installation, path, 1_780_329_600_000_000, progress=kill)
    receipt = clear_file(world.installation, path, 1_780_329_600_000_000)

    assert fates(receipt) == {"booked": 10_000}
    assert world.points()["bonus"] == 10_000 * 800
    assert not world.violated()


def test_a_programme_that_cannot_be_loaded_there_says_so(
        world: World, elsewhere: list[subprocess.Popen[bytes]]) -> None:
    (world.folder / "programme.toml").write_text("plugins = [", "utf-8")

    with pytest.raises(ScoringFailed, match="valid TOML"):
        world.clear(lines(3))

    assert len(elsewhere) == 1
