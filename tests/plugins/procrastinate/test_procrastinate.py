"""What is Procrastinate's own: its tables have a schema to themselves, and a second start finds them."""

import psycopg

from treuwerk.domain.work import Holding, Ticket
from treuwerk.hookspecs import WorkPlace
from treuwerk_procrastinate.runner import ProcrastinateRunner
from treuwerk_procrastinate.schema import SCHEMA, conninfo


def started(url: str, carried: list[str]) -> ProcrastinateRunner:
    runner = ProcrastinateRunner(WorkPlace(url, "", "worker-1", "league", 2))
    runner.register(lambda ticket: carried.append(ticket.id))
    runner.start()
    return runner


def test_tickets_of_two_starts_are_carried_and_the_tables_stand_aside(postgres_url: str) -> None:
    from tests.support.crew import wait_for

    carried: list[str] = []
    for number in (1, 2):
        runner = started(postgres_url, carried)
        runner.submit(Ticket("order", number))
        wait_for(lambda number=number: len(carried) == number)
        wait_for(lambda runner=runner, number=number: runner.holding(Ticket("order", number)) is Holding.GONE)
        runner.tidy(0)
        runner.stop(5)

    assert carried == ["order#1", "order#2"]
    with psycopg.connect(conninfo(postgres_url, "")) as connection:
        found = connection.execute("SELECT DISTINCT table_schema FROM information_schema.tables "
                                   "WHERE table_name LIKE 'procrastinate%'").fetchall()
    assert found == [(SCHEMA,)]


def test_a_ticket_that_waits_is_known_once_and_can_be_dropped(postgres_url: str) -> None:
    runner = started(postgres_url, [])
    runner.stop(5)
    waiting = ProcrastinateRunner(WorkPlace(postgres_url, "", "worker-2", "league", 1))
    waiting._app.open()

    for _ in range(2):
        waiting.submit(Ticket("order", 1))
    before = waiting.holding(Ticket("order", 1))
    waiting.drop(Ticket("order", 1))
    after = waiting.holding(Ticket("order", 1))
    waiting._app.close()

    assert (before, after) == (Holding.WAITING, Holding.GONE)
    waiting._loop.close()
