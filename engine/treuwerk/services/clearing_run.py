"""A run over one file: what is known of the file, how far the run came, and its receipt."""

from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import moment
from treuwerk.services.receipts import Receipt, Tally, stored_problems
from treuwerk.store import runs, work
from treuwerk.store.database import Database
from treuwerk.store.sealing import ids_behind


class ClearingRun:
    """One run; `cursor` is the last physical line whose fate is committed, `total` what all lines up to it came to.

    `noted` is whether the run itself is committed.
    """

    def __init__(self, database: Database, source: str, path: Path, sha256: str, now: int, actor: str) -> None:
        self._database, self._now, self._actor = database, now, actor
        self.source, self.path, self._sha256 = source, path, sha256
        with database.reading() as connection:
            self._earlier, self.ids = runs.runs_of(connection, sha256, source), ids_behind(connection, now)
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
        """Note the run, with its first batch, unless it is one that was taken up."""
        if not self.noted:
            runs.start_run(connection, {
                "id": self.id, "source": self.source, "file": self.path.name, "sha256": self._sha256,
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

    def finish(self) -> Receipt:
        """Note that every line has its fate; returns the receipt."""
        with self._database.writing() as connection:
            self.start(connection)  # where there was no batch
            runs.finish(connection, self.id, self._now)
            for run in self._earlier:  # over the same file: what they left open stands in this one
                if run.id != self.id:
                    work.close(connection, work.CLEARING, str(run.id), self._now)
            if self.total.waiting or self.total.rejected:
                work.put(connection, work.CLEARING, str(self.id), self._now, gist=self.path.name)
        return attrs.evolve(self.receipt(self.total), run=self.id, problems=self.problems())

    def receipt(self, tally: Tally) -> Receipt:
        """A receipt with these counters; it names the first run over the same file."""
        first = [{"run": str(run.id), "file": run.file, "at": moment(run.started_at).isoformat()}
                 for run in self._earlier if run.id != self.id]
        return Receipt(self.path.name, self._sha256, self.source, tally, first=first[0] if first else None)
