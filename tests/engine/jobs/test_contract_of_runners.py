"""What every runner must come to, whatever dies: each step of an order is done once."""

import os
import signal

import pytest
from sqlalchemy import text

from tests.engine.jobs.conftest import Crew
from tests.support.crew import PAIRS, PLACES, each_step_once, effects, ended, started, states, submit, wait_for
from treuwerk.domain.work import Ticket
from treuwerk.store import orders, work
from treuwerk.store.tables import work_order


def done(crew: Crew, *keys: str) -> bool:
    return all(states(crew.world).get(key) == "done" for key in keys)


@pytest.mark.slow
def test_a_worker_that_is_killed_at_every_place_leaves_each_step_done_once(crew: Crew) -> None:
    for number, place in enumerate(PLACES):
        submit(crew.world, f"order-{number}")
        assert ended(started(crew.world, crew.url, place)) == -signal.SIGKILL, place

    last = started(crew.world, crew.url)
    keys = [f"order-{number}" for number in range(len(PLACES))]
    wait_for(lambda: done(crew, *keys))
    last.terminate()

    assert ended(last) == 0
    assert effects(crew.world) == each_step_once(*keys)
    assert crew.world.rows(text("SELECT COUNT(*) FROM worker WHERE id NOT LIKE '%'")) == [(0,)]


@pytest.mark.slow
def test_a_living_worker_takes_over_from_a_dead_one(crew: Crew) -> None:
    submit(crew.world, "order", seconds=0.4)
    first = started(crew.world, crew.url)
    wait_for(lambda: len(effects(crew.world).get("order", [])) == 2)
    second = started(crew.world, crew.url)

    first.kill()
    first.communicate()
    wait_for(lambda: done(crew, "order"))
    second.terminate()

    assert ended(second) == 0
    assert effects(crew.world) == each_step_once("order")


@pytest.mark.slow
def test_a_worker_that_slept_and_comes_back_does_nothing_twice(crew: Crew) -> None:
    submit(crew.world, "order", seconds=0.3)
    sleeper = started(crew.world, crew.url)
    wait_for(lambda: len(effects(crew.world).get("order", [])) == 2)
    os.kill(sleeper.pid, signal.SIGSTOP)
    second = started(crew.world, crew.url)

    wait_for(lambda: done(crew, "order"))
    os.kill(sleeper.pid, signal.SIGCONT)
    submit(crew.world, "another")
    wait_for(lambda: done(crew, "another"))
    for process in (sleeper, second):
        process.terminate()

    assert [ended(process) for process in (sleeper, second)] == [0, 0]
    assert effects(crew.world) == each_step_once("order", "another")


@pytest.mark.slow
def test_two_workers_share_the_work_and_do_each_order_once(crew: Crew) -> None:
    keys = [f"order-{number:02}" for number in range(24)]
    processes = [started(crew.world, crew.url) for _ in range(2)]  # one alone would be done before the other is there

    for key in keys:
        submit(crew.world, key, seconds=0.02)
    wait_for(lambda: done(crew, *keys))
    for process in processes:
        process.terminate()

    assert [ended(process) for process in processes] == [0, 0]
    assert effects(crew.world) == each_step_once(*keys)
    assert len(crew.world.rows(text("SELECT DISTINCT worker FROM effect"))) == 2


@pytest.mark.slow
def test_a_worker_that_is_ended_hands_its_order_on_without_counting_an_attempt(patient_crew: Crew) -> None:
    crew = patient_crew
    submit(crew.world, "order", seconds=0.3)
    first = started(crew.world, crew.url)
    wait_for(lambda: len(effects(crew.world).get("order", [])) == 2)

    first.terminate()
    assert ended(first) == 0
    assert states(crew.world) == {"order": "open"}
    second = started(crew.world, crew.url)
    wait_for(lambda: done(crew, "order"))
    second.terminate()

    assert ended(second) == 0
    assert effects(crew.world) == each_step_once("order")
    assert crew.world.rows(text("SELECT attempts FROM work_order WHERE \"key\" = 'order'")) == [(0,)]


