"""What is DBOS's own: where its tables lie, what they hold, and that it talks to nobody."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from treuwerk_dbos.engines import engine_for

ALONE = """
import json, socket, sys, time
from pathlib import Path

called = []
real = socket.socket.connect

def noted(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6):
        called.append(str(address))
    return real(self, address)

socket.socket.connect = noted
socket.getaddrinfo = lambda *arguments, **options: called.append(str(arguments)) or []
from treuwerk.domain.work import Holding, Ticket
from treuwerk.hookspecs import WorkPlace
from treuwerk_dbos.runner import DbosRunner

carried = []
runner = DbosRunner(WorkPlace(sys.argv[1], "", "worker-1", "league", 2))
runner.register(lambda ticket: carried.append(ticket.id))
runner.start()
for number in (1, 1, 2):
    runner.submit(Ticket("order", number))
until = time.monotonic() + 30
while len(carried) < 2 and time.monotonic() < until:
    time.sleep(0.02)
while runner.holding(Ticket("order", 2)) is not Holding.GONE and time.monotonic() < until:
    time.sleep(0.02)
held = [runner.holding(Ticket("order", number)).value for number in (1, 2, 3)]
runner.tidy(time.time_ns() // 1000 + 60_000_000)
runner.stop(1)
print(json.dumps({"carried": sorted(carried), "called": called, "held": held}))
"""


@pytest.fixture
def said(tmp_path: Path) -> dict[str, list[str]]:
    ran = subprocess.run([sys.executable, "-c", ALONE, f"sqlite:///{tmp_path / 'league.db'}"], capture_output=True,
                         text=True, timeout=90, check=False)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, list[str]] = json.loads(ran.stdout)
    return found


def test_a_ticket_is_carried_once_and_nobody_is_called(said: dict[str, list[str]]) -> None:
    assert said == {"carried": ["order#1", "order#2"], "called": [], "held": ["gone", "gone", "gone"]}


def test_the_queue_has_a_file_of_its_own_beside_that_of_the_programme(said: dict[str, list[str]],
                                                                     tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "league.queue.db") as queue:
        tables = {name for (name,) in queue.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    queue.close()

    assert "workflow_status" in tables
    assert not (tmp_path / "league.db").exists()


def test_what_was_carried_is_removed_in_time(said: dict[str, list[str]], tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "league.queue.db") as queue:
        left = queue.execute("SELECT COUNT(*) FROM workflow_status").fetchone()
        kept = {row[0] for row in queue.execute("SELECT DISTINCT serialization FROM workflow_status")}
    queue.close()

    assert left == (0,)
    assert "py_pickle" not in kept


def test_the_file_is_synced_and_knows_the_time_in_fractions(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path / 'league.db'}", "")

    with engine.connect() as connection:
        found = connection.execute(text("PRAGMA synchronous")).scalar_one()
        at = connection.execute(text("SELECT unixepoch('subsec')")).scalar_one()
    engine.dispose()

    assert found == 2  # FULL
    assert at is not None


def test_the_operator_may_name_another_place(tmp_path: Path) -> None:
    engine = engine_for("postgresql+psycopg://league@db/league", f"sqlite:///{tmp_path / 'queue.db'}")

    assert engine.url.database == str(tmp_path / "queue.db")
    engine.dispose()
