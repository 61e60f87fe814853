"""A worker: a runner, a pump beside it, and an end in good order."""

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from treuwerk.domain.work import SECOND
from treuwerk.hookspecs import WorkPlace, WorkRunner
from treuwerk.jobs.choosing import chosen_runner, retry_of
from treuwerk.jobs.doing import Doer
from treuwerk.jobs.job import Clock, Job
from treuwerk.jobs.pump import Pump, host
from treuwerk.jobs.registry import JOBS, recurring_of
from treuwerk.services.installation import Installation
from treuwerk.store import orders, workers

_log = logging.getLogger("treuwerk.jobs")
_HAND_OVER_SECONDS, _LOOK_SECONDS, _BEAT_SECONDS, _SEEN_SECONDS, _TIDY_SECONDS = 0.5, 2.0, 2.0, 10.0, 3_600.0
_DAY = 86_400 * SECOND
_GONE_DAYS = 1


class Worker:
    """Does durable work of one installation until it is stopped; any number of them, in any number of processes.

    `pace` multiplies all intervals; below 1 for tests. `jobs` are what it can do.
    """

    def __init__(self, installation: Installation, clock: Clock, pace: float = 1.0,
                 jobs: Mapping[str, Job] = JOBS) -> None:
        self.installation, self.clock, self.pace = installation, clock, pace
        self.id = f"{host()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._stopping, self._threads = Event(), list[Thread]()
        settings = self.installation.programme.settings
        recurring = recurring_of(settings)
        self.doer = Doer(self.installation, jobs, self.clock, self.id, retry_of(settings.work),
                          {one.key: one for one in recurring}, self._stopping)
        kind = chosen_runner(self.installation)
        url = self.installation.database.url.render_as_string(hide_password=False)
        queue = settings.work.queue.value(os.environ) if settings.work.queue else ""
        place = WorkPlace(url, queue, self.id, settings.programme.code, settings.work.concurrency)
        self.runner: WorkRunner = kind.build(place)
        self._kind = kind.name
        self.pump = Pump(self.installation.database, self.runner, self.doer, recurring,
                         settings.work.dead_after_seconds)

    def start(self) -> None:
        """Begin to work; returns once it does."""
        now = self.clock()
        self.installation.database.run(lambda connection: workers.enter(connection, {
            "id": self.id, "host": host(), "pid": os.getpid(), "runner": self._kind, "release": version("treuwerk"),
            "concurrency": self.installation.programme.settings.work.concurrency, "started_at": now, "seen_at": now}))
        self.runner.register(self.doer.do)
        self.runner.start()
        self.pump.ensure_recurring()
        self.pump.take_over()
        for name, seconds, act in (
                ("pump", _HAND_OVER_SECONDS, self.pump.hand_over), ("look", _LOOK_SECONDS, self.pump.take_over),
                ("beat", _BEAT_SECONDS, self.pump.beat), ("seen", _SEEN_SECONDS, self.pump.be_seen),
                ("tidy", _TIDY_SECONDS, self._tidy)):
            thread = Thread(target=self._repeat, args=(act, seconds * self.pace), name=f"treuwerk-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, grace_seconds: float = 30.0) -> None:
        """Take nothing new, let what runs come to the end of its batch, and leave."""
        self._stopping.set()
        self.runner.stop(grace_seconds)
        self._wait_until_idle(grace_seconds)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(grace_seconds)
        self.installation.database.run(lambda connection: workers.leave(connection, self.id))

    def work_off(self, seconds: float = 60.0) -> None:
        """Work until nothing is due any more, for tests and for commands that wait.

        Raises:
            TimeoutError: it takes longer.
        """
        until = time.monotonic() + seconds
        while not self.is_idle():
            if time.monotonic() > until:
                raise TimeoutError(f"work is still due after {seconds:g} seconds")
            self._stopping.wait(0.02)

    def is_idle(self) -> bool:
        """Whether nothing is due, and nothing is being done by anybody."""
        with self.installation.database.reading() as connection:
            return not orders.depths(connection, self.clock())

    def _wait_until_idle(self, grace_seconds: float) -> None:
        until = time.monotonic() + grace_seconds
        while self.doer.running() and time.monotonic() < until:
            time.sleep(0.02)

    def _tidy(self) -> None:
        now, keep = self.clock(), self.installation.programme.settings.work.keep_days
        self.installation.database.run(lambda connection: orders.forget(connection, now - keep * _DAY))
        self.installation.database.run(lambda connection: workers.forget(connection, now - _GONE_DAYS * _DAY))
        self.runner.tidy(now - _GONE_DAYS * _DAY)

    def _repeat(self, act: Callable[[], object], seconds: float) -> None:
        """Again and again, until the worker ends; what goes wrong is logged, and tried the next time."""
        while not self._stopping.is_set():
            try:
                act()
            except SQLAlchemyError as error:  # the database is away or busy, which needs no traceback twice a second
                _log.warning("%s will be tried again: %s", threading.current_thread().name,
                             str(getattr(error, "orig", None) or error).partition("\n")[0])
            except Exception:
                _log.warning("%s will be tried again", threading.current_thread().name, exc_info=True)
            self._stopping.wait(seconds)
        # The last beats: what runs must not be taken for dead while it comes to its end.
        until = time.monotonic() + 60
        while act == self.pump.beat and self.doer.running() and time.monotonic() < until:
            time.sleep(seconds)
            try:
                act()
            except Exception:
                _log.warning("a beat was lost", exc_info=True)
