"""Lots: which points are spent first, and which come back first.

Points are spent by earliest expiry, those that never expire last, and then the oldest first. What is given back is what
was taken last, so that a smaller order leaves the same lots as if it had been small from the beginning.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from treuwerk.domain.ledger import FOREVER


class Lot(NamedTuple):
    """An open lot: the transaction and line that made it, what is left of it, and the instant at which it expires."""

    transaction_id: int
    line: int
    remaining: int
    expires_at: int = FOREVER


class Part(NamedTuple):
    """Points of one lot that are moved together; `amount` is above zero."""

    transaction_id: int
    line: int
    amount: int
    expires_at: int = FOREVER


def spending_order(lot: Lot) -> tuple[int, int, int]:
    """The key by which lots are sorted before they are spent."""
    return lot.expires_at, lot.transaction_id, lot.line


def first_of(lots: Iterable[Lot | Part], amount: int) -> list[Part]:
    """The first `amount` points of lots in their order; fewer where the lots hold fewer.

    >>> first_of([Lot(1, 1, 50), Lot(2, 1, 80)], 60)
    [Part(transaction_id=1, line=1, amount=50, expires_at=9223372036854775807), \
Part(transaction_id=2, line=1, amount=10, expires_at=9223372036854775807)]
    """
    parts: list[Part] = []
    for transaction_id, line, there, expires_at in lots:
        if amount <= 0:
            break
        points = min(there, amount)
        if points:
            parts.append(Part(transaction_id, line, points, expires_at))
        amount -= points
    return parts


def last_of(parts: Sequence[Part], amount: int) -> list[Part]:
    """The last `amount` points of these parts, in their order."""
    return first_of(parts[::-1], amount)[::-1]


def less(parts: Iterable[Part], undone: Iterable[Part]) -> list[Part]:
    """What is left of parts when those of the same lots were undone."""
    gone = {(part.transaction_id, part.line): part.amount for part in undone}
    left = [part._replace(amount=part.amount - gone.get((part.transaction_id, part.line), 0)) for part in parts]
    return [part for part in left if part.amount]


def total(parts: Iterable[Part]) -> int:
    """The points of all parts."""
    return sum(part.amount for part in parts)


PartOrLot = TypeVar("PartOrLot", Part, Lot)


def lapsed(parts: Iterable[PartOrLot], now: int, kept_until: int | None = None) -> list[PartOrLot]:
    """Those that have expired at `now`: by their own date, or because all points of the unit were kept only so long."""
    gone = kept_until is not None and kept_until <= now
    return [part for part in parts if gone or part.expires_at <= now]
