"""What a clearing run could not book, for the service centre."""

from collections.abc import Sequence

import attrs
from sqlalchemy import Connection, select

from treuwerk.domain.rights import Access
from treuwerk.services.clearing.broken_lines import is_broken
from treuwerk.store.tables import clearing_run, problem
from treuwerk.store.tables.purchases import CONFLICTS

READ = "queue.read"
_AT_MOST = 200


@attrs.frozen
class RunProblem:
    """One line that was not booked; `settled_at` is there once it was."""

    at_line: int
    document: str
    code: str
    state: str
    reason: str
    settled_at: int | None
    conflict: str = ""
    """The id under which a person decides between it and what is booked; empty for other problems."""
    broken: str = ""
    """The id under which a person corrects or closes it; empty for what is no rejected line of a feed."""


@attrs.frozen
class RunProblems:
    """A run with the first of its lines that were not booked."""

    file: str
    source: str
    started_at: int
    waiting: int
    rejected: int
    problems: Sequence[RunProblem]

    @property
    def more(self) -> int:
        """Lines that are not shown."""
        return max(self.waiting + self.rejected - len(self.problems), 0)


def problems_of_run(access: Access, connection: Connection, run_id: int) -> RunProblems | None:
    """The problems of a run; None where there is no such run."""
    access.require(READ)
    run = connection.execute(select(clearing_run).where(clearing_run.c.id == run_id)).one_or_none()
    if run is None:
        return None
    rows = connection.execute(select(problem).where(problem.c.run_id == run_id).order_by(
        problem.c.at_line, problem.c.number).limit(_AT_MOST))
    return RunProblems(run.file, run.source, run.started_at, run.waiting, run.rejected, [
        RunProblem(row.at_line, row.document, row.code, row.state, row.reason, row.settled_at,
                   f"{run_id}-{row.number}" if row.code in CONFLICTS and row.payload else "",
                   f"{run_id}-{row.number}" if is_broken(row, run.source) else "") for row in rows])
