"""The runner: one workflow, which hands a ticket to the handler; queue, claiming and waking are DBOS's.

DBOS is one per process, so two installations cannot work in one process by it. Its open core takes up only work of a
process with the same name again; ours are never the same, and what a dead one had is delivered anew by the engine.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from sqlalchemy import Engine

from treuwerk.domain.work import Holding, Ticket
from treuwerk.hookspecs import WorkPlace
from treuwerk_dbos.engines import engine_for

QUEUE = "treuwerk"
WORKFLOW = "treuwerk.carry"
_POLL_SECONDS = 0.25
_ROOM = 100  # what waits, waits in the table of orders, where it can be seen and taken back
_TIDIED_AT_ONCE = 500
_WAITING, _RUNNING = frozenset({"ENQUEUED", "DELAYED"}), "PENDING"


class DbosRunner:
    """DBOS beside one installation."""

    def __init__(self, place: WorkPlace) -> None:
        self._place = place
        self._handler: Callable[[Ticket], None] | None = None
        self._engine: Engine | None = None
        self._workflow: Callable[[str], None] | None = None

    def register(self, handler: Callable[[Ticket], None]) -> None:
        """Take the handler."""
        self._handler = handler

    def start(self) -> None:
        """Make the tables of the queue, if they are not there, and begin to poll."""
        place, self._engine = self._place, engine_for(self._place.database, self._place.queue)
        config: DBOSConfig = {
            "name": f"treuwerk-{place.version}", "system_database_engine": self._engine,
            "application_version": place.version,  # pinned: a release must not strand the work of the one before
            "executor_id": place.worker, "serializer": DBOSPortableJSONSerializer(),  # never pickles: they run code
            "log_level": "WARNING", "enable_otlp": False, "use_listen_notify": False,
            "notification_listener_polling_interval_sec": 1.0}
        DBOS(config=config)
        self._workflow = DBOS.workflow(name=WORKFLOW)(self._carrier())
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=place.concurrency, polling_interval_sec=_POLL_SECONDS,
                            on_conflict="always_update")

    def submit(self, ticket: Ticket) -> None:
        """Queue a ticket; the same one twice is one."""
        assert self._workflow is not None, "started"
        with SetWorkflowID(ticket.id):
            DBOS.enqueue_workflow(QUEUE, self._workflow, ticket.id)

    def room(self) -> int:
        """It takes as many as the engine has at hand."""
        return _ROOM

    def holding(self, ticket: Ticket) -> Holding:
        """What DBOS knows."""
        status = DBOS.get_workflow_status(ticket.id)
        if status is not None and status.status in _WAITING:
            return Holding.WAITING
        return Holding.RUNNING if status is not None and status.status == _RUNNING else Holding.GONE

    def drop(self, ticket: Ticket) -> None:
        """Cancel it; what a dead process had stands as pending for ever otherwise."""
        DBOS.cancel_workflow(ticket.id)

    def tidy(self, before: int) -> None:
        """Delete what was carried; the open core keeps it for ever."""
        moment = datetime.fromtimestamp(before / 1_000_000, UTC).isoformat()
        over = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
        while found := DBOS.list_workflows(status=over, end_time=moment, name=WORKFLOW, limit=_TIDIED_AT_ONCE,
                                           load_input=False, load_output=False):
            DBOS.delete_workflows([one.workflow_id for one in found])

    def stop(self, grace_seconds: float) -> None:
        """Stop polling and wait for what runs."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=max(1, round(grace_seconds)))
        if self._engine is not None:
            self._engine.dispose()

    def _carrier(self) -> Callable[[str], None]:
        handler = self._handler
        assert handler is not None, "registered before start"

        def carry(ticket_id: str) -> None:  # a function of its own: DBOS leaves notes on it, which a method cannot keep
            handler(Ticket.read(ticket_id))

        return carry
