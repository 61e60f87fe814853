"""Where a participant stands between the tiers of a programme."""

from collections.abc import Iterable, Mapping

import attrs


@attrs.frozen
class Level:
    """A tier as a number: reached from `points` on."""

    code: str
    points: int


@attrs.frozen
class Standing:
    """The tier that is reached, the next one, and the way between them.

    `reached` and `next` are None below the first and above the last tier; `missing` is 0 above the last.
    """

    points: int
    reached: Level | None
    next: Level | None

    @property
    def missing(self) -> int:
        """Points to the next tier."""
        return self.next.points - self.points if self.next else 0

    @property
    def share(self) -> float:
        """How much of the way from nothing to the next tier is done, 0 to 1."""
        return self.points / self.next.points if self.next and self.next.points else 1.0


def standing(levels: Iterable[Level], points: int) -> Standing:
    """The standing of someone with these points; a negative balance counts as none.

    >>> standing([Level("silver", 100), Level("gold", 300)], 120).missing
    180
    """
    counted = max(points, 0)
    ordered = sorted(levels, key=lambda level: level.points)
    reached = [level for level in ordered if level.points <= counted]
    ahead = [level for level in ordered if level.points > counted]
    return Standing(counted, reached[-1] if reached else None, ahead[0] if ahead else None)


Ladder = Mapping[str, tuple[str, int]]
"""Tiers by code, each with its unit and the points from which on it is reached."""


def reaches(ladder: Ladder, tier: str, wanted: str) -> bool:
    """Whether who has a tier has also reached another one; tiers of different units never reach one another.

    >>> reaches({"silver": ("status", 100), "gold": ("status", 300)}, "gold", "silver")
    True
    """
    if tier not in ladder or wanted not in ladder:
        return False
    (unit, points), (wanted_unit, wanted_points) = ladder[tier], ladder[wanted]
    return unit == wanted_unit and points >= wanted_points
