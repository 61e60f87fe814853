"""Files become scored batches: here, or in a second process, one batch ahead of the booking.

Python uses one core for one process. While the ledger is written here, the next batch is read, matched and scored
there; both read the same programme and database. The booking alone decides what counts, so nothing depends on it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from treuwerk.domain.ledger import moment
from treuwerk.services.installation import Installation
from treuwerk.services.intake import batches, count_documents, growing, last_line
from treuwerk.services.matching import Matcher
from treuwerk.services.scoring import ScoredBatch, score
from treuwerk.services.second_process import Task, can_fork, forked, serve, started

FIRST_LINES = 500  # of a file: the sooner the first batch is scored, the sooner both processes are at work
WORTH_A_FORK_BYTES = 200_000  # some 2,000 lines; a copy of this process is there in some milliseconds
WORTH_A_START_BYTES = 4_000_000  # some 40,000 lines; a process from scratch takes half a second


def scored_batches(installation: Installation, source: str, file: Path, now: int, behind: int) -> Iterator[ScoredBatch]:
    """The file behind a line, in batches, scored for bookings at `now`; where a second core can help, it does.

    Raises:
        UnreadableFile: the file as a whole is not what the source reads.
        ScoringFailed: the scoring process died.
    """
    database, programme = installation.database, installation.programme
    task = Task(programme.folder, database.url.render_as_string(hide_password=False), source, file, now, behind)
    size = file.stat().st_size if (os.cpu_count() or 1) > 1 and not database.in_memory else 0
    if size >= WORTH_A_FORK_BYTES and can_fork():
        yield from forked(installation, task, scored_here)
    elif size >= WORTH_A_START_BYTES and not programme.given:
        yield from started(task)
    else:
        yield from scored_here(installation, task)


def scored_here(installation: Installation, task: Task) -> Iterator[ScoredBatch]:
    """The same in this process."""
    settings, number = installation.programme.settings, ""
    reader = next(one for one in settings.sources if one.head.name == task.source).source
    today = moment(task.now).astimezone(settings.programme.time_zone).date()
    rules, sizes = installation.programme.rules, growing(FIRST_LINES, settings.clearing.batch_lines)
    with installation.database.reading() as connection:
        matcher = Matcher(settings, today, connection)
    with task.file.open("rb") as stream:
        for documents in batches(reader.read(stream), sizes, task.behind):
            with installation.database.reading() as connection:
                matcher.learn(connection, documents)
            batch = score(documents, matcher, rules)
            batch.tally.documents, number = count_documents(documents, number)
            batch.cursor, batch.done = max(map(last_line, documents)), stream.tell()
            yield batch
            del documents, batch  # before the next ones are made: two batches at once would double the memory


def main() -> None:
    """What a process from scratch runs."""
    serve(scored_here)
