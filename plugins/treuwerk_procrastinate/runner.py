"""The runner: one task, which hands a ticket to the handler; its worker has a thread with an event loop of its own.

Jobs that stand as ``doing`` under a dead worker, or under a living one after the server came back, are not its
business: the engine delivers their orders anew.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import psycopg
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.schema import SchemaManager
from procrastinate.tasks import Task

from treuwerk.domain.work import Holding, Ticket
from treuwerk.hookspecs import WorkPlace
from treuwerk_procrastinate.schema import conninfo, prepare

QUEUE, TASK = "treuwerk", "treuwerk.carry"
_ROOM = 100  # what waits, waits in the table of orders, where it can be seen and taken back
_CONNECTIONS = 2
_POLL_SECONDS = 2.0
_START_SECONDS = 30
_log = logging.getLogger("treuwerk.jobs")


class ProcrastinateRunner:
    """Procrastinate beside one installation."""

    def __init__(self, place: WorkPlace) -> None:
        self._place, self._address = place, conninfo(place.database, place.queue)
        self._handler: Callable[[Ticket], None] | None = None
        self._app = App(connector=SyncPsycopgConnector(conninfo=self._address, min_size=1, max_size=_CONNECTIONS))
        self._task: Task = self._app.task(name=TASK, queue=QUEUE)(self._carry)  # type: ignore[type-arg]
        self._loop, self._ended = asyncio.new_event_loop(), asyncio.Event()
        self._ready, self._failure = Event(), list[BaseException]()
        self._thread = Thread(target=self._run, name="treuwerk-procrastinate", daemon=True)

    def register(self, handler: Callable[[Ticket], None]) -> None:
        """Take the handler."""
        self._handler = handler

    def start(self) -> None:
        """Make the tables of the queue, if they are not there, and begin to listen."""
        prepare(self._address, SchemaManager.get_schema())
        self._app.open()
        self._thread.start()
        if not self._ready.wait(_START_SECONDS) or self._failure:
            raise RuntimeError("the queue of procrastinate did not start") from next(iter(self._failure), None)

    def submit(self, ticket: Ticket) -> None:
        """Queue a ticket; one that waits already is not queued twice."""
        try:
            self._app.configure_task(TASK, queue=QUEUE, queueing_lock=ticket.id).defer(ticket_id=ticket.id)
        except AlreadyEnqueued:
            _log.debug("%s waits already", ticket.id)

    def room(self) -> int:
        """It takes as many as the engine has at hand."""
        return _ROOM

    def holding(self, ticket: Ticket) -> Holding:
        """What the tables say."""
        states = {job.status for job in self._app.job_manager.list_jobs(queueing_lock=ticket.id)}
        if "todo" in states:
            return Holding.WAITING
        return Holding.RUNNING if "doing" in states else Holding.GONE

    def drop(self, ticket: Ticket) -> None:
        """Take it out; what a dead process had is removed, too."""
        for job in self._app.job_manager.list_jobs(queueing_lock=ticket.id):
            assert job.id is not None, "it has a row"
            if not self._app.job_manager.cancel_job_by_id(job.id, delete_job=True):
                self._remove(job.id)

    def tidy(self, before: int) -> None:
        """Remove what failed or was cancelled long ago, and let the server count anew: plans rest on it."""
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(
                "DELETE FROM procrastinate_jobs WHERE status IN ('failed', 'cancelled', 'aborted', 'succeeded') "
                "AND id NOT IN (SELECT job_id FROM procrastinate_events WHERE at >= to_timestamp(%s) "
                "AND job_id IS NOT NULL)", (before / 1_000_000,))
            connection.execute("ANALYZE procrastinate_jobs")

    def stop(self, grace_seconds: float) -> None:
        """Stop listening, wait for what runs, and close the connections."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(grace_seconds)
        self._app.close()

    def _remove(self, job_id: int) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute("DELETE FROM procrastinate_jobs WHERE id = %s", (job_id,))

    def _carry(self, ticket_id: str) -> None:
        assert self._handler is not None, "registered before start"
        self._handler(Ticket.read(ticket_id))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        executor = ThreadPoolExecutor(self._place.concurrency, thread_name_prefix="treuwerk-work")
        self._loop.set_default_executor(executor)
        try:
            self._loop.run_until_complete(self._work())
        except Exception as error:
            self._failure.append(error)
            _log.exception("the queue of procrastinate ended")
        finally:
            self._ready.set()
            executor.shutdown(wait=False)
            self._loop.close()

    async def _work(self) -> None:
        """Listen and carry until `stop`; a worker that an error ended, such as a server that went away, begins anew."""
        app = self._app.with_connector(PsycopgConnector(
            conninfo=self._address, min_size=1, max_size=self._place.concurrency + _CONNECTIONS))
        async with app.open_async():
            self._ready.set()
            while not self._ended.is_set():
                await self._listen(app)

    async def _listen(self, app: App) -> None:
        worker = asyncio.create_task(app.run_worker_async(
            queues=[QUEUE], name=self._place.worker, concurrency=self._place.concurrency, delete_jobs="successful",
            install_signal_handlers=False, fetch_job_polling_interval=_POLL_SECONDS))
        ended = asyncio.create_task(self._ended.wait())
        await asyncio.wait({worker, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not self._ended.is_set():
            _log.warning("the worker of procrastinate ended: %s; it begins anew", worker.exception())
            ended.cancel()
            await asyncio.sleep(1)
            return
        worker.cancel()  # procrastinate takes it as the wish to end in good order
        await asyncio.gather(worker, return_exceptions=True)
