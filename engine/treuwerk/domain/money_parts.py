"""A price that is paid with points and money: how it is split over the lines of an order, and how it comes back.

Points are whole, money is in whole cents, and money is rounded once: of all points that are missing, up, so that no
point is for nothing. The lines share that sum by what they add to it, which is exact and never below zero.
"""

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, Decimal

import attrs

from treuwerk.domain.refusals import Refusal


@attrs.frozen
class MoneyTerms:
    """How a programme takes money: per cent of a price that are paid with points at least, and points of an order.

    `point_cents` is what a missing point costs, in cents.
    """

    least_share: int
    smallest: int
    point_cents: Decimal

    def cents_of(self, points: int) -> int:
        """What points cost that are missing.

        >>> MoneyTerms(50, 1, Decimal("0.8")).cents_of(101)
        81
        """
        return int((points * self.point_cents).to_integral_value(ROUND_CEILING))

    def least_of(self, points: int) -> int:
        """The points of a price that cannot be paid with money."""
        return -(-points * self.least_share // 100)


@attrs.frozen
class PricedLine:
    """What a line costs in points, and whether part of it can be paid with money."""

    points: int
    with_money: bool


@attrs.frozen
class Part:
    """What a line is paid with: points and cents."""

    points: int
    money: int = 0


@attrs.frozen
class Bounds:
    """How many points an order can be paid with: from `least` up to `most`, which is its price."""

    least: int
    most: int


def bounds(lines: Sequence[PricedLine], terms: MoneyTerms) -> Bounds:
    """Between which numbers of points somebody can choose."""
    most = sum(line.points for line in lines)
    least = sum(_least(line, terms) for line in lines)
    return Bounds(min(max(least, terms.smallest), most), most)


def split(lines: Sequence[PricedLine], points: int, terms: MoneyTerms) -> list[Part]:
    """Each line's part where the whole order is paid with so many points, the rest of it with money.

    Raises:
        Refusal: `wrong_points` (least, most).
    """
    allowed = bounds(lines, terms)
    if type(points) is not int or not allowed.least <= points <= allowed.most:
        raise Refusal("wrong_points", f"found {points!r:.20} points, expected {allowed.least} to {allowed.most}",
                      least=allowed.least, most=allowed.most)
    least = [_least(line, terms) for line in lines]
    room = [line.points - own for line, own in zip(lines, least, strict=True)]
    mine = [own + more for own, more in zip(least, shared(points - sum(least), room), strict=True)]
    missing = [line.points - own for line, own in zip(lines, mine, strict=True)]
    return [Part(own, cents) for own, cents in zip(mine, _cents(missing, terms), strict=True)]


def shared(whole: int, by: Sequence[int]) -> list[int]:
    """A number as whole parts in proportion to others, none above its own where the number is not above their sum.

    >>> shared(10, [1, 1, 1])
    [3, 3, 4]
    """
    total, seen, given, parts = sum(by), 0, 0, []
    for one in by:
        seen += one
        until = whole * seen // total if total else 0
        parts.append(until - given)
        given = until
    return parts


def given_back(whole: int, pieces: int, quantity: int) -> int:
    """Of what was paid for a line, what has come back once so many of its pieces have; of all of them, all.

    What an act gives back is the difference of two of these, so the sums are exact in any order of acts.

    >>> [given_back(100, pieces, 3) for pieces in range(4)]
    [0, 33, 66, 100]
    """
    return whole * pieces // quantity


def _least(line: PricedLine, terms: MoneyTerms) -> int:
    return terms.least_of(line.points) if line.with_money else line.points


def _cents(missing: Sequence[int], terms: MoneyTerms) -> Iterator[int]:
    seen = 0
    for points in missing:
        before, seen = terms.cents_of(seen), seen + points
        yield terms.cents_of(seen) - before
