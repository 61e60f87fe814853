"""Mapping while others map or clear, and mapping that is killed: each line is booked once, and none is forgotten."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
from sqlalchemy import func, select

from tests.support.aliases import LATER, OPEN, account, clerk, customer, map_customer, released
from tests.support.worlds import World, line, make_world
from treuwerk.domain.refusals import Refusal
from treuwerk.jobs.releasing import RELEASE_JOB
from treuwerk.jobs.running import run_now
from treuwerk.services.changes.aliasing import Decided, Meant, decide
from treuwerk.services.clearing import clearing, pipeline
from treuwerk.services.clearing.releasing import release
from treuwerk.store.database import Database
from treuwerk.store.tables import journal, work_order

MANY = 250
KILLED = """
import os, signal, sys
from pathlib import Path
from treuwerk.services.changes import aliasing
from treuwerk.services.clearing import releasing
from treuwerk.services.installation import open_installation
from treuwerk.store.database import Database
from tests.support.aliases import LATER, clerk, customer

releasing._LINES = 100
seen = []
def told(done, total):
    seen.append(done)
    if done:
        os.kill(os.getpid(), signal.SIGKILL)
installation = open_installation(Path(sys.argv[1]), Database(sys.argv[2]))
aliasing.decide(clerk(), installation, aliasing.Meant(customer("K-77"), account_id=int(sys.argv[3])), LATER, told=told)
"""


def waiting(count: int = MANY) -> list[dict[str, str]]:
    return [line(f"LS-{number}", customer_number="K-77") for number in range(count)]


def assert_each_once(world: World, count: int) -> None:
    assert world.rows(select(func.count()).select_from(journal)) == [(count,)]
    assert world.rows(OPEN) == []
    assert world.violated() == {}


def test_two_clerks_who_map_the_same_customer_at_once_book_each_line_once(world: World) -> None:
    world.clear(waiting())
    meant, barrier = Meant(customer("K-77"), account_id=account(world, "10109")), Barrier(2)

    def map_it(user: int) -> Decided:
        barrier.wait()
        return decide(clerk(f"Clerk {user}", user), world.installation, meant, LATER)

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(map_it, (7, 9)))

    assert len({decided.alias.id for decided in both}) == 1
    assert sum(released(decided).booked for decided in both) == MANY
    assert_each_once(world, MANY)


def test_of_two_clerks_who_decide_otherwise_the_second_is_told_of_the_first(world: World) -> None:
    world.clear(waiting(2))
    map_customer(world, "K-77", "10109")

    with pytest.raises(Refusal, match="Carla Clerk decided otherwise") as refusal:
        map_customer(world, "K-77", "10017", who=clerk("Ben", 9))

    assert refusal.value.code == "decided_before"


def test_lines_of_a_file_that_is_cleared_meanwhile_are_booked_too(world: World,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    read, mapped, scored_batches = Event(), Event(), pipeline.scored_batches

    def slowly(*arguments: object) -> object:
        for batch in scored_batches(*arguments):  # type: ignore[arg-type]
            read.set()
            assert mapped.wait(60)
            yield batch

    world.clear(waiting(3), name="a.csv")
    monkeypatch.setattr(clearing, "scored_batches", slowly)

    with ThreadPoolExecutor(1) as pool:
        clearing_ = pool.submit(world.clear, [line(f"X-{number}", customer_number="K-77") for number in range(5)])
        assert read.wait(60)
        booked = released(map_customer(world, "K-77", "10109")).booked
        mapped.set()
        receipt = clearing_.result()

    assert (booked, receipt.tally.waiting) == (3, 5)
    assert_each_once(world, 8)


def test_releasing_twice_at_once_books_each_line_once(world: World) -> None:
    world.clear(waiting())
    world.participants("customer_number;name;group\nK-77;Neu;installer\n", name="new.csv")
    barrier = Barrier(3)

    def book(_: int) -> int:
        barrier.wait()
        return release(world.installation, [], LATER, actor="system").booked

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(book, range(3))) == MANY

    assert_each_once(world, MANY)


def test_mapping_that_is_killed_in_the_middle_is_ended_by_its_order(tmp_path: Path, database: Database) -> None:
    world = make_world(tmp_path / "league", database)
    world.clear(waiting())

    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(world.folder), database.url.render_as_string(hide_password=False),
         str(account(world, "10109"))],
        check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
    (key,), = world.rows(select(work_order.c.key).where(work_order.c.job == "release"))

    assert done.returncode == -signal.SIGKILL
    assert world.rows(select(func.count()).select_from(journal)) == [(100,)]

    order = run_now(world.installation, key, lambda: LATER, "test")

    assert order.said.startswith("150 lines: 150 booked")
    assert_each_once(world, MANY)


def test_many_lines_are_left_to_a_worker_who_tells_how_far_it_is(world: World) -> None:
    world.clear(waiting(5))
    meant = Meant(customer("K-77"), account_id=account(world, "10109"))

    decided = decide(clerk(), world.installation, meant, LATER, at_once=4)

    assert decided.released is None
    assert world.rows(select(func.count()).select_from(journal)) == [(0,)]

    order = run_now(world.installation, decided.key, lambda: LATER, "test")

    assert order.said.startswith("5 lines: 5 booked")
    assert RELEASE_JOB.plain
    assert_each_once(world, 5)
