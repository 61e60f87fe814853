"""A run over one file or entry: what is known of it, how far the run came, and its receipt."""

from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import moment
from treuwerk.services.clearing.held_files import HeldFile, begin, known
from treuwerk.services.clearing.receipts import Receipt, Tally, stored_evidence, stored_problems
from treuwerk.store import corrections, runs, work
from treuwerk.store.database import Database
from treuwerk.store.sealing import ids_behind


class ClearingRun:
    """One run; `cursor` is the last physical line whose fate is committed, `total` what all lines up to it came to.

    `noted` is whether the run itself is committed, `held` what is known of a file that is or was held as a whole.
    """

    def __init__(self, database: Database, source: str, name: str, sha256: str, now: int, actor: str) -> None:
        self._database, self._now, self._actor = database, now, actor
        self.source, self.name, self._sha256 = source, name, sha256
        with database.reading() as connection:
            self._earlier, self.ids = runs.runs_of(connection, sha256, source), ids_behind(connection, now)
            self.held = known(connection, sha256, source)
        self.id, self.cursor, self.total, self.noted = next(self.ids), 0, Tally(), False

    def repeated(self) -> Receipt | None:
        """The receipt of a file of which nothing is left to do: it names the first one and books nothing."""
        done = [run for run in self._earlier if run.finished_at and not run.waiting and not run.rejected]
        if not done:
            return None
        return self.receipt(Tally(documents=done[0].documents, lines=done[0].lines, duplicate=done[0].lines))

    def resume(self) -> int:
        """Take up an interrupted run over the same file, if there is one; returns the line behind which to go on."""
        for run in self._earlier:
            if not run.finished_at:
                self.id, self.cursor, self.total, self.noted = run.id, run.cursor, Tally.of(run), True
        return self.cursor

    def start(self, connection: Connection) -> None:
        """Note the run, with its first batch, unless it is one that was taken up.

        Raises:
            NotReleased: the file is held after all.
        """
        if not self.noted:
            if self.held is not None:
                begin(connection, self.held, self._now)
            runs.start_run(connection, {
                "id": self.id, "source": self.source, "file": self.name, "sha256": self._sha256,
                "actor": self._actor, "started_at": self._now})

    def total_with(self, connection: Connection, batch: Tally, cursor: int) -> Tally:
        """The totals after a batch, noted in the transaction that books it."""
        total = self.total.copy()
        total.add(batch)
        runs.advance(connection, self.id, self.cursor, cursor, total.as_row())
        return total

    def problems(self) -> list[dict[str, Any]]:
        """The problems that are noted so far."""
        with self._database.reading() as connection:
            return stored_problems(connection, self.id)

    def evidence(self) -> list[dict[str, Any]]:
        """What came with this run and was booked before by another way."""
        with self._database.reading() as connection:
            return stored_evidence(connection, self.id)

    def finish(self) -> Receipt:
        """Note that every line has its fate; returns the receipt."""
        with self._database.writing() as connection:
            self.finish_within(connection)
        return self.finished()

    def finish_within(self, connection: Connection) -> None:
        """The same in a transaction that is open; `finished` gives the receipt after its commit."""
        self.start(connection)  # where there was no batch
        self.close_within(connection, self.total)

    def close_within(self, connection: Connection, total: Tally) -> None:
        """Note that every line has its fate in the transaction of the last batch, with the totals behind it."""
        runs.finish(connection, self.id, self._now)
        for run in self._earlier:  # over the same file: what they left open stands in this one
            if run.id != self.id:
                work.close(connection, work.CLEARING, str(run.id), self._now)
        if total.rejected or (total.waiting and corrections.waits_for_somebody(connection, self.id)):
            work.put(connection, work.CLEARING, str(self.id), self._now, gist=self.name)

    def finished(self) -> Receipt:
        """The receipt of a run that is finished."""
        return attrs.evolve(self.receipt(self.total), run=self.id, problems=self.problems(), evidence=self.evidence())

    def receipt(self, tally: Tally) -> Receipt:
        """A receipt with these counters; it names the first run over the same file."""
        first = [{"run": str(run.id), "file": run.file, "at": moment(run.started_at).isoformat()}
                 for run in self._earlier if run.id != self.id]
        return Receipt(self.name, self._sha256, self.source, tally, first=first[0] if first else None)

    def held_receipt(self, held: HeldFile) -> Receipt:
        """The receipt of a file of which nothing is booked, since it is held as a whole."""
        return attrs.evolve(self.receipt(Tally()), held=held.as_json())