def test_one_process_does_what_was_ordered_and_nothing_of_what_was_rolled_back(crew: Crew) -> None:
    with pytest.raises(ZeroDivisionError):
        crew.world.database.run(lambda connection: (orders.submit(connection, "lost", "steps", {}, 1), 1 // 0))
    assert submit(crew.world, "order")
    assert not submit(crew.world, "order"), "the same key is the same order"
    worker = crew.worker()

    worker.start()
    worker.runner.submit(Ticket("order", 1))
    worker.runner.submit(Ticket("order", 1))
    worker.runner.submit(Ticket("order", 0))
    worker.runner.submit(Ticket("nobody knows", 1))
    worker.work_off()
    worker.stop()

    assert states(crew.world) == {"order": "done"}
    assert effects(crew.world) == each_step_once("order")


def test_what_fails_is_tried_again_and_what_always_fails_waits_for_a_person(crew: Crew) -> None:
    submit(crew.world, "twice", "failing", times=2)
    submit(crew.world, "poison", "failing", times=99, name="poison.csv")
    submit(crew.world, "hopeless", "hopeless")
    submit(crew.world, "unknown", "of another release")
    submit(crew.world, "order")
    worker = crew.worker()

    worker.start()
    wait_for(lambda: states(crew.world) == {"hopeless": "failed", "order": "done", "poison": "failed", "twice": "done",
                                            "unknown": "failed"})
    worker.stop()

    assert {key: len(attempts) for key, attempts in effects(crew.world).items() if key != "order"} == {
        "twice": 3, "poison": 3}
    assert crew.world.rows(text("SELECT object FROM work_item WHERE kind = 'work_order' AND state = 'open' "
                                "ORDER BY object")) == [("hopeless",), ("poison",), ("unknown",)]
    said = dict(crew.world.rows(text("SELECT \"key\", said FROM work_order WHERE state = 'failed'")))
    assert said["poison"] == "ValueError: the moon is in the wrong place"
    assert "of another release" in said["unknown"]


def test_what_a_person_lets_try_again_is_done_and_leaves_the_queue_of_the_office(crew: Crew) -> None:
    from treuwerk.services.ordering import retry_order

    submit(crew.world, "order", "failing", times=4)
    worker = crew.worker()
    worker.start()
    wait_for(lambda: states(crew.world) == {"order": "failed"})

    crew.world.database.run(lambda connection: retry_order(connection, "order", 1))
    wait_for(lambda: states(crew.world) == {"order": "done"})
    worker.stop()

    with crew.world.database.reading() as connection:
        item = work.about(connection, work.ORDER, "order")
    assert item is not None
    assert item.state == work.DONE


def test_what_is_taken_back_stops_before_its_next_step(crew: Crew) -> None:
    from treuwerk.services.ordering import cancel_order

    submit(crew.world, "running", seconds=0.3)
    worker = crew.worker()
    worker.start()
    wait_for(lambda: len(effects(crew.world).get("running", [])) >= 1)

    crew.world.database.run(lambda connection: cancel_order(connection, "running", 1))
    wait_for(lambda: not worker.doer.running())
    worker.stop()
    done_before = len(effects(crew.world)["running"])

    assert states(crew.world) == {"running": "cancelled"}
    assert 1 <= done_before < 5


def test_what_was_taken_back_before_it_began_is_never_done(crew: Crew) -> None:
    from treuwerk.services.ordering import cancel_order

    submit(crew.world, "waiting")
    crew.world.database.run(lambda connection: cancel_order(connection, "waiting", 1))
    worker = crew.worker()

    worker.start()
    worker.runner.submit(Ticket("waiting", 1))
    submit(crew.world, "order")
    wait_for(lambda: done(crew, "order"))
    worker.stop()

    assert effects(crew.world) == each_step_once("order")


def test_a_ticket_that_the_queue_has_lost_is_delivered_anew(crew: Crew) -> None:
    submit(crew.world, "order")
    with crew.world.database.writing() as connection:  # a queue had it, long ago
        connection.execute(work_order.update().values(state="queued", changed_at=1))
    worker = crew.worker()

    worker.start()
    wait_for(lambda: done(crew, "order"))
    worker.stop()

    assert effects(crew.world) == each_step_once("order")
    assert crew.world.rows(text("SELECT delivery FROM work_order WHERE \"key\" = 'order'")) == [(2,)]


def test_work_of_later_is_done_later(crew: Crew) -> None:
    from tests.support.crew import now

    crew.world.database.run(lambda connection: orders.submit(
        connection, "tomorrow", "steps", {}, now(), not_before=now() + 86_400_000_000))
    submit(crew.world, "order")
    worker = crew.worker()

    worker.start()
    wait_for(lambda: done(crew, "order"))
    worker.stop()

    assert states(crew.world) == {"order": "done", "tomorrow": "open"}
    assert effects(crew.world) == each_step_once("order")


@pytest.mark.parametrize("crew", [pair for pair in PAIRS
                                  if pair.database == "postgresql"], ids=str, indirect=True)
@pytest.mark.slow
def test_a_server_that_crashes_meanwhile_loses_nothing(crew: Crew, request: pytest.FixtureRequest) -> None:
    keys = [f"order-{number}" for number in range(6)]
    for key in keys:
        submit(crew.world, key, seconds=0.1)
    process = started(crew.world, crew.url)
    wait_for(lambda: len(effects(crew.world)) >= 2)

    request.getfixturevalue("durable_postgres_server").crash()
    crew.world.database.disconnect()
    wait_for(lambda: done(crew, *keys), 90)
    process.terminate()

    assert ended(process) == 0
    assert effects(crew.world) == each_step_once(*keys)
