"""Movements: the legs of each kind of transaction. Pure; whoever calls has the account locked and its lots read.

The legs of a movement add up to zero per unit. A leg with `parts` moves points of lots that are there: it takes them
from their lots where its amount is below zero, and gives them back where it is above. A credit without parts makes a
lot of its own.
"""

from collections.abc import Iterable, Mapping, Sequence

import attrs

from treuwerk.domain.ledger import Book
from treuwerk.domain.lots import Lot, Part, first_of, lapsed, less, total

LOT_BOOKS = (Book.PARTICIPANT, Book.PENDING)


@attrs.frozen
class Leg:
    """One posting to be; terms as in `PostingRow`."""

    book: Book
    unit: str
    amount: int
    parts: Sequence[Part] = ()
    active_from: int | None = None
    expires_at: int | None = None
    keeps_until: int | None = None

    @property
    def makes_lot(self) -> bool:
        """Whether it brings new points rather than points of lots that are there."""
        return self.book in LOT_BOOKS and self.amount > 0 and not self.parts


Legs = tuple[Leg, ...]


def taken(unit: str, parts: Sequence[Part], into: Book, keeps_until: int | None = None) -> Legs:
    """Spendable points go to another book: redeemed, expired, transfer."""
    points = total(parts)
    return (Leg(Book.PARTICIPANT, unit, -points, tuple(parts), keeps_until=keeps_until), Leg(into, unit, points))


def held(unit: str, parts: Sequence[Part], keeps_until: int | None = None) -> Legs:
    """Points are reserved: nobody else can spend them, and they do not expire meanwhile."""
    points = total(parts)
    return (Leg(Book.PARTICIPANT, unit, -points, tuple(parts), keeps_until=keeps_until),
            Leg(Book.HELD, unit, points, tuple(parts)))


def captured(unit: str, parts: Sequence[Part]) -> Legs:
    """Reserved points are spent."""
    points = total(parts)
    return Leg(Book.HELD, unit, -points, tuple(parts)), Leg(Book.REDEEMED, unit, points)


@attrs.frozen
class Restoring:
    """What becomes of points that come back into their lots at `now`.

    Goods may have gone back while the points were away. Then they first make good what was missing: `losses` that the
    programme bore, by accrual, and the `deficit` of the participant; `origins` has the accrual behind the transaction
    of a lot. Of the rest is gone at once what has expired, by its own date or since all points of the unit were kept
    only until `kept_until`.
    """

    now: int
    kept_until: int | None = None
    deficit: int = 0
    losses: Mapping[int, int] = attrs.field(factory=dict)
    origins: Mapping[int, int] = attrs.field(factory=dict)


def released(unit: str, parts: Sequence[Part], restoring: Restoring) -> Legs:
    """Reserved points come back into their lots."""
    return Leg(Book.HELD, unit, -total(parts), tuple(parts)), *_given_back(unit, parts, restoring)


def cancelled(unit: str, parts: Sequence[Part], restoring: Restoring, against: Book = Book.REDEEMED) -> Legs:
    """Points that were spent, or taken `against` another book, come back into their lots."""
    return Leg(against, unit, -total(parts)), *_given_back(unit, parts, restoring)


@attrs.frozen
class Recoverable:
    """From where a credit can be taken back, in this order.

    Points that wait for an act, the credit's own lots, what of those expired unspent, and other lots as they are spent.
    """

    pending: Sequence[Lot] = ()
    own: Sequence[Lot] = ()
    expired: int = 0
    others: Iterable[Lot] = ()


def reversed_credit(unit: str, amount: int, there: Recoverable, missing_to: Book,
                    against: Book = Book.ISSUANCE) -> Legs:
    """A credit of `amount` is taken back; `missing_to` bears what was spent already: deficit, or clawback."""
    waiting = first_of(there.pending, amount)
    own = first_of(there.own, amount - total(waiting))
    expired = min(there.expired, amount - total(waiting) - total(own))
    parts = own + first_of(there.others, amount - total(waiting) - total(own) - expired)
    missing = amount - total(waiting) - total(parts) - expired
    legs = [Leg(book, unit, -total(moved), tuple(moved)) for book, moved in (
        (Book.PENDING, waiting), (Book.PARTICIPANT, parts)) if moved]
    legs += [Leg(book, unit, -points) for book, points in ((Book.EXPIRED, expired), (missing_to, missing)) if points]
    return (*legs, Leg(against, unit, amount)) if amount else tuple(legs)


def settled(unit: str, parts: Sequence[Part]) -> Legs:
    """A deficit is made good from points that are there again."""
    return taken(unit, parts, Book.DEFICIT)


def _given_back(unit: str, parts: Sequence[Part], restoring: Restoring) -> Legs:
    recovered = _recovered(parts, restoring)
    rest = less(parts, recovered)
    owed = first_of(rest, restoring.deficit)
    gone = lapsed(less(rest, owed), restoring.now, restoring.kept_until)
    back = Leg(Book.PARTICIPANT, unit, total(parts), tuple(parts))
    return back, *(leg for of, into in ((recovered, Book.CLAWBACK), (owed, Book.DEFICIT), (gone, Book.EXPIRED)) if of
                   for leg in taken(unit, of, into))


def _recovered(parts: Sequence[Part], restoring: Restoring) -> list[Part]:
    """The parts of lots whose accrual was a loss, up to that loss."""
    left, found = dict(restoring.losses), list[Part]()
    for part in parts:
        accrual = restoring.origins.get(part.transaction_id, 0)
        points = min(part.amount, left.get(accrual, 0))
        if points:
            left[accrual] -= points
            found.append(part._replace(amount=points))
    return found
