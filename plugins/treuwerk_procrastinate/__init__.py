"""Durable work on Procrastinate: a queue in PostgreSQL that wakes its workers within milliseconds."""

from collections.abc import Sequence

from treuwerk.hookspecs import WorkPlace, WorkRunner, WorkRunnerKind, hookimpl


def _build(place: WorkPlace) -> WorkRunner:
    from treuwerk_procrastinate.runner import ProcrastinateRunner

    return ProcrastinateRunner(place)


@hookimpl
def work_runners() -> Sequence[WorkRunnerKind]:
    """The runner ``procrastinate``."""
    return [WorkRunnerKind("procrastinate", ("postgresql",), _build, distribution="procrastinate")]
