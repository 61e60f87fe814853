"""Corrections in the transaction of their batch: what they take back is found, booked and kept.

A correction is kept by its key, for good, and what it took by correction and line: so files may come in any order and
any number of times. One that meets nothing waits; the purchase that comes later finds it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.correction_plans import Plan, about, planned
from treuwerk.domain.corrections import (
    FROM_LATEST,
    BookedLine,
    Correction,
    CorrectionKind,
    Place,
    Take,
    Taken,
    outdone,
    reversal_key,
    target,
    target_of,
)
from treuwerk.domain.ledger import TransactionKind
from treuwerk.programme.settings import Settings, UnreferencedReturns
from treuwerk.services.clearing.clearing_run import ClearingRun
from treuwerk.services.clearing.known_corrections import Known, concerned, goods, row_of, targets_of
from treuwerk.services.clearing.said_again import (
    free_older_serials,
    park_unknown_changes,
    release_changes,
    settle_versions,
)
from treuwerk.services.clearing.scoring import ScoredBatch, ScoredLine
from treuwerk.services.clearing.serials import Numbered
from treuwerk.services.clearing.waiting_corrections import waiting
from treuwerk.services.ledger.batch_reversing import BatchReversals, Return
from treuwerk.services.ledger.bookkeeping import Order
from treuwerk.store import corrections as store
from treuwerk.store import many, work
from treuwerk.store.ownership import BookedLine as Stored
from treuwerk.store.serials import free_serials, free_some_serials, normalised


@attrs.define
class Outcome:
    """What corrections did in a batch."""

    reversals: BatchReversals | None = None
    open: Mapping[str, int] = attrs.field(factory=dict)
    documents: set[str] = attrs.field(factory=set)
    """Targets of documents that are booked."""
    touched: set[Place] = attrs.field(factory=set)
    """Lines, with their accounts, of which something was taken."""
    doubtful: set[str] = attrs.field(factory=set)


class Met(NamedTuple):
    """Corrections that a batch has to do with; of its own, those that were kept before are `waiting`, since when."""

    known: Known
    waiting: Mapping[str, int]
    accounts: Collection[int]
    """Whose points may be taken back."""


class Corrector:
    """Corrects the purchases of the batches of one run."""

    def __init__(self, settings: Settings, run: ClearingRun, now: int, actor: str) -> None:
        self._settings, self._run, self._now, self._actor = settings, run, now, actor

    @property
    def _latest_counts(self) -> bool:
        return self._settings.clearing.unreferenced_returns is UnreferencedReturns.LATEST

    def take_turn(self, connection: Connection, batch: ScoredBatch) -> None:
        """Before anything else: batches that correct are alone, others share their turn."""
        store.take_turn(connection, alone=bool(batch.corrections))

    def prepare(self, connection: Connection, batch: ScoredBatch) -> None:
        """Before lines are claimed: changes that were kept come with what they change, others are kept until then."""
        if batch.lines and store.any_change_waits(connection):
            release_changes(connection, batch)
        free_serials(connection, {int(one.line) for one in batch.corrections.values()
                                  if one.kind is CorrectionKind.OUTDONE})
        if not any(one.kind is CorrectionKind.VERSION for one in batch.corrections.values()):
            return
        many.by_index(connection)
        known = store.lines_of(connection, about(batch.corrections.values()))
        settle_versions(connection, batch, known)
        free_older_serials(connection, batch, known)
        park_unknown_changes(batch, known)

    def meet(self, connection: Connection, batch: ScoredBatch, booked: Numbered,
             aliases: Sequence[tuple[str, int, int]]) -> Met | None:
        """Find what the corrections of a batch are about, and what earlier ones say of the lines `booked`.

        `aliases` are (target, account, line) of other documents that lines stand for. None: nothing is corrected.
        """
        store.note_aliases(connection, aliases)
        if not batch.corrections and not store.any_there(connection):
            return None
        many.by_index(connection)
        before = self._without_known(connection, batch)
        targets = {target_of(line[1]) for _, line in booked} | set(about(batch.corrections.values()))
        targets |= {name for name, _, _ in aliases}
        if self._latest_counts:
            targets |= {goods(line[0], line[5][5]) for _, line in booked}
        known = concerned(connection, targets, batch.corrections, before)
        latest = self._latest(connection, known.corrections.values(), known.lines)
        known.lines = _as_booked(known.lines, booked)
        return Met(known, before, {
            line.account_id for line in (*known.lines, *(line for some in latest.values() for line in some))})

    def correct(self, connection: Connection, batch: ScoredBatch, met: Met | None) -> Outcome:
        """Take back what corrections say, once the lines of the batch are booked; its tally and problems tell of it."""
        if met is None:
            return Outcome()
        known, before, _ = met
        outcome = self._apply(connection, known)
        self._keep(connection, [one for key, one in batch.corrections.items() if key not in before], outcome)
        since = known.since
        store.set_open(connection, [key for key in since if key not in outcome.open and since[key] is not None], None)
        store.set_open(connection, [key for key in outcome.open if since.get(key, 0) is None], self._now)
        self._tell(batch, outcome)
        settled = [key for key in known.corrections if key not in outcome.open and key not in batch.corrections]
        work.close_settled(connection, store.settle(
            connection, settled + [key for key in before if key not in outcome.open], self._now), self._now)
        return outcome

    @staticmethod
    def _without_known(connection: Connection, batch: ScoredBatch) -> dict[str, int]:
        """Take corrections out of the batch that are known and settled; those that still wait stay, with since when."""
        still: dict[str, int] = {}
        for key, before in store.known(connection, batch.corrections).items():
            one = batch.corrections[key]
            if before.content != one.content:
                batch.contradict(batch.corrections.pop(key))
            elif before.open_since is None:
                batch.tally.duplicate += batch.corrections.pop(key).lines
            else:
                still[key] = before.open_since
        return still

    def _keep(self, connection: Connection, new: Sequence[Correction], outcome: Outcome) -> None:
        """Keep corrections that nobody knew: what has met nothing waits."""
        rows = [row_of(one, self._run.id, self._now, self._now if one.key in outcome.open else None) for one in new]
        store.note(connection, rows, [(name, one.key) for one in new for name in targets_of(one)])

    def _apply(self, connection: Connection, known: Known) -> Outcome:
        corrections, lines = known.corrections.values(), known.lines
        latest = self._latest(connection, corrections, lines)
        together = [*lines, *(line for some in latest.values() for line in some)]
        standings = many.lock(connection, sorted({line.account_id for line in together}))  # before what is left counts
        taken = store.taken(connection, together, [FROM_LATEST + key for key in latest])
        gone = store.returned(connection, together)
        latest = {key: [_with_hand(line, gone, taken) for line in some] for key, some in latest.items()}
        plan = planned(list(corrections), [_with_hand(line, gone, taken) for line in lines], taken, latest)
        reversals = BatchReversals(connection, self._settings, standings, self._now, next(self._run.ids))
        self._carry_out(connection, reversals, plan, known.corrections, taken, gone)
        return Outcome(reversals, plan.open, {target_of(line.key) for line in lines},
                       {(take.line.account_id, take.line.id) for take in plan.takes}, plan.doubtful)

    def _latest(self, connection: Connection, corrections: Iterable[Correction],
                lines: Sequence[BookedLine]) -> dict[str, list[BookedLine]]:
        """The lines to take from, where a return names no document that is known and the programme says `latest`."""
        if not self._latest_counts:
            return {}
        there = {target_of(line.key) for line in lines}
        lost = [one for one in corrections if _may_be_any(one) and not there & set(one.targets)]
        found = store.lines_with(connection, {(one.account_id, one.article) for one in lost})
        return {one.key: [line for line in found[one.account_id, one.article] if line.day <= one.day] for one in lost}

    def _carry_out(self, connection: Connection, reversals: BatchReversals, plan: Plan,
                   by_key: Mapping[str, Correction], taken: Taken, returned: Mapping[Place, int]) -> None:
        """Book what is taken, in the order of accounts and lines, and note it by correction."""
        gone, back = {at: sum(of.values()) for at, of in taken.items()}, dict(returned)
        rows, returns, reversed_at = list[list[Any]](), list[Return](), list[int]()
        for take in sorted(plan.takes, key=lambda take: (take.line.account_id, take.line.id, take.day, take.key)):
            at = take.line.account_id, take.line.id
            after = gone.get(at, 0)
            gone[at] = after + take.pieces
            if take.line.earned:
                returns.append(self._return(take, after, back.get(at, 0), by_key))
                back[at] = back.get(at, 0) + take.pieces
                reversed_at.append(len(rows))
            rows.append([*at, after, take.key, take.pieces, None, self._run.id, take.day])
        for place, number in zip(reversed_at, reversals.write(returns), strict=True):
            rows[place][5] = number
        store.note_taken(connection, [tuple(row) for row in rows])
        self._free_serials(connection, plan.takes, gone, by_key)

    def _return(self, take: Take, after: int, returned: int, by_key: Mapping[str, Correction]) -> Return:
        """What a correction takes of a line, by the breakdown that is stored with its accrual."""
        line, one = take.line, by_key.get(take.key.removeprefix(FROM_LATEST))
        cause = f"{self._run.source}:{self._run.id}:{one.at if one else 0}"
        order = Order(line.account_id, TransactionKind.REVERSAL, reversal_key(take.key, line.key, after),
                      (line.id, take.pieces), cause, self._actor, occurred_on=take.day, refers_to=line.id)
        return Return(order, take.pieces, line.quantity, returned)

    @staticmethod
    def _free_serials(connection: Connection, takes: Sequence[Take], gone: Mapping[tuple[int, int], int],
                      by_key: Mapping[str, Correction]) -> None:
        """Goods that came back can be bought again: all serials of a line that is gone, else those that were named."""
        whole = {take.line.id for take in takes if gone[take.line.account_id, take.line.id] >= take.line.quantity}
        free_serials(connection, whole)
        named = {(take.line.id, normalised(serial)) for take in takes if take.line.id not in whole
                 if (one := by_key.get(take.key.removeprefix(FROM_LATEST))) for serial in one.serials}
        free_some_serials(connection, named)

    def _tell(self, batch: ScoredBatch, outcome: Outcome) -> None:
        """Count the fate of each line of the batch that corrects."""
        days = self._settings.clearing.parked_days
        for key, one in batch.corrections.items():
            if key not in outcome.open:
                batch.tally.booked += one.lines
                batch.tally.corrected += one.lines
                continue
            for _ in range(one.lines):
                batch.set_aside(waiting(one, outcome.open[key], outcome.documents, outcome.doubtful, days))


def _may_be_any(one: Correction) -> bool:
    """Whether a return may be about any purchase of its article, since it names none that is known."""
    return any(name.startswith("@") for name in targets_of(one))


def _with_hand(line: BookedLine, gone: Mapping[tuple[int, int], int], taken: Taken) -> BookedLine:
    at = line.account_id, line.id
    return line._replace(by_hand=max(0, gone.get(at, 0) - sum(taken.get(at, {}).values())))


def _as_booked(lines: Iterable[BookedLine], booked: Numbered) -> list[BookedLine]:
    """Lines as they are once those of a batch are booked, which are in the books under their ids only then."""
    new = {(line[0], line_id): (line[1], bool(line[-1])) for line_id, line in booked}
    return [line._replace(key=new[at][0], earned=new[at][1]) if (at := (line.account_id, line.id)) in new else line
            for line in lines]


def outdone_by(line: ScoredLine, before: Sequence[Stored]) -> Iterator[Correction]:
    """That a line stands in the place of others."""
    for one in before:
        seller, _, number, _ = one.known_as.split("|")
        yield outdone(BookedLine(one.account_id, one.id, "", one.article, one.quantity, one.day, True), line[4],
                      line[5][2], [target(seller, number)])


def summed(*points: dict[str, int]) -> dict[str, int]:
    """Points by unit, added up."""
    totals: dict[str, int] = {}
    for some in points:
        for unit, amount in some.items():
            totals[unit] = totals.get(unit, 0) + amount
    return dict(sorted(totals.items()))
