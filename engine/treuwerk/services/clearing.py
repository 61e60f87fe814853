"""Clearing: from a file to points. Read it top to bottom.

A source reads documents, the matcher finds participant and article, the rules give awards, the booker writes them.
Whatever a line's fate is, the receipt counts it once. Each batch is one transaction together with the run's cursor: a
run that was killed goes on behind its last batch, and no line is booked twice, since its purchase is claimed by key.
"""

from collections.abc import Callable
from io import BufferedReader
from itertools import chain, count, islice, pairwise
from pathlib import Path

import attrs
from sqlalchemy import Connection

from treuwerk.domain.documents import Document
from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import moment
from treuwerk.programme.settings import Source
from treuwerk.services.booking import Accrual, Booker
from treuwerk.services.installation import Installation
from treuwerk.services.intake import batches, fingerprint, last_line, source_for
from treuwerk.services.matching import Matcher, Problem
from treuwerk.services.receipts import Receipt, Tally, stored_problems
from treuwerk.services.retrying import retrying
from treuwerk.services.scoring import ScoredBatch, score
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
        run = _Run(installation, chosen, path.name, fingerprint(stream), now, actor)
        if dry_run:
            return run.rehearse(stream)
        return run.repeated() or run.work_off(stream, path.stat().st_size, progress)


class _Run:
    """One run over one file."""

    def __init__(self, installation: Installation, source: Source, file: str, sha256: str, now: int,
                 actor: str) -> None:
        self._database, self._settings = installation.database, installation.programme.settings
        self._rules, self._source = installation.rules, source
        self._file, self._sha256, self._now, self._actor = file, sha256, now, actor
        self._zone = self._settings.programme.time_zone
        self._ids = row_ids(now)
        with self._database.reading() as connection:
            self._matcher = Matcher(self._settings, moment(now).astimezone(self._zone).date(), connection)
            self._earlier = runs.runs_of(connection, sha256, source.head.name)
        self._id, self._cursor, self._total, self._last_document = next(self._ids), 0, Tally(), ""

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
        for batch in chain(first, todo):
            self._clear_batch(batch)
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
        for documents in todo:
            batch = self._scored(documents)
            self._last_document = self._last_number(documents)
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

    def _clear_batch(self, documents: list[Document]) -> None:
        cursor = max(self._cursor, *map(last_line, documents))
        tally = retrying(lambda: self._book(self._scored(documents), cursor))
        self._cursor, self._total, self._last_document = cursor, tally, self._last_number(documents)

    def _scored(self, documents: list[Document]) -> ScoredBatch:
        with self._database.reading() as connection:
            self._matcher.learn(connection, documents)
        batch = score(documents, self._matcher, self._rules)
        numbers = [self._last_document, *(document.number for document in documents if document.number)]
        batch.tally.documents = sum(after != before for before, after in pairwise(numbers))
        return batch

    def _last_number(self, documents: list[Document]) -> str:
        """A bad line has no number of its own, and makes no second document of one."""
        return next((document.number for document in reversed(documents) if document.number), self._last_document)

    def _book(self, batch: ScoredBatch, cursor: int) -> Tally:
        """One transaction: claims, purchase lines, bookings, problems and the cursor. Returns the new totals."""
        with self._database.writing() as connection:
            self._claim(connection, batch)
            booker = Booker(self._settings.units, self._zone, self._actor, self._now)
            insert_rows(connection, purchase_line, self._purchase_lines(batch, booker))
            numbers = count(self._total.waiting + self._total.rejected)
            runs.note_problems(connection, [problem.as_row(self._id, next(numbers)) for problem in batch.problems])
            runs.settle(connection, batch.lines, self._now)
            booked = booker.write(connection)
            batch.tally.points, batch.tally.transactions = booked.points, booked.transactions
            total = attrs.evolve(self._total, points=dict(self._total.points))
            total.add(batch.tally)
            runs.advance(connection, self._id, self._cursor, cursor, total.as_row())
        return total

    def _claim(self, connection: Connection, batch: ScoredBatch) -> None:
        """Give each line its id and claim its purchase; who comes second learns of it here."""
        for line in batch.lines.values():
            line.id = next(self._ids)
        claims = [(key, line.matched.evidence, line.account_id, line.id) for key, line in batch.lines.items()]
        batch.drop_taken(claim(connection, claims))

    def _purchase_lines(self, batch: ScoredBatch, booker: Booker) -> list[tuple[object, ...]]:
        """Rows of all lines, by account; those that earn are noted for booking on the way."""
        rows = []
        for line in batch.lines.values():
            matched = line.matched
            rows.append((line.account_id, line.id, self._id, matched.at, *matched.facts))
            if line.earned:
                cause = f"{matched.facts[0]}:{self._id}:{matched.at}"
                booker.add(Accrual(line.account_id, line.id, matched.key, matched.event.occurred_on, cause,
                                   matched.evidence, line.earned))
                batch.tally.booked += 1
            else:
                batch.tally.ignored += 1
        return sorted(rows)

    def _receipt(self, tally: Tally) -> Receipt:
        first = [{"run": str(run.id), "file": run.file, "at": moment(run.started_at).isoformat()}
                 for run in self._earlier if run.id != self._id]
        return Receipt(self._file, self._sha256, self._source.head.name, tally, first=first[0] if first else None)
