"""The difference between what goods earned alone and what they are worth as part of a whole, booked or taken back.

What is given is one booking for each line, all of them written together; what is taken back goes by what was stored
with those bookings, like every other reversal.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.assemblies import Origin, completion_key
from treuwerk.domain.earning import steps_as_json
from treuwerk.domain.ledger import FOREVER, Book, TransactionKind
from treuwerk.domain.movements import Legs
from treuwerk.domain.recalculations import is_recalculated
from treuwerk.domain.records import PostingValues
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.limited_changes import Change, award_of
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.ledger.batch_reversing import BatchReversals, Return
from treuwerk.services.ledger.bookkeeping import Order, expire_forgotten, settle_deficits
from treuwerk.services.ledger.terms import TermsTable
from treuwerk.store import many
from treuwerk.store.assemblies import Credited, note_bookings
from treuwerk.store.balances import credit as credit_balances
from treuwerk.store.moving import MOVED
from treuwerk.store.sealed_batch import SealedBatch

_ANEW = "r"
_ISSUANCE, _PARTICIPANT = Book.ISSUANCE.value, Book.PARTICIPANT.value


def _by_line(change: Change) -> tuple[int, int]:
    return change.line.account_id, change.line.line_id


@attrs.define
class Completing:
    """Books changes of accounts that are locked; afterwards it says what they came to, and `seal` closes them."""

    settings: Settings
    now: int
    actor: str
    cause: str
    limiting: Limiting
    points: dict[str, int] = attrs.field(factory=dict)
    newest: int = 0
    legs: Legs = ()
    """Those of what was taken back."""
    _given: tuple[Connection, SealedBatch] | None = None
    _taken: BatchReversals | None = None

    def write(self, connection: Connection, changes: Sequence[Change], ids: Iterator[int]) -> None:
        """Book changes; `ids` are larger than those of all that is booked of these accounts."""
        if giving := [one for one in changes if one.of(given=True)]:
            self._give(connection, giving, ids)
        if taking := [one for one in changes if one.lowering or one.of(given=False)]:
            self._take_back(connection, taking, max(next(ids), self.newest))

    def seal(self) -> None:
        """Close what was booked, last of all: writers wait for each other from here to the commit."""
        if self._given:
            self._given[1].seal(self._given[0])
        if self._taken:
            self._taken.seal()

    def _give(self, connection: Connection, changes: Sequence[Change], ids: Iterator[int]) -> None:
        terms, batch, given = TermsTable(self.settings, self.now), SealedBatch(self.now), _Credits()
        changes = sorted(changes, key=_by_line)
        for change in changes:
            self._add(batch, next(ids), change, terms, given)
        if given.kept:
            expire_forgotten(connection, self.settings, {account for account, _ in given.points}, self.now)
        batch.write(connection, _ISSUANCE, {home: -points for home, points in given.points.items()})
        note_bookings(connection, [(account, change.line.line_id, number)
                                   for (account, number), change in zip(batch.members, changes, strict=True)])
        credit_balances(connection, given.points, given.pending, given.kept)
        settle_deficits(connection, self.settings, batch.newest, self.now, given.points)
        self._given, self.newest = (connection, batch), max(batch.newest.values())
        for (_, unit), points in given.points.items():
            self.points[unit] = self.points.get(unit, 0) + points

    def _add(self, batch: SealedBatch, number: int, change: Change, terms: TermsTable, given: "_Credits") -> None:
        """One booking: per origin a leg for the participant, a leg against issuance, and a lot."""
        line, awards, legs, told = change.line, list[dict[str, Any]](), list[PostingValues](), dict[str, int]()
        account, anew = line.account_id, is_recalculated(line.order_key)
        for (rule, revision, unit), owed in change.of(given=True).items():
            book, active, expires, keeps = terms[rule, unit, line.day]
            at = len(legs) + 1
            self.limiting.use(award_of(change, (rule, revision, unit), owed.points), number, at)
            legs += [(account, number, at, book, unit, owed.points, active, expires, keeps),
                     (account, number, at + 1, _ISSUANCE, unit, -owed.points, None, None, None)]
            batch.lots.append((account, number, at, book, unit, owed.points, owed.points, active,
                               FOREVER if expires is None else expires, True))
            given.add((account, unit), owed.points, waits=active is None, keeps=keeps)
            if book == _PARTICIPANT:
                told[unit] = told.get(unit, 0) + owed.points
            awards.append({"line": at, "unit": unit, "points": owed.points, "rule": rule, "revision": revision,
                           "steps": json.loads(steps_as_json(owed.steps)), **({} if anew else {"since": change.since})})
        kind = TransactionKind.RECALCULATION if anew else TransactionKind.COMPLETION
        key = completion_key(line.purchase_key, f"{_ANEW * anew}{len(change.before) + 1}")
        order = self._order(change, kind, key,
                            None if line.alone == "[]" else line.line_id, awards, change.since)
        batch.add(order.row(number, self.now, self.settings.programme.time_zone, _written(awards)), legs)
        batch.tell(account, number, MOVED, json.dumps(
            {"transaction": str(number), "kind": kind.value, "amounts": told}))

    def _order(self, change: Change, kind: TransactionKind, key: str, refers_to: int | None,
               awards: Sequence[Mapping[str, Any]], day: str) -> Order:
        facts = (change.line.line_id, change.gone, *(f"{award['unit']}:{award['points']}" for award in awards))
        return Order(change.line.account_id, kind, key, facts, change.cause or self.cause, self.actor, occurred_on=day,
                     refers_to=refers_to)

    def _take_back(self, connection: Connection, changes: Sequence[Change], behind: int) -> None:
        """Take points back, of the latest booking of a line first."""
        standings = many.lock(connection, sorted({one.line.account_id for one in changes}))
        self._taken = BatchReversals(connection, self.settings, standings, self.now, behind)
        self._taken.write([one for change in sorted(changes, key=_by_line) for one in self._returns(change)])
        self.newest, self.legs = max(self.newest, self._taken.newest), tuple(self._taken.legs)
        for unit, points in self._taken.points.items():
            self.points[unit] = self.points.get(unit, 0) + points

    def _returns(self, change: Change) -> Iterator[Return]:
        need = {origin: -owed.points for origin, owed in change.of(given=False).items()}
        prefix = _ANEW * is_recalculated(change.line.order_key)
        for number, one in reversed(list(enumerate(change.before, start=1))):
            awards = [award for award in (_taken(award, one, need, change) for award in one.awards) if award]
            if awards:
                key = completion_key(change.line.purchase_key, f"{prefix}{number}-{one.reversals + 1}")
                order = self._order(change, TransactionKind.REVERSAL, key, one.id, awards, "")
                yield Return(order, 0, change.line.quantity, change.gone, awards)
        if change.lowering:
            left = "".join(f"{award['line']}:{award['left']}," for award in change.lowering)
            key = completion_key(change.line.purchase_key, f"{prefix}0-{change.lowered + 1}")
            order = self._order(change, TransactionKind.REVERSAL, key, change.line.line_id, change.lowering, "")
            yield Return(attrs.evolve(order, facts=(*order.facts, left)), 0, change.line.quantity, change.gone,
                         change.lowering)


@attrs.define
class _Credits:
    """What balances must know: points, those of them that wait for an act, and how long activity keeps them."""

    points: dict[tuple[int, str], int] = attrs.field(factory=dict)
    pending: dict[tuple[int, str], int] = attrs.field(factory=dict)
    kept: dict[tuple[int, str], int] = attrs.field(factory=dict)

    def add(self, home: tuple[int, str], points: int, *, waits: bool, keeps: int | None) -> None:
        """Note points of an account and unit."""
        self.points[home] = self.points.get(home, 0) + points
        if waits:
            self.pending[home] = self.pending.get(home, 0) + points
        if keeps is not None:
            self.kept[home] = max(keeps, self.kept.get(home, keeps))


def _taken(award: Mapping[str, Any], of: Credited, need: dict[Origin, int], change: Change) -> dict[str, Any] | None:
    """What goes back of an award; `need` is what is still to be taken, which it lessens."""
    origin = award["rule"], award["revision"], award["unit"]
    undone = sum(one["points"] for one in of.undone if (one["rule"], one["revision"], one["unit"]) == origin)
    points = min(need.get(origin, 0), award["points"] - undone)
    if points <= 0:
        return None
    need[origin] -= points
    return {**award, "points": points, "returned": change.gone, "of": change.line.quantity}


def _written(awards: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(awards, separators=(",", ":"), ensure_ascii=False)
