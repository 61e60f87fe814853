"""A run that was cut off goes on: each line is booked once, and the receipt counts it once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.engine.services.test_receipt import fates
from tests.support import postgres
from tests.support.worlds import SIX_IN_THE_EVENING, World, connections_in_use, line, lines, make_world, table
from treuwerk.domain.earning import Award
from treuwerk.domain.purchases import EarningEvent
from treuwerk.store.database import Database
from treuwerk.store.tables import clearing_run, journal

MIXED = [*lines(180), line("LS-X", customer_number="777"), line("LS-Y", scope="KOMPLETT"), line("LS-Y", quantity="0"),
         *lines(160, "LT"), line("LS-0"), line("LS-Z", article_number="SW-W-10H")]
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.support.worlds import World, make_world
from treuwerk.services.clearing import batch_booking
from treuwerk.services.clearing.clearing import clear_file
from treuwerk.services.installation import open_installation
from treuwerk.store import runs
from treuwerk.store.database import Database

folder, url, now, place, batch = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
calls = 0

def dying(function):
    def call(*arguments, **options):
        global calls
        calls += 1
        if calls == batch:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return call

if place == "before_commit":
    runs.advance = dying(runs.advance)
elif place == "while_claiming":
    batch_booking.claim = dying(batch_booking.claim)
else:
    runs.finish = dying(runs.finish)
clear_file(open_installation(folder, Database(url)), folder / "deliveries.csv", now)
"""


class Interruption:
    """A rule that is cut off at its nth question; afterwards it answers nothing."""

    def __init__(self, error: type[BaseException], at: int) -> None:
        self.error, self.at, self.asked = error, at, 0

    def __call__(self, events: Sequence[EarningEvent]) -> Iterable[Award]:
        self.asked += 1
        if self.asked == self.at:
            raise self.error
        return ()


def receipt_of_an_uninterrupted_run(world: World, rows: list[dict[str, str]]) -> dict[str, Any]:
    shown = world.clear(rows, dry_run=True).as_json()
    return {name: value for name, value in shown.items() if name not in ("run", "dry_run")}


@pytest.mark.parametrize("at", [1, 2, 4])
def test_a_run_that_was_interrupted_goes_on_where_it_stopped(tmp_path: Path, database: Database, at: int) -> None:
    world = make_world(tmp_path / "league", database, rule=Interruption(KeyboardInterrupt, at))
    expected = receipt_of_an_uninterrupted_run(make_world(tmp_path / "calm", database, filled=False), MIXED)

    with pytest.raises(KeyboardInterrupt):
        world.clear(MIXED)
    assert world.violated() == {}
    predicted = world.clear(MIXED, dry_run=True)
    receipt = world.clear(MIXED)

    shown = {name: value for name, value in receipt.as_json().items() if name not in ("run", "dry_run")}
    assert shown == expected
    assert {name: value for name, value in predicted.as_json().items() if name not in ("run", "dry_run")} == expected
    assert world.points() == receipt.tally.points
    assert world.rows(select(func.count()).select_from(clearing_run)) == [(1,)]
    assert world.violated() == {}
    assert connections_in_use(database.engine) == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize(("place", "batch"), [("while_claiming", 1), ("while_claiming", 3), ("before_commit", 2),
                                              ("before_finishing", 1)])
def test_a_process_that_was_killed_loses_nothing_and_books_nothing_twice(
        tmp_path: Path, request: pytest.FixtureRequest, kind: str, place: str, batch: int) -> None:
    url = durable_url(request, kind)
    database = Database(url)
    world = make_world(tmp_path / "league", database)
    world.file("deliveries.csv", table(MIXED))
    expected = receipt_of_an_uninterrupted_run(world, MIXED)

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(world.folder), url, str(SIX_IN_THE_EVENING), place, str(batch)],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=120, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert world.violated() == {}
    receipt = world.clear(MIXED)

    shown = {name: value for name, value in receipt.as_json().items() if name not in ("run", "dry_run")}
    assert shown == expected
    assert world.rows(select(func.count()).select_from(journal)) == [(receipt.tally.booked,)]
    assert world.points() == receipt.tally.points
    assert world.violated() == {}
    database.close()


def durable_url(request: pytest.FixtureRequest, kind: str) -> str:
    """A migrated database that really writes to disk."""
    from tests.conftest import create_schema

    if kind == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
    else:
        server: postgres.Server = request.getfixturevalue("durable_postgres_server")
        name = server.create()
        request.addfinalizer(lambda: server.drop(name))
        url = server.url_of(name)
    create_schema(url)
    return url


def test_two_interruptions_of_one_run_count_every_line_once(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database, rule=Interruption(KeyboardInterrupt, 2))
    with pytest.raises(KeyboardInterrupt):
        world.clear(MIXED)
    again = make_world(tmp_path / "league", database, rule=Interruption(KeyboardInterrupt, 2), filled=False)
    with pytest.raises(KeyboardInterrupt):
        again.clear(MIXED)

    receipt = world.clear(MIXED)

    assert sum(fates(receipt).values()) == receipt.tally.lines == len(MIXED)
    assert world.points() == receipt.tally.points
    assert receipt.first is None


def test_a_process_that_dies_leaves_no_lock(tmp_path: Path, sqlite_database: Database) -> None:
    world = make_world(tmp_path / "league", sqlite_database, rule=Interruption(KeyboardInterrupt, 1))

    with pytest.raises(KeyboardInterrupt):
        world.clear(MIXED)

    journals = list(Path(str(sqlite_database.url.database)).parent.glob("*-journal"))
    assert not any(path.read_bytes()[:28].strip(b"\0") for path in journals)  # its head is emptied when it is over
    assert os.access(str(sqlite_database.url.database), os.W_OK)
    assert fates(world.clear([line("LS-NEW")], name="other.csv")) == {"booked": 1}
