"""What the engine does to awards of a rule before they count: rounding as the programme says, and a cap per line."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

import attrs

from treuwerk.domain.earning import ROUNDINGS, Award, Operation, Step, floor_of

_REMEMBERED = 65_536  # tapes
Finished = tuple[int, tuple[Step, ...]]


class Rounding(StrEnum):
    """What becomes of a part of a point."""

    DOWN = "down"
    HALF_UP = "half_up"
    UP = "up"


_OPERATIONS = {Rounding.DOWN: Operation.ROUND_DOWN, Rounding.HALF_UP: Operation.ROUND_HALF_UP,
               Rounding.UP: Operation.ROUND_UP}


@attrs.frozen
class Finish:
    """How awards of a rule end.

    Only the rounding at the very end is another one: a rounding before it, such as that to full multiples, belongs to
    the rule. Behind it stands the cap, which counts all that the rule gives of a unit for a line. Tapes that were met
    are remembered, since equal lines share theirs.
    """

    rounding: Rounding | None = None
    at_most_per_line: int | None = None
    _met: dict[tuple[tuple[Step, ...], int], Finished] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    def all_of(self, awards: Iterable[Award]) -> Iterator[Award]:
        """Awards of one rule for lines of a batch, as they count; those of which nothing is left are dropped."""
        given = dict[tuple[int, str], int]()
        for award in awards:
            home = award.event, award.unit
            finished = self._of(award, given.get(home, 0))
            if finished.points:
                given[home] = given.get(home, 0) + finished.points
                yield finished

    def _of(self, award: Award, given: int) -> Award:
        """The award as it counts where its rule gave so many points of the unit for the same line before."""
        known = self._met.get((award.steps, given))
        if known is None:
            if len(self._met) >= _REMEMBERED:
                self._met.clear()
            known = self._met[award.steps, given] = self._finished(award, given)
        return award._replace(points=known[0], steps=known[1])

    def _finished(self, award: Award, given: int) -> Finished:
        points, steps = award.points, award.steps
        last = steps[-1]
        if self.rounding is not None and last.operation in ROUNDINGS:
            steps = (*steps[:-1], last._replace(operation=_OPERATIONS[self.rounding]))
            points = floor_of(steps)
        if self.at_most_per_line is None or given + points <= self.at_most_per_line:
            return points, steps
        left = self.at_most_per_line - given
        return left, (*steps, Step(Operation.AT_MOST, "cap", str(left)))
