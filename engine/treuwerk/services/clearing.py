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

from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import moment
from treuwerk.services.booking import Booker
from treuwerk.services.installation import Installation
from treuwerk.services.intake import fingerprint, source_for
from treuwerk.services.pacing import without_collection
from treuwerk.services.pipeline import scored_batches
from treuwerk.services.receipts import Receipt, Tally, stored_problems
from treuwerk.services.retrying import retrying
from treuwerk.services.scoring import ScoredBatch, ScoredLine
from treuwerk.store import runs
from treuwerk.store.bulk import insert_rows
from treuwerk.store.identities import claim, taken
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
    run = _Run(installation, chosen.head.name, path, sha256, now, actor)
    if dry_run:
        return run.rehearse()
    return run.repeated() or run.work_off(progress)


class _Run:
    """One run over one file."""

    def __init__(self, installation: Installation, source: str, path: Path, sha256: str, now: int, actor: str) -> None:
        self._installation, self._database = installation, installation.database
        self._settings = installation.programme.settings
        self._source, self._path, self._sha256, self._now, self._actor = source, path, sha256, now, actor
        self._ids = row_ids(now)
        with self._database.reading() as connection:
            self._earlier = runs.runs_of(connection, sha256, source)
        self._id, self._cursor, self._total = next(self._ids), 0, Tally()

    def repeated(self) -> Receipt | None:
        """The receipt of a file of which nothing is left to do: it names the first one and books nothing."""
        done = [run for run in self._earlier if run.finished_at and not run.waiting and not run.rejected]
        if not done:
            return None
        return self._receipt(Tally(documents=done[0].documents, lines=done[0].lines, duplicate=done[0].lines))

    def work_off(self, progress: Progress) -> Receipt:
        """Book the file batch by batch, from where an interrupted run stopped."""
        size = self._path.stat().st_size
        with closing(self._scored(self._resume())) as scored, without_collection():
            batch = next(scored, None)  # read before the run is noted: a file that cannot be read leaves nothing
            self._start()
            while batch is not None:
                self._total = retrying(partial(self._book, batch))
                self._cursor = batch.cursor
                progress(batch.done, size)
                batch = None  # makes room before the next one comes: a batch is the largest thing in memory
                batch = next(scored, None)
        with self._database.writing() as connection:
            runs.finish(connection, self._id, self._now)
        with self._database.reading() as connection:
            return attrs.evolve(self._receipt(self._total), run=self._id,
                                problems=stored_problems(connection, self._id))

    def rehearse(self) -> Receipt:
        """The receipt as it would be; nothing is stored."""
        if repeated := self.repeated():
            return attrs.evolve(repeated, dry_run=True)
        behind, seen = self._resume(), dict[str, str]()
        with self._database.reading() as connection:
            problems = stored_problems(connection, self._id)
        with closing(self._scored(behind)) as scored, without_collection():
            for batch in scored:
                with self._database.reading() as connection:
                    batch.drop_taken({key: seen[key] for key in batch.lines if key in seen})
                    batch.drop_taken(taken(connection, batch.lines))
                seen |= {line[1]: line[2] for line in batch.lines.values()}
                batch.would_book()
                self._total.add(batch.tally)
                problems += [problem.as_json() for problem in batch.problems]
        problems.sort(key=lambda problem: problem["line"])
        return attrs.evolve(self._receipt(self._total), dry_run=True, problems=problems)

    def _scored(self, behind: int) -> Generator[ScoredBatch]:
        yield from scored_batches(self._installation, self._source, self._path, self._now, behind)

    def _resume(self) -> int:
        """Take up an interrupted run over the same file, if there is one; returns the line behind which to go on."""
        for run in self._earlier:
            if not run.finished_at:
                self._id, self._cursor, self._total = run.id, run.cursor, Tally.of(run)
        return self._cursor

    def _start(self) -> None:
        if self._id not in {run.id for run in self._earlier}:
            with self._database.writing() as connection:
                runs.start_run(connection, {
                    "id": self._id, "source": self._source, "file": self._path.name, "sha256": self._sha256,
                    "actor": self._actor, "started_at": self._now})

    def _book(self, scored: ScoredBatch) -> Tally:
        """One transaction: claims, purchase lines, bookings, problems and the cursor. Returns the new totals."""
        batch = scored.copy()
        booker = Booker(self._settings.units, self._settings.programme.time_zone, self._actor, self._now)
        with self._database.writing() as connection:
            lines = self._claim(connection, batch)
            insert_rows(connection, purchase_line, self._purchase_lines(lines, booker, batch.tally))
            numbers = count(self._total.waiting + self._total.rejected)
            runs.note_problems(connection, [problem.as_row(self._id, next(numbers)) for problem in batch.problems])
            runs.settle(connection, batch.lines, self._now)
            booked = booker.write(connection)
            batch.tally.points, batch.tally.transactions = booked.points, booked.transactions
            total = self._total.copy()
            total.add(batch.tally)
            runs.advance(connection, self._id, self._cursor, batch.cursor, total.as_row())
        return total

    def _claim(self, connection: Connection, batch: ScoredBatch) -> list[tuple[int, ScoredLine]]:
        """Claim the purchases of a batch; who comes second learns of it here. Answers with the rest, by account."""
        lines = list(zip(self._ids, sorted(batch.lines.values(), key=itemgetter(0))))  # noqa: B905 (ids never end)
        claims = [(line[1], line[2], line[0], line_id) for line_id, line in lines]
        batch.drop_taken(before := claim(connection, claims))
        return lines if not before else [pair for pair in lines if pair[1][1] not in before]

    def _purchase_lines(self, lines: Sequence[tuple[int, ScoredLine]], booker: Booker,
                        tally: Tally) -> list[tuple[object, ...]]:
        """Rows of all lines; those that earn are noted for booking on the way."""
        rows: list[tuple[object, ...]] = []
        run_id, note = self._id, booker.add
        for line_id, (account, key, evidence, day, at, facts, awards) in lines:
            rows.append((account, line_id, run_id, at, *facts))
            if awards:
                note(account, line_id, key, day, f"{facts[0]}:{run_id}:{at}", evidence, awards)
                tally.booked += 1
            else:
                tally.ignored += 1
        return rows

    def _receipt(self, tally: Tally) -> Receipt:
        first = [{"run": str(run.id), "file": run.file, "at": moment(run.started_at).isoformat()}
                 for run in self._earlier if run.id != self._id]
        return Receipt(self._path.name, self._sha256, self._source, tally, first=first[0] if first else None)
