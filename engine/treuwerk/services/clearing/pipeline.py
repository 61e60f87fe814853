"""Files become scored batches: here, or in a second process, ahead of the booking.

Python uses one core for one process. While the ledger is written here, the next batch is read, matched and scored
there; both read the same programme and database. The booking alone decides what counts, so nothing depends on it.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from treuwerk.domain.ledger import moment
from treuwerk.domain.packed import bytes_read
from treuwerk.services.clearing.intake import batches, count_documents, documents_of, growing, last_line, opened
from treuwerk.services.clearing.matching import Matcher
from treuwerk.services.clearing.plugin_failures import rules_now
from treuwerk.services.clearing.scoring import ScoredBatch, score
from treuwerk.services.clearing.second_process import Task, can_fork, forked, serve, started
from treuwerk.services.installation import Installation

FIRST_LINES = 500  # of a file: the sooner the first batch is scored, the sooner both processes are at work
WORTH_A_FORK_BYTES = 200_000  # some 2,000 lines; a copy of this process is there in some milliseconds
WORTH_A_START_BYTES = 4_000_000  # some 40,000 lines; a process from scratch takes half a second


def scored_batches(installation: Installation, source: str, file: Path, now: int, behind: int,
                   meanwhile: Callable[[], None] = lambda: None) -> Iterator[ScoredBatch]:
    """The file behind a line, in batches, scored for bookings at `now`; where a second core can help, it does.

    Then `meanwhile` is done here while the first batch is scored there.

    Raises:
        UnreadableFile: the file as a whole is not what the source reads.
        ScoringFailed: the scoring process died.
    """
    database, programme = installation.database, installation.programme
    task = Task(programme.folder, database.url.render_as_string(hide_password=False), source, file, now, behind)
    size = file.stat().st_size if (os.cpu_count() or 1) > 1 and not database.in_memory else 0
    if size >= WORTH_A_FORK_BYTES and can_fork():
        yield from forked(installation, task, partial(scored_here, matcher=_matcher(installation, task)), meanwhile)
    elif size >= WORTH_A_START_BYTES and not programme.given:
        yield from started(task, meanwhile)
    else:
        meanwhile()
        yield from scored_here(installation, task)


def scored_here(installation: Installation, task: Task, matcher: Matcher | None = None) -> Iterator[ScoredBatch]:
    """The same in this process."""
    settings, number = installation.programme.settings, ""
    reader = next(one for one in settings.sources if one.head.name == task.source)
    rules, totals = installation.programme.rules, installation.programme.totals
    sizes = growing(
        FIRST_LINES, settings.clearing.batch_lines, 50 if installation.database.is_sqlite else 100)
    matcher = matcher or _matcher(installation, task)
    with opened(task.file) as stream:
        for documents, last in batches(documents_of(reader, stream), sizes, task.behind):
            with installation.database.reading() as connection:
                matcher.learn(connection, documents)
                current = rules_now(connection, installation.programme, rules)
            batch = score(documents, matcher, current, totals)
            batch.tally.documents, number = count_documents(documents, number)
            batch.cursor, batch.done, batch.last = max(map(last_line, documents)), bytes_read(stream), last
            yield batch
            del documents, batch  # before the next ones are made: two batches at once would double the memory


def _matcher(installation: Installation, task: Task) -> Matcher:
    """With the master data. A fork has it from its parent, whose connection is open already."""
    settings = installation.programme.settings
    today = moment(task.now).astimezone(settings.programme.time_zone).date()
    with installation.database.reading() as connection:
        return Matcher(settings, today, connection)


def main() -> None:
    """What a process from scratch runs."""
    serve(scored_here)
