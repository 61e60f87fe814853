"""Clearing: from a file to points. Read it top to bottom.

A source reads documents, the matcher finds participant and article, the rules give awards, the booker writes them.
Whatever a line's fate is, the receipt counts it once. Each batch is one transaction together with the run's cursor: a
run that was killed goes on behind its last batch, and no line is booked twice, since its purchase is claimed by key.
"""

from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader
from itertools import chain, count, islice, repeat
from operator import attrgetter
from pathlib import Path

import attrs
from sqlalchemy import Connection

from treuwerk.domain.documents import Document
from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import moment
from treuwerk.programme.settings import Source
from treuwerk.services.booking import Accrual, Booker
from treuwerk.services.installation import Installation
from treuwerk.services.intake import batches, count_documents, fingerprint, last_line, source_for
from treuwerk.services.matching import Matcher
from treuwerk.services.pacing import one_ahead, without_collection
from treuwerk.services.receipts import Receipt, Tally, stored_problems
from treuwerk.services.retrying import retrying
from treuwerk.services.scoring import ScoredBatch, ScoredLine, score
from treuwerk.store import runs
from treuwerk.store.bulk import insert_rows
from treuwerk.store.identities import claim, taken
from treuwerk.store.tables import purchase_line

Progress = Callable[[int, int], None]
"""Told bytes done and bytes in all after each batch."""
_account = attrgetter("account_id")


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
        run = _Run(installation, chosen, path.name, fingerprint(stream), now, actor)
        if dry_run:
            return run.rehearse(stream)
        return run.repeated() or run.work_off(stream, path.stat().st_size, progress)


