"""A large file through the inbox, with workers that are killed anywhere: each line is booked once, in flat memory."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import attrs
import pytest
from sqlalchemy import func, select

from tests.engine.services.test_resuming import durable_url
from tests.support.crew import wait_for
from tests.support.inboxes import Box, make_box
from tests.support.worlds import COLUMNS, line
from treuwerk.domain.work import UNFINISHED
from treuwerk.store.database import Database
from treuwerk.store.tables import balance, clearing_run, journal, work_order

FEW, MANY = 6_000, 1_000_000
POINTS = 800
SMALL_KIB = 300_000
RUN = "from treuwerk.cli import main; main()"


@attrs.frozen
class Large:
    """A box, the address of its database, and where its documents lie."""

    box: Box
    url: str

    def worker(self) -> "subprocess.Popen[bytes]":
        """What an operator starts."""
        with (self.box.world.folder / "workers.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", RUN, "--programme", str(self.box.world.folder), "--database", self.url,
                 "worker", "--grace", "30"], stdout=log, stderr=log)

    def lines(self) -> int:
        """How many lines have their fate so far."""
        found: int | None = self.box.world.rows(select(func.sum(clearing_run.c.lines)))[0][0]
        return int(found or 0)

    def is_over(self) -> bool:
        """Whether the file has its receipt and nothing waits."""
        states = {state for (state,) in self.box.world.rows(select(work_order.c.state).where(
            work_order.c.job == "clear"))}
        return bool(states) and not states & {state.value for state in UNFINISHED}


@pytest.fixture(params=["sqlite", "postgresql"])
def large(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Large]:
    monkeypatch.setenv("TREUWERK_DOCUMENTS", str(tmp_path / "documents"))
    url = durable_url(request, request.param)
    box = make_box(tmp_path / "league", Database(url), "quiet_seconds = 0\nevery_seconds = 1\n\n[work]\n"
                   "dead_after_seconds = 5\nretry_seconds = 1\n")
    yield Large(box, url)
    box.world.database.close()


def put(box: Box, name: str, count: int) -> None:
    """A file of so many lines, as a partner puts it: written beside, then renamed."""
    cells = line("{number}", "{position}")
    template = ";".join(cells.get(column, "") for column in COLUMNS) + "\n"
    path = box.place / f"{name}.part"
    with path.open("w", encoding="utf-8") as stream:
        stream.write(";".join(COLUMNS) + "\n")
        stream.writelines(template.format(number=f"LS-{index // 10}", position=index % 10 + 1)
                          for index in range(count))
    path.rename(box.place / name)


def resident_kib(pid: int) -> int:
    """How much memory a process and those that it has started hold; 0 once it is gone."""
    found = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            values = dict(row.split(":", 1) for row in status.read_text().splitlines() if ":" in row)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if pid in (int(status.parent.name), int(values["PPid"])):
            found = max(found, int(values.get("VmHWM", "0 kB").split()[0]))
    return found


def clear_with_deaths(large: Large, count: int, deaths: int) -> None:
    """Two workers at a time; one of them is killed again and again, wherever it is."""
    chance, other = Random(count), large.worker()
    try:
        for death in range(deaths):
            worker = large.worker()
            threshold = count * death // deaths
            wait_for(lambda threshold=threshold: large.lines() > threshold or large.is_over(), 600)
            time.sleep(chance.uniform(0, 0.2))
            for process in (worker, other):
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
            other = large.worker()
        wait_for(large.is_over, 900)
    finally:
        other.terminate()
        assert other.wait(60) == 0


def assert_each_line_once(large: Large, count: int) -> None:
    box = large.box
    assert box.world.rows(select(func.count(), func.count(journal.c.business_key.distinct())).select_from(journal)) == [
        (count, count)]
    assert box.world.rows(select(func.sum(balance.c.posted)).where(balance.c.unit == "bonus")) == [(POINTS * count,)]
    receipt = box.receipt("done/large.csv.receipt.json")
    assert (receipt["lines"], receipt["booked"], receipt["points"]["bonus"]) == (count, count, POINTS * count)
    assert box.world.rows(select(func.count()).select_from(clearing_run)) == [(1,)]
    assert box.world.violated() == {}


def test_case_60_a_file_whose_workers_are_killed_is_booked_once(large: Large) -> None:
    put(large.box, "large.csv", FEW)

    clear_with_deaths(large, FEW, 3)

    assert_each_line_once(large, FEW)
    assert large.box.files() == {"done/large.csv", "done/large.csv.receipt.json", "out/large.csv.receipt.json"}


@pytest.mark.slow
@pytest.mark.skipif("TREUWERK_MILLION" not in os.environ, reason="takes minutes: TREUWERK_MILLION=1 runs it")
def test_case_60_a_million_lines_whose_workers_are_killed_are_booked_once(large: Large) -> None:
    put(large.box, "large.csv", MANY)

    clear_with_deaths(large, MANY, 4)

    assert_each_line_once(large, MANY)


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
@pytest.mark.slow
def test_case_60_the_memory_of_a_worker_stays_flat(large: Large) -> None:
    put(large.box, "large.csv", FEW * 10)
    worker = large.worker()
    most = 0
    try:
        while not large.is_over():
            most = max(most, resident_kib(worker.pid))
            time.sleep(0.05)
    finally:
        worker.terminate()
        worker.wait(60)

    assert 0 < most < SMALL_KIB
    assert large.lines() == FEW * 10


