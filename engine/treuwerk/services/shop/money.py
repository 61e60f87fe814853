"""Points and money for a cart: what somebody can choose, and what a choice comes to."""

from collections.abc import Sequence
from enum import StrEnum

import attrs

from treuwerk.domain.money_parts import Bounds, MoneyTerms, PricedLine, bounds


class Pay(StrEnum):
    """What somebody chooses: as many points as there are, as few as allowed, or a number of one's own."""

    MOST = "most"
    LEAST = "least"
    OWN = "own"


@attrs.frozen
class MoneyChoice:
    """Between how many points somebody can choose who has so many; without `terms` there is nothing to choose."""

    bounds: Bounds
    available: int
    terms: MoneyTerms | None = None

    @property
    def offered(self) -> bool:
        """Whether part of the price can be paid with money."""
        return self.terms is not None and self.bounds.least < self.bounds.most

    @property
    def helps(self) -> bool:
        """Whether the points are enough for the part that cannot be paid with money."""
        return self.offered and self.available >= self.bounds.least

    @property
    def top(self) -> int:
        """As many points as can be used: those that there are, or the price."""
        return max(self.bounds.least, min(self.available, self.bounds.most))

    @property
    def top_cents(self) -> int:
        """What is missing then, in cents."""
        return self.cents(self.top)

    @property
    def least_cents(self) -> int:
        """What is paid with money where as few points are used as allowed, in cents."""
        return self.cents(self.bounds.least)

    def cents(self, points: int) -> int:
        """What is paid with money where so many points are used, in cents."""
        return self.terms.cents_of(self.bounds.most - points) if self.terms else 0

    def fits(self, points: int) -> bool:
        """Whether somebody can use so many."""
        return self.bounds.least <= points <= self.top

    def points(self, pay: Pay, own: int) -> int:
        """The points of a choice; one's own number that does not fit any more becomes as many as there are."""
        if pay is Pay.LEAST and self.offered:
            return self.bounds.least
        return own if pay is Pay.OWN and self.offered and self.fits(own) else self.top


POINTS_ALONE = MoneyChoice(Bounds(0, 0), 0)


def choice_of(terms: MoneyTerms | None, lines: Sequence[PricedLine], available: int) -> MoneyChoice:
    """What somebody can choose who has so many points."""
    if terms is None:
        points = sum(line.points for line in lines)
        return MoneyChoice(Bounds(points, points), available)
    return MoneyChoice(bounds(lines, terms), available, terms)
