"""Merging: the legs by which all that an account holds moves to another one, and comes back. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from treuwerk.domain.ledger import FOREVER, Book
from treuwerk.domain.lots import Part, first_of, last_of, total
from treuwerk.domain.movements import Leg, Legs, Recoverable, reversed_credit


class Owned(NamedTuple):
    """An open lot with all its terms."""

    transaction_id: int
    line: int
    book: Book
    unit: str
    remaining: int
    active_from: int | None
    expires_at: int

    @property
    def part(self) -> Part:
        """All that is left of it."""
        return Part(self.transaction_id, self.line, self.remaining, self.expires_at)


class Taken(NamedTuple):
    """What of one unit was moved: the parts of the giver's lots by book, and what it owed."""

    participant: Sequence[Part] = ()
    pending: Sequence[Part] = ()
    deficit: int = 0

    @property
    def points(self) -> int:
        """Points that were moved, what was owed aside."""
        return total(self.participant) + total(self.pending)


def moved_out(lots: Sequence[Owned], deficits: Mapping[str, int]) -> Legs:
    """All lots and deficits leave an account."""
    return tuple(leg for unit in _units(lots, deficits) for leg in _out(unit, lots, deficits.get(unit, 0)))


def _out(unit: str, lots: Sequence[Owned], deficit: int) -> Iterator[Leg]:
    moved = 0
    for book in (Book.PARTICIPANT, Book.PENDING):
        parts = tuple(lot.part for lot in lots if (lot.unit, lot.book) == (unit, book))
        moved += total(parts)
        yield from _nonzero(Leg(book, unit, -total(parts), parts))
    yield from _nonzero(Leg(Book.DEFICIT, unit, deficit), Leg(Book.TRANSFER, unit, moved - deficit))


def moved_in(lots: Sequence[Owned], deficits: Mapping[str, int],
             kept_until: Mapping[str, int | None]) -> list[tuple[Leg, Owned | None]]:
    """All lots and deficits come to an account, each leg beside the lot that it was.

    Lots keep their terms. What activity kept of a unit, `kept_until` tells.
    """
    legs: list[tuple[Leg, Owned | None]] = []
    for unit in _units(lots, deficits):
        own = [lot for lot in lots if lot.unit == unit]
        owed = deficits.get(unit, 0)
        legs += [(leg, None) for leg in _nonzero(Leg(Book.TRANSFER, unit, owed - sum(lot.remaining for lot in own)))]
        keeps = kept_until.get(unit)
        legs += [(leg, None) for leg in _nonzero(Leg(Book.DEFICIT, unit, -owed, keeps_until=keeps))]
        legs += [(Leg(lot.book, unit, lot.remaining, (), lot.active_from,
                      None if lot.expires_at == FOREVER else lot.expires_at, keeps), lot) for lot in own]
    return legs


def returned(unit: str, taken: Taken) -> Legs:
    """What was moved comes back into the very lots that it was taken from."""
    return tuple(_nonzero(Leg(Book.PARTICIPANT, unit, total(taken.participant), tuple(taken.participant)),
                          Leg(Book.PENDING, unit, total(taken.pending), tuple(taken.pending)),
                          Leg(Book.DEFICIT, unit, -taken.deficit),
                          Leg(Book.TRANSFER, unit, taken.deficit - taken.points)))


class Debts(NamedTuple):
    """What an account owes of a unit, and the points by which it made good what it owed, those to come back first last.

    `expires_at` is the end of a new lot, for points that have no room in those.
    """

    owed: int = 0
    paid: Sequence[Part] = ()
    expires_at: int | None = None


def handed_back(unit: str, taken: Taken, there: Recoverable, missing_to: Book, debts: Debts, now: int) -> Legs:
    """The other side of `returned`: points as of a reversed credit, and the debt that was taken over goes.

    Where points have made good that debt meanwhile, they come back into their lots, whether those have expired or not.
    """
    legs: Legs = ()
    if taken.points:
        legs += reversed_credit(unit, taken.points, there, missing_to, Book.TRANSFER)
    if taken.deficit:
        open_debt = min(taken.deficit, debts.owed)
        back = last_of(debts.paid, taken.deficit - open_debt)
        rest = taken.deficit - open_debt - total(back)
        legs += tuple(_nonzero(Leg(Book.DEFICIT, unit, open_debt),
                               Leg(Book.PARTICIPANT, unit, total(back), tuple(back)),
                               Leg(Book.PARTICIPANT, unit, rest, (), now, debts.expires_at),
                               Leg(Book.TRANSFER, unit, -taken.deficit)))
    return legs


def net_of(parts: Iterable[Part], most: Mapping[tuple[int, int], int]) -> list[Part]:
    """Parts of lots, none above what its lot can take back."""
    return [one for part in parts
            for one in first_of([part], min(part.amount, most.get((part.transaction_id, part.line), 0)))]


def _units(lots: Sequence[Owned], deficits: Mapping[str, int]) -> list[str]:
    return sorted({lot.unit for lot in lots} | {unit for unit, owed in deficits.items() if owed})


def _nonzero(*legs: Leg) -> Iterator[Leg]:
    return (leg for leg in legs if leg.amount)
