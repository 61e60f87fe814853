"""Corrections that wait for their purchase longer than the programme allows: work for a person."""

from treuwerk.services.installation import Installation
from treuwerk.store import corrections, work

_DAY = 86_400_000_000  # microseconds


def report_parked(installation: Installation, now: int) -> int:
    """Put the runs whose corrections have waited too long into the queue; how many were not there yet.

    It may be done as often as you like. What somebody closed since comes back only for what was overdue later.
    """
    before = now - installation.programme.settings.clearing.parked_days * _DAY

    with installation.database.writing() as connection:
        late = corrections.overdue(connection, before)
        there = {int(row.object): row for row in (work.about(connection, work.CLEARING, str(run)) for run in late)
                 if row is not None}
        new = [run for run, since in late.items()
               if run not in there or (there[run].state == work.DONE and there[run].done_at < since + now - before)]
        for run in new:
            work.put(connection, work.CLEARING, str(run), now, gist=corrections.file_of(connection, run))
    return len(new)
