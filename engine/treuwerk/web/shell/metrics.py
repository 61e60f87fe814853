"""Figures for the operator's monitoring, in the text format of Prometheus. Labels have few values, whatever is sent."""

import hmac
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import version

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import QueuePool
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.services.deployment import within
from treuwerk.services.identity.session_keeping import live_sessions
from treuwerk.services.ordering import depth
from treuwerk.store.database import Database
from treuwerk.web.shell.state import RequestState, Visit

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_NO_ROUTE = "(none)"


class Metrics:
    """The figures of one application; two in one process share none."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("treuwerk_requests", "Answered requests.", ("route", "method", "status"),
                                 registry=self._registry)
        self._seconds = Histogram("treuwerk_request_seconds", "Time until the end of the answer.", ("route",),
                                  buckets=_BUCKETS, registry=self._registry)
        self._registry.register(_State(database, clock))
        ProcessCollector(registry=self._registry)

    def count(self, state: RequestState, method: str, status: int, seconds: float) -> None:
        """Count one answer."""
        route = state.path or _NO_ROUTE
        self._requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All figures as they are now."""
        return generate_latest(self._registry)


class _State(Collector):
    """What is looked up when somebody asks: the database, its connections, the sessions, and what is running."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock

    def describe(self) -> Iterator[Metric]:
        """Nothing is looked up at registration."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        yield InfoMetricFamily("treuwerk_build", "What is running.", value={
            "version": version("treuwerk"), "python": platform.python_version(),
            "database": self._database.url.get_backend_name()})
        sessions = self._sessions()
        yield GaugeMetricFamily("treuwerk_database_up", "Whether the database answers.", 0 if sessions is None else 1)
        if sessions is not None:
            yield GaugeMetricFamily("treuwerk_sessions", "Sessions that are not over.", sessions)
            yield from self._work()
        pool = self._database.engine.pool
        if isinstance(pool, QueuePool):
            connections = GaugeMetricFamily("treuwerk_database_connections", "Connections of this process.",
                                            labels=("state",))
            connections.add_metric(("in_use",), pool.checkedout())
            connections.add_metric(("idle",), pool.checkedin())
            yield connections
            yield GaugeMetricFamily("treuwerk_database_connections_max", "The most at once.", pool.size())

    def _work(self) -> Iterator[Metric]:
        """Durable work: how much waits, since when, and how many workers there are."""
        try:
            found = depth(self._database, self._clock())
        except SQLAlchemyError:
            return
        waiting = GaugeMetricFamily("treuwerk_work_waiting", "Orders that are due and that nobody does yet.",
                                    labels=("job",))
        for job, orders in sorted(found.by_job.items()):
            waiting.add_metric((job,), orders)
        yield waiting
        yield GaugeMetricFamily("treuwerk_work_running", "Orders that are being done.", found.running)
        yield GaugeMetricFamily("treuwerk_work_failed", "Orders that wait for a person.", found.failed)
        yield GaugeMetricFamily("treuwerk_work_oldest_seconds", "For how long the oldest waiting order is due.",
                                found.oldest_seconds)
        yield GaugeMetricFamily("treuwerk_workers", "Workers that were seen within the last minute.", found.workers)

    def _sessions(self) -> int | None:
        try:
            with self._database.reading() as connection:
                return live_sessions(connection, self._clock())
        except SQLAlchemyError:
            return None


def metrics_page(visit: Visit) -> Response:
    """The figures, for addresses that the operator named and for whoever has the token."""
    if not _may_read(visit):
        raise HTTPException(403)
    return Response(visit.shell.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _may_read(visit: Visit) -> bool:
    deployment, state = visit.shell.deployment, visit.state
    kind, _, token = visit.request.headers.get("authorization", "").partition(" ")
    if deployment.metrics_token and kind.lower() == "bearer":
        return hmac.compare_digest(token.encode(), deployment.metrics_token.encode())
    # Behind a proxy that is not trusted everybody seems to come from the proxy's address.
    return not state.forwarded_by_a_stranger and within(state.source, deployment.watchers)
