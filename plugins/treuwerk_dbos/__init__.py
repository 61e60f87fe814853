"""Durable work on DBOS, an embedded engine for SQLite and PostgreSQL: no server, no broker, no calls home."""

from collections.abc import Sequence

from treuwerk.hookspecs import WorkPlace, WorkRunner, WorkRunnerKind, hookimpl


def _build(place: WorkPlace) -> WorkRunner:
    from treuwerk_dbos.runner import DbosRunner

    return DbosRunner(place)


@hookimpl
def work_runners() -> Sequence[WorkRunnerKind]:
    """The runner ``dbos``."""
    return [WorkRunnerKind("dbos", ("sqlite", "postgresql"), _build, distribution="dbos")]
