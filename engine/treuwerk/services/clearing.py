"""Clearing: from a file to points. Read it top to bottom.

A source reads documents, the matcher finds participant and article, the rules give awards, the booker writes them.
Whatever a line's fate is, the receipt counts it once. Each batch is one transaction together with the run's cursor: a
run that was killed goes on behind its last batch, and no line is booked twice, since its purchase is claimed by key.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from itertools import count
from operator import itemgetter
from pathlib import Path

import attrs
from sqlalchemy import Connection

from treuwerk.services.booking import Booker
from treuwerk.services.clearing_run import ClearingRun
from treuwerk.services.installation import Installation
from treuwerk.services.intake import fingerprint, source_for
from treuwerk.services.pacing import without_collection
from treuwerk.services.pipeline import scored_batches
from treuwerk.services.receipts import Receipt, Tally
from treuwerk.services.scoring import ScoredBatch, ScoredLine
from treuwerk.services.terms import TermsTable
from treuwerk.store import runs, work
from treuwerk.store.bulk import insert_rows
from treuwerk.store.identities import claim, taken
from treuwerk.store.retrying import retrying
from treuwerk.store.tables import purchase_line

Progress = Callable[[int, int], None]
"""Told bytes done and bytes in all after each batch."""


def clear_file(installation: Installation, path: Path, now: int, *, source: str | None = None, actor: str = "system",
               dry_run: bool = False, progress: Progress = lambda done, size: None) -> Receipt:
    """Clear one file; `now` is the booking instant. With `dry_run` nothing is stored.

    Raises:
        OSError: the file cannot be opened.
        UnreadableFile: no source is right for it, or it has no header.
        RunTaken: another process is clearing the same file.
    """
    with path.open("rb") as stream:
        chosen = source_for(installation.programme.settings.sources, source, path.name, stream)
        sha256 = fingerprint(stream)
    run = ClearingRun(installation.database, chosen.head.name, path, sha256, now, actor)
    clearing = _Clearing(installation, run, now, actor)
    if dry_run:
        return clearing.rehearse()
    return run.repeated() or clearing.work_off(progress)


class _Clearing:
    """The work of one run."""

    def __init__(self, installation: Installation, run: ClearingRun, now: int, actor: str) -> None:
        self._installation, self._run, self._now, self._actor = installation, run, now, actor
        self._database, self._settings = installation.database, installation.programme.settings
        self._terms = TermsTable(self._settings, now)

    def work_off(self, progress: Progress) -> Receipt:
        """Book the file batch by batch, from where an interrupted run stopped."""
        run, size = self._run, self._run.path.stat().st_size
        with closing(self._scored(run.resume())) as scored, without_collection():
            for batch in scored:
                run.total = retrying(partial(self._book, batch))
                run.cursor, run.noted = batch.cursor, True
                progress(batch.done, size)
                del batch  # makes room before the next one comes: a batch is the largest thing in memory
        return run.finish()

    def rehearse(self) -> Receipt:
        """The receipt as it would be; nothing is stored."""
        run = self._run
        if repeated := run.repeated():
            return attrs.evolve(repeated, dry_run=True)
        behind, seen = run.resume(), dict[str, str]()
        problems = run.problems()
        with closing(self._scored(behind)) as scored, without_collection():
            for batch in scored:
                with self._database.reading() as connection:
                    batch.drop_taken({key: seen[key] for key in batch.lines if key in seen})
                    batch.drop_taken(taken(connection, batch.lines))
                seen |= {line[1]: line[2] for line in batch.lines.values()}
                batch.would_book()
                run.total.add(batch.tally)
                problems += [problem.as_json() for problem in batch.problems]
        problems.sort(key=lambda problem: problem["line"])
        return attrs.evolve(run.receipt(run.total), dry_run=True, problems=problems)

    def _scored(self, behind: int) -> Generator[ScoredBatch]:
        yield from scored_batches(self._installation, self._run.source, self._run.path, self._now, behind)

    def _book(self, scored: ScoredBatch) -> Tally:
        """One transaction: claims, purchase lines, bookings, problems and the cursor. Returns the new totals.

        The first batch notes the run with it: a file that cannot be read leaves nothing.
        """
        batch, run = scored.copy(), self._run
        booker = Booker(self._settings, self._terms, self._actor, self._now)
        with self._database.writing() as connection:
            run.start(connection)
            lines = self._claim(connection, batch)
            insert_rows(connection, purchase_line, self._purchase_lines(lines, booker, batch.tally))
            numbers = count(run.total.waiting + run.total.rejected)
            runs.note_problems(connection, [problem.as_row(run.id, next(numbers)) for problem in batch.problems])
            work.close_settled(connection, runs.settle(connection, batch.lines, self._now), self._now)
            booked = booker.write(connection)
            batch.tally.points, batch.tally.transactions = booked.points, booked.transactions
            return run.total_with(connection, batch.tally, batch.cursor)

    def _claim(self, connection: Connection, batch: ScoredBatch) -> list[tuple[int, ScoredLine]]:
        """Claim the purchases of a batch; who comes second learns of it here. Answers with the rest, by account."""
        lines = list(zip(self._run.ids, sorted(batch.lines.values(), key=itemgetter(0))))  # noqa: B905 (ids never end)
        claims = [(line[1], line[2], line[0], line_id) for line_id, line in lines]
        batch.drop_taken(before := claim(connection, claims))
        return lines if not before else [pair for pair in lines if pair[1][1] not in before]

    def _purchase_lines(self, lines: Sequence[tuple[int, ScoredLine]], booker: Booker,
                        tally: Tally) -> list[tuple[object, ...]]:
        """Rows of all lines; those that earn are noted for booking on the way."""
        rows: list[tuple[object, ...]] = []
        run_id, note = self._run.id, booker.add
        for line_id, (account, key, evidence, day, at, facts, awards) in lines:
            rows.append((account, line_id, run_id, at, *facts))
            if awards:
                note(account, line_id, key, day, f"{facts[0]}:{run_id}:{at}", evidence, awards)
                tally.booked += 1
            else:
                tally.ignored += 1
        return rows
