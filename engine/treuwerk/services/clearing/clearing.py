"""Clearing: from a file to points. Read it top to bottom.

A source reads documents, the matcher finds participant and article, the rules give awards, the booker writes them.
Whatever a line's fate is, the receipt counts it once. Each batch is one transaction together with the run's cursor: a
run that was killed goes on behind its last batch, and no line is booked twice, since its purchase is claimed by key.
"""

from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from pathlib import Path

import attrs

from treuwerk.services.clearing.batch_booking import AliasEnded, BatchBooking
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.clearing.foreseeing import TakesBack, foresee
from treuwerk.services.clearing.gate import Gate, KeptBack
from treuwerk.services.clearing.intake import ReaderFailed, fingerprint, opened, source_for
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.clearing.ownership import Reporter
from treuwerk.services.clearing.pipeline import scored_batches
from treuwerk.services.clearing.plugin_failures import note_reader, require_reader
from treuwerk.services.clearing.receipts import Receipt, Tally, booked_as_json, stored_evidence, stored_problems
from treuwerk.services.clearing.releasing import release
from treuwerk.services.clearing.scoring import ScoredBatch
from treuwerk.services.installation import Installation
from treuwerk.services.pacing import without_collection
from treuwerk.store import corrections
from treuwerk.store.retrying import retrying
from treuwerk.store.tables import problem

Progress = Callable[[int, int], None]
"""Told bytes done and bytes in all after each batch."""


class FileChanged(Exception):
    """The file is not the one that it was when it came in."""


def clear_file(installation: Installation, path: Path, now: int, *, source: str | None = None, actor: str = "system",
               dry_run: bool = False, progress: Progress = lambda done, size: None, name: str = "",
               expected: str = "") -> Receipt:
    """Clear one file; `now` is the booking instant. With `dry_run` nothing is stored.

    A file that is broken as a whole is held: its receipt says why, and nothing of it is booked.

    `name` is what the file was called where it came from, `expected` the SHA-256 that it must have.

    Raises:
        OSError: the file cannot be opened.
        UnreadableFile: no source is right for it, or it has no header.
        RunTaken: another process is clearing the same file.
        FileChanged: it has another hash than expected.
        PluginPaused: its reader is paused; the file waits.
        ReaderFailed: its reader failed; what is booked of the file stays, and the rest is read again.
    """
    with opened(path) as stream:
        chosen = source_for(installation.programme.settings.sources, source, name or path.name, stream)
    require_reader(installation, chosen)
    with path.open("rb") as stream:
        sha256 = fingerprint(stream)
    if expected and sha256 != expected:
        raise FileChanged(f"{name or path.name}: found sha256 {sha256}, expected {expected}; let it be sent again")
    run = ClearingRun(installation.database, chosen.head.name, name or path.name, sha256, now, actor)
    gate = Gate(installation.database, chosen, path, run, sha256, now)
    clearing = _Clearing(installation, run, path, now, actor, gate)
    try:
        if dry_run:
            return clearing.rehearse()
        return run.repeated() or clearing.work_off(progress)
    except KeptBack as error:
        return attrs.evolve(run.held_receipt(error.held), dry_run=dry_run)
    except ReaderFailed as failed:
        if not dry_run:
            note_reader(installation, chosen, failed, now)
        raise


class _Clearing:
    """The work of one run over one file."""

    def __init__(self, installation: Installation, run: ClearingRun, path: Path, now: int, actor: str,
                 gate: Gate) -> None:
        self._gate = gate
        self._installation, self._run, self._path, self._now = installation, run, path, now
        self._database, self._reporter, self._actor = installation.database, Reporter(run.source), actor
        self._booking = BatchBooking(installation, run, now, actor, self._reporter)

    def work_off(self, progress: Progress) -> Receipt:
        """Book the file batch by batch, from where an interrupted run stopped."""
        run, finished = self._run, False
        behind, before = run.resume(), self._before_booking
        while True:
            try:
                finished = self._book_behind(behind, before, progress)
                break
            except AliasEnded:
                behind, before = run.cursor, self._gate.check
        receipt = run.finished() if finished else self._gate.passed(run.finish)
        if run.total.waiting:  # what somebody decided meanwhile did not see these lines, and they did not see it
            release(self._installation, [problem.c.run_id == run.id], self._now, actor=self._actor)
        return receipt

    def _book_behind(self, behind: int, before: Callable[[], None], progress: Progress) -> bool:
        """Book the batches behind a line; whether the last one closed the run."""
        run, size, finished = self._run, self._path.stat().st_size, False
        with closing(self._scored(behind, before)) as scored, without_collection():
            for batch in scored:
                run.total = self._gate.passed(partial(retrying, partial(self._booking.book, batch)))
                run.cursor, run.noted = batch.cursor, True
                finished = batch.last
                progress(batch.done, size)
                del batch  # makes room before the next one comes: a batch is the largest thing in memory
        return finished

    def _before_booking(self) -> None:
        """What is done while the first batch is being scored."""
        self._gate.check()
        self._gate.passed(self._booking.warm_up)

    def rehearse(self) -> Receipt:
        """The receipt as it would be; nothing is stored."""
        run = self._run
        if repeated := run.repeated():
            return attrs.evolve(repeated, dry_run=True)
        behind, seen = run.resume(), dict[str, str]()
        before = run.total.copy()
        problems, evidence = run.problems(), run.evidence()
        limiting = Limiting(self._installation.programme.settings, self._now)
        with closing(self._scored(behind, self._gate.rehearse)) as scored, without_collection():
            for batch in scored:
                if batch.corrections or batch.of_orders or batch.of_totals or self._is_corrected():
                    return self._rehearse_by_booking(behind, before)
                with self._database.reading() as connection:
                    batch.drop_taken({key: seen[key] for key in batch.lines if key in seen}, {})
                    try:
                        proofs = foresee(connection, limiting.settings, batch, self._reporter, limiting)
                    except TakesBack:
                        return self._rehearse_by_booking(behind, before)
                seen |= {line[1]: line[2] for line in batch.lines.values()}
                batch.would_book()
                run.total.add(batch.tally)
                evidence += [{"line": line[4], "document": line[5][2], "booked": booked_as_json(booked)}
                             for line, booked in proofs]
                problems += [one.as_json() for one in batch.problems]
        problems.sort(key=lambda one: one["line"])
        return attrs.evolve(run.receipt(run.total), dry_run=True, problems=problems, evidence=evidence)

    def _is_corrected(self) -> bool:
        with self._database.reading() as connection:
            return corrections.any_there(connection)

    def _rehearse_by_booking(self, behind: int, before: Tally) -> Receipt:
        """The same where points may be taken back: the file is booked, looked at and rolled back as a whole."""
        run, noted = self._run, self._run.noted
        run.total, run.cursor = before.copy(), behind
        with closing(self._scored(behind)) as scored:
            batches = list(scored)
        try:
            with self._database.writing() as connection:
                for batch in batches:
                    run.total = self._booking.within(connection, batch)
                    run.cursor, run.noted = batch.cursor, True
                problems, evidence = stored_problems(connection, run.id), stored_evidence(connection, run.id)
                connection.rollback()
        except AliasEnded:
            run.noted = noted
            return self._rehearse_by_booking(behind, before)
        run.noted = noted
        return attrs.evolve(run.receipt(run.total), dry_run=True, problems=problems, evidence=evidence)

    def _scored(self, behind: int, meanwhile: Callable[[], None] = lambda: None) -> Generator[ScoredBatch]:
        yield from scored_batches(self._installation, self._run.source, self._path, self._now, behind, meanwhile)
