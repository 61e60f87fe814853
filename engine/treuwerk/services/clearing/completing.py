"""The difference between what goods earned alone and what they are worth as part of a whole, booked or taken back.

What is given is one booking for each line, all of them written together; what is taken back goes by what was stored
with those bookings, like every other reversal.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.assemblies import completion_key
from treuwerk.domain.ledger import TransactionKind
from treuwerk.domain.movements import Legs
from treuwerk.domain.recalculations import is_recalculated
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.correcting import summed
from treuwerk.services.clearing.limited_changes import Change, award_of
from treuwerk.services.clearing.limiting import Limiting
from treuwerk.services.ledger.batch_crediting import BatchCredits, Gift, line_of
from treuwerk.services.ledger.batch_reversing import BatchReversals, Return
from treuwerk.services.ledger.bookkeeping import Order
from treuwerk.services.ledger.taking_latest import taken
from treuwerk.store import many
from treuwerk.store.assemblies import note_bookings

_ANEW = "r"


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
    _given: BatchCredits | None = None
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
            self._given.seal()
        if self._taken:
            self._taken.seal()

    def _give(self, connection: Connection, changes: Sequence[Change], ids: Iterator[int]) -> None:
        changes = sorted(changes, key=_by_line)
        self._given = BatchCredits(self.settings, self.now)
        booked = self._given.write(connection, [self._gift(change) for change in changes], ids)
        note_bookings(connection, [(account, change.line.line_id, number)
                                   for (account, number), change in zip(booked, changes, strict=True)])
        for (_, number), change in zip(booked, changes, strict=True):
            self._use(change, number)
        self.newest, self.points = self._given.newest, summed(self.points, self._given.points)

    def _use(self, change: Change, number: int) -> None:
        """Count what was given against caps and budgets."""
        for at, (origin, owed) in enumerate(change.of(given=True).items()):
            self.limiting.use(award_of(change, origin, owed.points), number, line_of(at))

    def _gift(self, change: Change) -> Gift:
        line, owed, anew = change.line, change.of(given=True), is_recalculated(change.line.order_key)
        kind = TransactionKind.RECALCULATION if anew else TransactionKind.COMPLETION
        key = completion_key(line.purchase_key, f"{_ANEW * anew}{len(change.before) + 1}")
        awards = [{"unit": unit, "points": one.points} for (_, _, unit), one in owed.items()]
        order = self._order(change, kind, key, None if line.alone == "[]" else line.line_id, awards, change.since)
        return Gift(order, line.day, owed, {} if anew else {"since": change.since})

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
        self.points = summed(self.points, self._taken.points)

    def _returns(self, change: Change) -> Iterator[Return]:
        need = {origin: -owed.points for origin, owed in change.of(given=False).items()}
        prefix = _ANEW * is_recalculated(change.line.order_key)
        for number, one in reversed(list(enumerate(change.before, start=1))):
            awards = taken(one, need)
            if awards:
                awards = [{**award, "returned": change.gone, "of": change.line.quantity} for award in awards]
                key = completion_key(change.line.purchase_key, f"{prefix}{number}-{one.reversals + 1}")
                order = self._order(change, TransactionKind.REVERSAL, key, one.id, awards, "")
                yield Return(order, 0, change.line.quantity, change.gone, awards)
        if change.lowering:
            left = "".join(f"{award['line']}:{award['left']}," for award in change.lowering)
            key = completion_key(change.line.purchase_key, f"{prefix}0-{change.lowered + 1}")
            order = self._order(change, TransactionKind.REVERSAL, key, change.line.line_id, change.lowering, "")
            yield Return(attrs.evolve(order, facts=(*order.facts, left)), 0, change.line.quantity, change.gone,
                         change.lowering)
