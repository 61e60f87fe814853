"""A bonus once a period comes to a target: a fixed number of points, or a share of what counts."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

import attrs
from attrs.validators import ge, gt, min_len, optional

from treuwerk.domain.earning import Doubt, Operation, Step, fold
from treuwerk.domain.measures import NOTHING, QUANTITY, counted, together
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.reading import plain_number
from treuwerk.domain.totals import Counted, DayTotal, Goal, Period, TotalAward, last_day

_PER_CENT, _WHOLE = Step(Operation.PER, "percent", "100"), Step(Operation.ROUND_DOWN, "points")


@attrs.frozen
class TargetStep:
    """A target: either `points` or `percent` of what counts."""

    at_least: Decimal = attrs.field(validator=gt(NOTHING))
    """What the period must come to."""
    points: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """A fixed number of points."""
    percent: Decimal | None = attrs.field(default=None, validator=optional(gt(NOTHING)))
    """Points for each hundred of what counts, such as 3 for three points for each hundred euros."""

    def __attrs_post_init__(self) -> None:
        """One of both, and not both."""
        if (self.points is None) is (self.percent is None):
            raise ValueError("either 'points' or 'percent' must be there")


def _going_up(_: object, attribute: "attrs.Attribute[list[TargetStep]]", value: list[TargetStep]) -> None:
    for lower, upper in pairwise(value):
        if upper.at_least <= lower.at_least:
            raise ValueError(f"'{attribute.name}' must go up: {upper.at_least} behind {lower.at_least}")


@attrs.frozen
class TargetSettings:
    """Keys of an ``[[earning]]`` table with ``rule = "target"``: who reaches so much in a period gets a bonus."""

    unit: str
    """Unit of the points."""
    steps: list[TargetStep] = attrs.field(validator=[min_len(1), _going_up])
    """Targets in ascending order, such as ``[{ at_least = 100, points = 500 }, { at_least = 200, points = 1200 }]``.
    The highest one that is reached counts; those below are not added to it."""
    period: Period = Period.YEAR
    """What counts together: a calendar ``month``, ``quarter``, ``half_year`` or ``year``, or all that there ``ever``
    is."""
    basis: str = attrs.field(default=QUANTITY, validator=min_len(1))
    """What is counted: ``quantity`` in base units, ``amount`` for net amounts, or an attribute of the article such as
    ``m2``, which each base unit has."""
    activity: str = ""
    """The kind of activities that count, each for one, instead of purchases."""


@attrs.frozen
class Target:
    """The rule with its settings."""

    settings: TargetSettings

    @property
    def units(self) -> Collection[str]:
        """The one unit of the settings."""
        return {self.settings.unit}

    @property
    def period(self) -> Period:
        """That of the settings."""
        return self.settings.period

    @property
    def measure(self) -> str:
        """What is counted."""
        return self.settings.activity or self.settings.basis

    def counts(self, events: Sequence[EarningEvent]) -> Iterator[Counted | Doubt]:
        """Each line by the basis."""
        return counted(events, self.settings.basis, self.settings.activity)

    def earned(self, days: Sequence[DayTotal]) -> Iterator[TotalAward]:
        """The points of the highest target that is reached."""
        there = together(days)
        reached = [step for step in self.settings.steps if step.at_least <= there]
        if reached:
            steps = tuple(_tape(reached[-1], there))
            yield TotalAward(self.settings.unit, int(fold(steps)[-1]), steps)

    def missing(self, days: Sequence[DayTotal], today: date) -> Goal | None:
        """The next target."""
        there = together(days)
        ahead = next((step for step in self.settings.steps if step.at_least > there), None)
        if ahead is None:
            return None
        steps = tuple(_tape(ahead, ahead.at_least))
        return Goal(there, ahead.at_least, self.settings.unit, Decimal(int(fold(steps)[-1])),
                    last_day(self.period, today))


def _tape(reached: TargetStep, there: Decimal) -> Iterator[Step]:
    if reached.percent is None:
        yield Step(Operation.START, f"≥ {plain_number(reached.at_least)}", str(reached.points))
        return
    yield Step(Operation.START, "counted", plain_number(there))
    yield Step(Operation.TIMES, "percent", plain_number(reached.percent))
    yield _PER_CENT
    yield _WHOLE