class _Run:
    """One run over one file."""

    def __init__(self, installation: Installation, source: Source, file: str, sha256: str, now: int,
                 actor: str) -> None:
        self._database, self._settings = installation.database, installation.programme.settings
        self._rules, self._source = installation.programme.rules, source
        self._file, self._sha256, self._now, self._actor = file, sha256, now, actor
        self._zone = self._settings.programme.time_zone
        self._ids = row_ids(now)
        with self._database.reading() as connection:
            self._matcher = Matcher(self._settings, moment(now).astimezone(self._zone).date(), connection)
            self._earlier = runs.runs_of(connection, sha256, source.head.name)
        self._id, self._cursor, self._total = next(self._ids), 0, Tally()

    def repeated(self) -> Receipt | None:
        """The receipt of a file of which nothing is left to do: it names the first one and books nothing."""
        done = [run for run in self._earlier if run.finished_at and not run.waiting and not run.rejected]
        if not done:
            return None
        return self._receipt(Tally(documents=done[0].documents, lines=done[0].lines, duplicate=done[0].lines))

    def work_off(self, stream: BufferedReader, size: int, progress: Progress) -> Receipt:
        """Book the file batch by batch, from where an interrupted run stopped."""
        todo = batches(self._source.source.read(stream), self._settings.clearing.batch_lines, self._resume())
        first = list(islice(todo, 1))  # read before the run is noted: a file that cannot be read leaves nothing
        self._start()
        scored = self._scored_batches(chain(first, todo))
        with without_collection():
            # PostgreSQL writes in a process of its own: the next batch is scored meanwhile.
            for batch, score in scored if self._database.is_sqlite else one_ahead(scored):
                self._clear_batch(batch, score)
                progress(stream.tell(), size)
        with self._database.writing() as connection:
            runs.finish(connection, self._id, self._now)
        with self._database.reading() as connection:
            return attrs.evolve(self._receipt(self._total), run=self._id,
                                problems=stored_problems(connection, self._id))

    def rehearse(self, stream: BufferedReader) -> Receipt:
        """The receipt as it would be; nothing is stored."""
        if repeated := self.repeated():
            return attrs.evolve(repeated, dry_run=True)
        todo = batches(self._source.source.read(stream), self._settings.clearing.batch_lines, self._resume())
        with self._database.reading() as connection:
            problems = stored_problems(connection, self._id)
        seen: dict[str, str] = {}
        for _, batch in self._scored_batches(todo):
            with self._database.reading() as connection:
                batch.drop_taken({key: seen[key] for key in batch.lines if key in seen})
                batch.drop_taken(taken(connection, batch.lines))
            seen |= {key: line.matched.evidence for key, line in batch.lines.items()}
            batch.would_book()
            self._total.add(batch.tally)
            problems += [problem.as_json() for problem in batch.problems]
        problems.sort(key=lambda problem: problem["line"])
        return attrs.evolve(self._receipt(self._total), dry_run=True, problems=problems)

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
                    "id": self._id, "source": self._source.head.name, "file": self._file, "sha256": self._sha256,
                    "actor": self._actor, "started_at": self._now})

    def _clear_batch(self, documents: list[Document], scored: ScoredBatch) -> None:
        cursor = max(self._cursor, *map(last_line, documents))
        attempts = chain([scored], (self._scored_again(documents, scored) for _ in repeat(None)))
        self._total = retrying(lambda: self._book(next(attempts), cursor))
        self._cursor = cursor

    def _scored_batches(self, todo: Iterator[list[Document]]) -> Iterator[tuple[list[Document], ScoredBatch]]:
        number = ""
        for documents in todo:
            scored = self._scored(documents)
            scored.tally.documents, number = count_documents(documents, number)
            yield documents, scored

    def _scored(self, documents: list[Document]) -> ScoredBatch:
        with self._database.reading() as connection:
            self._matcher.learn(connection, documents)
        return score(documents, self._matcher, self._rules)

    def _scored_again(self, documents: list[Document], before: ScoredBatch) -> ScoredBatch:
        """For a batch that lost a race: booking had begun to count in the first one."""
        scored = self._scored(documents)
        scored.tally.documents = before.tally.documents
        return scored

    def _book(self, batch: ScoredBatch, cursor: int) -> Tally:
        """One transaction: claims, purchase lines, bookings, problems and the cursor. Returns the new totals."""
        with self._database.writing() as connection:
            lines = self._claim(connection, batch)
            booker = Booker(self._settings.units, self._zone, self._actor, self._now)
            insert_rows(connection, purchase_line, self._purchase_lines(lines, booker, batch.tally))
            numbers = count(self._total.waiting + self._total.rejected)
            runs.note_problems(connection, [problem.as_row(self._id, next(numbers)) for problem in batch.problems])
            runs.settle(connection, batch.lines, self._now)
            booked = booker.write(connection)
            batch.tally.points, batch.tally.transactions = booked.points, booked.transactions
            total = attrs.evolve(self._total, points=dict(self._total.points))
            total.add(batch.tally)
            runs.advance(connection, self._id, self._cursor, cursor, total.as_row())
        return total

    def _claim(self, connection: Connection, batch: ScoredBatch) -> list[ScoredLine]:
        """Claim the purchases of a batch; who comes second learns of it here. Answers with the rest, by account."""
        lines = sorted(batch.lines.values(), key=_account)
        for line in lines:
            line.id = next(self._ids)
        claims = [(line.matched.key, line.matched.evidence, line.account_id, line.id) for line in lines]
        batch.drop_taken(before := claim(connection, claims))
        return lines if not before else [line for line in lines if line.matched.key not in before]

    def _purchase_lines(self, lines: Sequence[ScoredLine], booker: Booker, tally: Tally) -> list[tuple[object, ...]]:
        """Rows of all lines; those that earn are noted for booking on the way."""
        rows: list[tuple[object, ...]] = []
        run_id, note = self._id, booker.add
        for line in lines:
            key, evidence, event, facts, at = line.matched
            rows.append((line.account_id, line.id, run_id, at, *facts))
            if line.earned:
                note(Accrual(line.account_id, line.id, key, event.occurred_on, f"{facts[0]}:{run_id}:{at}", evidence,
                             line.earned))
                tally.booked += 1
            else:
                tally.ignored += 1
        return rows

    def _receipt(self, tally: Tally) -> Receipt:
        first = [{"run": str(run.id), "file": run.file, "at": moment(run.started_at).isoformat()}
                 for run in self._earlier if run.id != self._id]
        return Receipt(self._file, self._sha256, self._source.head.name, tally, first=first[0] if first else None)
