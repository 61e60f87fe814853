"""A mapping that is taken back or stopped while its lines still wait for a worker: nothing is booked by it any more."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support.accounts import all_at_once, refused
from tests.support.aliases import LATER, OPEN, account, clerk, customer, map_customer
from tests.support.worlds import World, line
from treuwerk.domain.aliases import Alias
from treuwerk.jobs.running import run_now
from treuwerk.services.changes.aliasing import Meant, decide, release_for, stop, take_back
from treuwerk.services.clearing import releasing, scoring
from treuwerk.store import aliases, orders
from treuwerk.store.tables import journal, work_order

LINES = 6
BOOKED = select(func.count()).select_from(journal)
End = Callable[[Any, Any, int, int], object]


def left_to_a_worker(world: World, *, once: bool = False) -> Alias:
    """A customer of some lines is mapped, and they are too many to be booked at once."""
    world.clear([line(f"LS-{number}", customer_number="K-77") for number in range(LINES)])
    meant = Meant(customer("K-77"), account_id=account(world, "10109"), once=once)
    return decide(clerk(), world.installation, meant, LATER, at_once=0).alias


def as_kept(world: World, alias: Alias) -> Alias:
    with world.database.reading() as connection:
        found = aliases.by_id(connection, alias.id)
    assert found is not None
    return found


def work(world: World, alias: Alias) -> str:
    return run_now(world.installation, f"release:{alias.id}", lambda: LATER, "test").said


def waiting(world: World) -> int:
    return len(world.rows(OPEN))


@pytest.mark.parametrize("end", [take_back, stop])
def test_the_order_of_an_ended_mapping_is_cancelled_with_it(world: World, end: End) -> None:
    alias = left_to_a_worker(world)

    end(clerk(), world.installation, alias.id, LATER)

    assert world.rows(select(work_order.c.state).where(work_order.c.key == f"release:{alias.id}")) == [("cancelled",)]
    assert (world.rows(BOOKED), waiting(world)) == ([(0,)], LINES)


@pytest.mark.parametrize("end", [take_back, stop])
def test_a_worker_who_comes_after_the_end_books_nothing(world: World, end: End) -> None:
    alias = left_to_a_worker(world)
    end(clerk(), world.installation, alias.id, LATER)
    world.database.run(lambda connection: orders.retry(connection, f"release:{alias.id}", LATER))

    said = work(world, alias)

    assert said.startswith("0 lines")
    assert (world.rows(BOOKED), waiting(world)) == ([(0,)], LINES)
    assert not as_kept(world, alias).used


@pytest.mark.parametrize("end", [take_back, stop])
def test_a_mapping_that_ends_between_matching_and_booking_books_nothing(
        world: World, end: End, monkeypatch: pytest.MonkeyPatch) -> None:
    alias, score, ended = left_to_a_worker(world), scoring.score, list[object]()

    def ended_meanwhile(*arguments: Any) -> Any:
        batch = score(*arguments)
        if not ended:
            ended.append(end(clerk(), world.installation, alias.id, LATER))
        return batch

    monkeypatch.setattr(releasing, "score", ended_meanwhile)

    release_for(world.installation, alias, "", LATER, actor="system")

    assert len(ended) == 1
    assert (world.rows(BOOKED), waiting(world)) == ([(0,)], LINES)
    assert not as_kept(world, alias).used
    assert world.violated() == {}


def test_one_for_what_waits_now_is_stopped_while_a_worker_is_at_it(world: World) -> None:
    alias = left_to_a_worker(world, once=True)

    assert stop(clerk(), world.installation, alias.id, LATER).closed == LINES
    assert refused(lambda: stop(clerk(), world.installation, alias.id, LATER + 1)) == "ended"
    world.database.run(lambda connection: orders.retry(connection, f"release:{alias.id}", LATER))
    said = work(world, alias)

    assert said.startswith("0 lines")
    assert (world.rows(BOOKED), waiting(world)) == ([(0,)], LINES)
    assert not as_kept(world, alias).books
    map_customer(world, "K-77", "10017")
    assert world.rows(BOOKED) == [(LINES,)]


def test_one_for_what_waits_now_that_is_booked_is_not_stopped(world: World) -> None:
    alias = left_to_a_worker(world, once=True)
    work(world, alias)

    assert refused(lambda: stop(clerk(), world.installation, alias.id, LATER)) == "ended"
    assert world.rows(BOOKED) == [(LINES,)]


def test_what_a_worker_has_booked_stays_and_nothing_more_is_booked(world: World,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    alias, score, batches = left_to_a_worker(world), scoring.score, list[object]()

    def stopped_in_the_second(*arguments: Any) -> Any:
        batches.append(batch := score(*arguments))
        if len(batches) == 2:
            stop(clerk(), world.installation, alias.id, LATER)
        return batch

    monkeypatch.setattr(releasing, "_LINES", 2)
    monkeypatch.setattr(releasing, "score", stopped_in_the_second)

    released = release_for(world.installation, alias, "", LATER, actor="system")

    assert released.booked == 2
    assert (world.rows(BOOKED), waiting(world)) == ([(2,)], LINES - 2)
    assert as_kept(world, alias).used
    assert world.violated() == {}

    map_customer(world, "K-77", "10017")

    assert (world.rows(BOOKED), waiting(world)) == ([(LINES,)], 0)
    assert world.balances()["10109", "bonus"] == 1600


def test_one_that_was_for_what_waited_is_booked_by_its_worker(world: World) -> None:
    alias = left_to_a_worker(world, once=True)

    said = work(world, alias)

    assert said.startswith(f"{LINES} lines: {LINES} booked")
    assert world.clear([line("LS-9", customer_number="K-77")], name="b.csv").tally.waiting == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_taking_back_and_booking_at_once_one_is_first(world: World, attempt: int) -> None:
    alias = left_to_a_worker(world)

    acts: list[Callable[[], object]] = [
        partial(take_back, clerk(), world.installation, alias.id, LATER),
        partial(release_for, world.installation, alias, "", LATER + attempt, actor="system")]

    outcomes = all_at_once(acts)

    kept = as_kept(world, alias)
    taken_back = "rests_on_it" not in outcomes
    assert (kept.holds, kept.used) == (not taken_back, not taken_back)
    assert world.rows(BOOKED) == [(0 if taken_back else LINES,)]
    assert world.violated() == {}
