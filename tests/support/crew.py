"""Workers that can be killed: a job of five steps, each of which writes a row that no key guards.

As a program it works until it is ended, or kills itself at the place that it was told: before a step, inside its
transaction, behind its commit, before the order is finished, or between queue and note of a ticket.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection, text

from tests.support.worlds import World, make_world
from treuwerk.domain.work import Hopeless
from treuwerk.jobs.job import Job, Order
from treuwerk.jobs.worker import Worker
from treuwerk.services.installation import open_installation
from treuwerk.store import orders
from treuwerk.store.database import Database

STEPS = 5
PLACES = ("before step", "inside step", "behind step", "before finish", "between queue and note")
PACE = 0.2


@attrs.frozen
class Pair:
    """A runner and the kind of database beside which it works."""

    runner: str
    database: str

    def __str__(self) -> str:
        return f"{self.runner}-{self.database}"


PAIRS = (Pair("inline", "sqlite"), Pair("inline", "postgresql"), Pair("dbos", "sqlite"), Pair("dbos", "postgresql"),
         Pair("procrastinate", "postgresql"))


def now() -> int:
    """The present instant."""
    return time.time_ns() // 1000


def crew_world(folder: Path, url: str, runner: str, dead_after: int = 2) -> World:
    """An installation whose work this runner carries."""
    plugin = "" if runner == "inline" else f', "{runner}"'
    work = (f'[work]\nrunner = "{runner}"\ndead_after_seconds = {dead_after}\nretry_seconds = 1\nattempts = 3\n'
            'concurrency = 2\n\n[clearing]')
    database = Database(url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS effect (work_key TEXT, step TEXT, worker TEXT)")
    return make_world(folder, database, other=[('"activity_points"', f'"activity_points"{plugin}'),
                                               ("[clearing]", work)], filled=False)


def submit(world: World, key: str, job: str = "steps", **payload: Any) -> bool:
    """Order work."""
    return world.database.run(lambda connection: orders.submit(connection, key, job, payload, now()))


def effects(world: World) -> dict[str, list[str]]:
    """By order: the steps that were done, as often as they were done."""
    found: dict[str, list[str]] = {}
    for key, step in world.rows(text("SELECT work_key, step FROM effect ORDER BY work_key, step")):
        found.setdefault(key, []).append(step)
    return found


def each_step_once(*keys: str) -> dict[str, list[str]]:
    """What `effects` are where all is right."""
    return {key: [str(step) for step in range(STEPS)] for key in keys}


def states(world: World) -> dict[str, str]:
    """The state of each order that does not recur."""
    found = world.rows(text("SELECT \"key\", state FROM work_order WHERE \"key\" NOT LIKE 'every:%' ORDER BY 1"))
    return dict(found)


def wait_for(what: Any, seconds: float = 40.0) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: it is not, for too long.
    """
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds:g} seconds in vain")
        time.sleep(0.02)


RUNNING: list["subprocess.Popen[str]"] = []
"""Workers that a test has started."""


def end_all() -> None:
    """Nobody of them outlives the test that started them."""
    while RUNNING:
        process = RUNNING.pop()
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def started(world: World, url: str, die_at: str = "") -> "subprocess.Popen[str]":
    """A worker in a process of its own, which says when it has begun."""
    told = world.folder / "workers.log"  # a pipe that nobody empties would hold up who writes much
    with told.open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "tests.support.crew", str(world.folder), url, die_at],
                                   cwd=Path(__file__).parents[2], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=log, text=True)
    RUNNING.append(process)
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first == "working\n", first + told.read_text("utf-8")
    return process


def ended(process: "subprocess.Popen[str]", seconds: float = 60.0) -> int:
    """How it ended by itself."""
    process.communicate(timeout=seconds)
    return process.returncode


class _Fate:
    """Where this process kills itself, if anywhere."""

    def __init__(self, place: str) -> None:
        self._place, self._lock = place, threading.Lock()

    def at(self, place: str) -> None:
        with self._lock:
            if place == self._place:
                os.kill(os.getpid(), signal.SIGKILL)


def jobs(fate: _Fate) -> dict[str, Job]:
    """What the crew can do."""

    def steps(order: Order) -> str:
        for number in range(STEPS):
            if number == 2:
                fate.at("before step")
            order.step(str(number), partial(effect, order, number))
            if number == 2:
                fate.at("behind step")
            order.progress(number + 1, STEPS)
            time.sleep(float(order.payload.get("seconds", 0)))
        fate.at("before finish")
        return "all steps"

    def effect(order: Order, step: int, connection: Connection) -> None:
        connection.execute(text("INSERT INTO effect VALUES (:key, :step, :worker)"),
                           {"key": order.ticket.key, "step": str(step), "worker": str(os.getpid())})
        if step == 2:
            fate.at("inside step")

    def failing(order: Order) -> str:
        with order.installation.database.writing() as connection:
            connection.execute(text("INSERT INTO effect VALUES (:key, 'attempt', '')"), {"key": order.ticket.key})
            attempts = connection.execute(text("SELECT COUNT(*) FROM effect WHERE work_key = :key"),
                                          {"key": order.ticket.key}).scalar_one()
        if attempts <= int(order.payload["times"]):
            raise ValueError("the moon is in the wrong place")
        return "at last"

    def hopeless(_: Order) -> str:
        raise Hopeless("this will never be")

    return {name: Job(name, name, handle) for name, handle in
            (("steps", steps), ("failing", failing), ("hopeless", hopeless))}


def main() -> None:
    """Work until SIGTERM, or until death."""
    folder, url, place = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    fate, ended_ = _Fate(place), threading.Event()
    installation = open_installation(folder, Database(url))
    worker = Worker(installation, now, PACE, jobs(fate))
    real = worker.runner.submit

    def submit_and_die(ticket: Any) -> None:
        real(ticket)
        if ticket.key.startswith("order"):
            fate.at("between queue and note")

    worker.runner.submit = submit_and_die  # type: ignore[method-assign]
    signal.signal(signal.SIGTERM, lambda *_: ended_.set())
    print("working", flush=True)  # before it does, since it may die of it at once
    worker.start()
    ended_.wait()
    worker.stop(20)
    print(json.dumps("ended"), flush=True)


if __name__ == "__main__":
    main()
