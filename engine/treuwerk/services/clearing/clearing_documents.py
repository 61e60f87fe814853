"""Clearing of documents that are in memory: what a clerk decided, what was released, what came as a request.

The same matching, rules and booking as for files, in one transaction together with what else belongs to it, such as the
state of a submission. At most some thousand lines: what is larger is a file.
"""

from collections.abc import Callable, Sequence
from functools import partial

import attrs
from sqlalchemy import Connection

from treuwerk.domain.documents import Document
from treuwerk.domain.ledger import moment
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.batch_booking import AliasEnded, BatchBooking
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.clearing.intake import count_documents, last_line
from treuwerk.services.clearing.matching import Matcher
from treuwerk.services.clearing.ownership import Reporter
from treuwerk.services.clearing.plugin_failures import rules_now
from treuwerk.services.clearing.receipts import Receipt, Tally
from treuwerk.services.clearing.scoring import ScoredBatch, score
from treuwerk.services.installation import Installation
from treuwerk.store.retrying import retrying


@attrs.frozen
class Entry:
    """What is entered: `source` as documents name it, `name` as people read it, `sha256` of its content.

    Documents of a source of the programme are direct. All others are reported: they belong to whoever `owner` names,
    such as the public id of a submission, else to this entry. `confirmed` are the places (`at`) of lines that a person
    looked at and books in spite of a hint.
    """

    source: str
    name: str
    sha256: str
    owner: str = ""
    confirmed: frozenset[int] = frozenset()

    def reporter(self, settings: Settings) -> Reporter:
        """Who brings the documents."""
        if self.source in {one.head.name for one in settings.sources}:
            return Reporter(self.source, confirmed=self.confirmed)
        return Reporter(self.owner or f"{self.source}/{self.sha256}", False, self.confirmed)


Effects = Callable[[Connection, ClearingRun], None]
"""What belongs to a booking: written in its transaction, behind it."""


def clear_documents(installation: Installation, documents: Sequence[Document], entry: Entry, now: int, *, actor: str,
                    effects: Effects = lambda connection, run: None) -> Receipt:
    """Clear documents in one transaction. The same entry a second time books nothing and names the first receipt.

    Raises:
        RunTaken: another process is clearing the same entry.
    """
    run = ClearingRun(installation.database, entry.source, entry.name, entry.sha256, now, actor)
    if repeated := run.repeated():
        return repeated
    booking = BatchBooking(installation, run, now, actor, entry.reporter(installation.programme.settings))
    while True:
        batch = scored_documents(installation, documents, now)
        try:
            run.total = retrying(partial(_booked, installation, booking, run, batch, effects))
        except AliasEnded:  # the next look does not see that decision any more
            continue
        return run.finished()


def clear_batch(installation: Installation, batch: ScoredBatch, run: ClearingRun, reporter: Reporter, now: int, *,
                actor: str, effects: Effects) -> Receipt:
    """Book a batch that somebody scored, in one transaction with `effects`.

    Raises:
        RunTaken: another process is clearing the same.
    """
    booking = BatchBooking(installation, run, now, actor, reporter)
    run.total = retrying(partial(_booked, installation, booking, run, batch, effects))
    return run.finished()


def scored_documents(installation: Installation, documents: Sequence[Document], now: int) -> ScoredBatch:
    """What documents would earn, before the database has its word."""
    settings = installation.programme.settings
    today = moment(now).astimezone(settings.programme.time_zone).date()
    with installation.database.reading() as connection:
        matcher = Matcher(settings, today, connection)
        matcher.learn(connection, documents)
        rules = rules_now(connection, installation.programme)
    batch = score(documents, matcher, rules, installation.programme.totals)
    batch.tally.documents, _ = count_documents(documents, "")
    batch.cursor = max(map(last_line, documents), default=0)
    return batch


def _booked(installation: Installation, booking: BatchBooking, run: ClearingRun, batch: ScoredBatch,
            effects: Effects) -> Tally:
    run.total, run.noted = Tally(), False  # an attempt before this one left nothing
    with installation.database.writing() as connection:
        run.total = booking.within(connection, batch)
        run.noted = True
        run.finish_within(connection)
        effects(connection, run)
    return run.total
