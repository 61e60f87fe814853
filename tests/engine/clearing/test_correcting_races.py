"""Purchases and their corrections at the same time, and processes that die over them: nothing twice, nothing lost."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import ExceptionContext, event, func, select

from tests.engine.services.test_resuming import KILLED, durable_url
from tests.support.accounts import BRANDMAIER, DONNELLY
from tests.support.corrections import clear, document, goods
from tests.support.worlds import SIX_IN_THE_EVENING, World, line, lines, make_world, table
from treuwerk.domain.documents import Document, DocumentKind, Purpose
from treuwerk.store.database import Database
from treuwerk.store.tables import correction, journal, taken_back

ROUNDS = 6


@pytest.fixture
def world(tmp_path: Path, database: Database) -> World:
    """A programme with three participants and three articles; runs once per database."""
    return make_world(tmp_path / "league", database)


def at_once(world: World, documents: list[Document]) -> None:
    barrier = Barrier(len(documents))

    def work(one: Document) -> None:
        barrier.wait()
        clear(world, one)

    with ThreadPoolExecutor(len(documents)) as pool:
        list(pool.map(work, documents))


def test_a_purchase_and_its_cancellation_at_once_never_pass_each_other(world: World) -> None:
    for number in range(ROUNDS):
        at_once(world, [document(f"D-{number}", goods(1, "10"), goods(2, "3")),
                        document(f"D-{number}", purpose=Purpose.CANCEL)])

    assert world.points() == {"bonus": 0, "status": 0}
    assert world.rows(select(correction.c.key).where(correction.c.open_since.is_not(None))) == []
    assert world.violated() == {}


def test_one_correction_by_several_at_once_takes_back_once(world: World) -> None:
    for number in range(ROUNDS):
        clear(world, document(f"D-{number}", goods(1, "10")))
        at_once(world, [document(f"D-{number}", purpose=Purpose.CANCEL)] * 4)

    assert world.points() == {"bonus": 0, "status": 0}
    assert world.rows(select(func.count()).select_from(taken_back)) == [(ROUNDS,)]
    assert world.violated() == {}


CORRECTED = [*lines(180), *(line(f"LS-{index // 10}", index % 10 + 1, movement="CANCEL") for index in range(0, 180, 3)),
             *(line(f"LS-{index // 10}", index % 10 + 1, movement="RETURN", quantity="4")
               for index in range(1, 180, 3)),
             line("LX", movement="CANCEL")]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize(("place", "batch"), [("before_commit", 1), ("before_commit", 3), ("while_claiming", 2),
                                              ("before_the_end", 1)])
def test_a_run_with_corrections_that_was_killed_goes_on(request: pytest.FixtureRequest, tmp_path: Path, kind: str,
                                                        place: str, batch: int) -> None:
    with closing(Database(url := durable_url(request, kind))) as database:
        world = make_world(tmp_path / "league", database)
        world.file("deliveries.csv", table(CORRECTED))
        database.disconnect()

        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(world.folder), url, str(SIX_IN_THE_EVENING), place, str(batch)],
            cwd=Path(__file__).parents[3], env=os.environ, check=False)
        receipt = world.clear(CORRECTED)

        assert killed.returncode == -signal.SIGKILL
        assert (receipt.tally.booked, receipt.tally.corrected, receipt.tally.waiting) == (300, 120, 1)
        assert world.points() == {"bonus": 60 * 480 + 60 * 800, "status": 60 * 240 + 60 * 400}
        assert world.rows(select(func.count()).select_from(journal).where(journal.c.kind == "reversal")) == [(120,)]
        assert world.violated() == {}


def test_batches_that_meet_waiting_returns_of_each_others_accounts_lock_them_in_one_order(world: World) -> None:
    buyers = (BRANDMAIER, DONNELLY)
    for number in range(4 * ROUNDS):
        for mine, other in zip("PQ", reversed(buyers), strict=True):
            clear(world, document(f"{mine}-{number}", goods(1, "10"), buyer=other, day=date(2025, 5, 4)))
    returns = [document(f"R-{mine}-{number}", goods(1, "30"), kind=DocumentKind.RETURN, day=date(2026, 5, 20),
                        buyer=buyer, previous=(f"{mine}-{number}",))
               for number in range(4 * ROUNDS) for mine, buyer in zip("PQ", buyers, strict=True)]
    for one in returns:
        clear(world, one)
    lost: list[str] = []

    @event.listens_for(world.database.engine, "handle_error")
    def note(context: ExceptionContext) -> None:
        lost.append(str(getattr(context.original_exception, "sqlstate", context.original_exception)))

    for number in range(4 * ROUNDS):
        at_once(world, [document(f"{mine}-{number}", goods(1, "10"), buyer=buyer)
                        for mine, buyer in zip("PQ", buyers, strict=True)])

    assert lost == []
    assert len(world.rows(select(correction.c.key).where(correction.c.open_since.is_not(None)))) == len(returns)
    assert world.violated() == {}
