"""The difference between what totals are worth by now and what is booked of them, given or taken back.

What is given is one booking for each total, all of them written together; what is taken back goes by what was stored
with those bookings, from the latest one on.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.assemblies import Origin, Owed
from treuwerk.domain.ledger import TransactionKind
from treuwerk.domain.movements import Legs
from treuwerk.domain.totals import booking_key
from treuwerk.programme.settings import Settings
from treuwerk.services.clearing.correcting import summed
from treuwerk.services.ledger.batch_crediting import BatchCredits, Gift
from treuwerk.services.ledger.batch_reversing import BatchReversals, Return
from treuwerk.services.ledger.bookkeeping import Order
from treuwerk.services.ledger.points_back import Award
from treuwerk.services.ledger.taking_latest import taken
from treuwerk.store import many
from treuwerk.store.credited import Credited
from treuwerk.store.totals import note_bookings


class TotalChange(NamedTuple):
    """What is to be booked of a total: by origin points to give, or below zero to take back.

    `day` is the last one on which something counts, `counted` and `lines` what counts by now; `before` what was booked,
    oldest first.
    """

    account_id: int
    total: str
    day: str
    counted: str
    lines: int
    by_origin: Mapping[Origin, Owed]
    before: Sequence[Credited]

    def of(self, *, given: bool) -> dict[Origin, Owed]:
        """What is to be given, or what is to be taken back."""
        return {origin: owed for origin, owed in self.by_origin.items() if (owed.points > 0) is given}


@attrs.define
class TotalBookings:
    """Books changes of accounts that are locked; afterwards it says what they came to, and `seal` closes them."""

    settings: Settings
    now: int
    actor: str
    cause: str
    points: dict[str, int] = attrs.field(factory=dict)
    newest: int = 0
    failed: list[str] = attrs.field(factory=list)
    """Why totals could not be looked at."""
    _given: BatchCredits | None = None
    _taken: BatchReversals | None = None

    @property
    def legs(self) -> Legs:
        """Those of what was taken back."""
        return tuple(self._taken.legs) if self._taken else ()

    def write(self, connection: Connection, changes: Sequence[TotalChange], ids: Iterator[int]) -> None:
        """Book changes, which come in the order of accounts."""
        if giving := [one for one in changes if one.of(given=True)]:
            self._give(connection, giving, ids)
        if taking := [one for one in changes if one.of(given=False)]:
            self._take_back(connection, taking, max(next(ids), self.newest))

    def seal(self) -> None:
        """Close what was booked, last of all: writers wait for each other from here to the commit."""
        if self._given:
            self._given.seal()
        if self._taken:
            self._taken.seal()

    def _give(self, connection: Connection, changes: Sequence[TotalChange], ids: Iterator[int]) -> None:
        self._given = BatchCredits(self.settings, self.now)
        booked = self._given.write(connection, [self._gift(change) for change in changes], ids)
        note_bookings(connection, [(account, change.total, number)
                                   for (account, number), change in zip(booked, changes, strict=True)])
        self.newest, self.points = self._given.newest, summed(self.points, self._given.points)

    def _gift(self, change: TotalChange) -> Gift:
        owed = change.of(given=True)
        points = [f"{unit}:{one.points}" for (_, _, unit), one in owed.items()]
        order = Order(change.account_id, TransactionKind.TOTAL, booking_key(change.total, str(len(change.before) + 1)),
                      (change.counted, change.lines, *points), self.cause, self.actor, occurred_on=change.day)
        return Gift(order, change.day, owed, {"counted": change.counted, "lines": change.lines})

    def _take_back(self, connection: Connection, changes: Sequence[TotalChange], behind: int) -> None:
        standings = many.lock(connection, sorted({one.account_id for one in changes}))
        self._taken = BatchReversals(connection, self.settings, standings, self.now, behind)
        self._taken.write([one for change in changes for one in self._returns(change)])
        self.newest = max(self.newest, self._taken.newest)
        self.points = summed(self.points, self._taken.points)

    def _returns(self, change: TotalChange) -> Iterator[Return]:
        need = {origin: -owed.points for origin, owed in change.of(given=False).items()}
        for number, one in reversed(list(enumerate(change.before, start=1))):
            if awards := taken(one, need):
                yield Return(self._back(change, f"{number}-{one.reversals + 1}", one.id, awards), 0, 1, 0, awards)

    def _back(self, change: TotalChange, number: str, refers_to: int, awards: Sequence[Award]) -> Order:
        points = [f"{award['unit']}:{award['points']}" for award in awards]
        return Order(change.account_id, TransactionKind.REVERSAL, booking_key(change.total, number),
                     (change.counted, change.lines, *points), self.cause, self.actor, refers_to=refers_to)
