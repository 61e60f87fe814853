"""Points for so many periods in a row in each of which enough was bought."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

import attrs
from attrs.validators import ge, gt, in_, min_len

from treuwerk.domain.earning import Doubt, Operation, Step
from treuwerk.domain.measures import NOTHING, QUANTITY, counted
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.totals import Counted, DayTotal, Goal, Period, TotalAward, last_day, ordinal


@attrs.frozen
class StreakSettings:
    """Keys of an ``[[earning]]`` table with ``rule = "streak"``: points for `length` periods in a row."""

    unit: str
    """Unit of the points."""
    points: int = attrs.field(validator=ge(1))
    """Points for each streak."""
    length: int = attrs.field(validator=ge(2))
    """How many periods in a row make a streak."""
    each: Period = attrs.field(default=Period.MONTH, validator=in_([one for one in Period if one is not Period.EVER]))
    """The periods: a calendar ``month``, ``quarter``, ``half_year`` or ``year``."""
    at_least_each: Decimal = attrs.field(default=Decimal(1), validator=gt(NOTHING))
    """What each of them must come to."""
    repeats: bool = True
    """Whether a new streak begins behind each one; else there is one, once."""
    basis: str = attrs.field(default=QUANTITY, validator=min_len(1))
    """What is counted: ``quantity`` in base units, ``amount`` for net amounts, or an attribute of the article such as
    ``m2``, which each base unit has."""
    activity: str = ""
    """The kind of activities that count, each for one, instead of purchases."""


@attrs.frozen
class Streak:
    """The rule with its settings."""

    settings: StreakSettings

    @property
    def units(self) -> Collection[str]:
        """The one unit of the settings."""
        return {self.settings.unit}

    @property
    def period(self) -> Period:
        """A streak may go across the ends of all calendars."""
        return Period.EVER

    @property
    def measure(self) -> str:
        """What is counted to the next streak."""
        return self.settings.each.value

    def counts(self, events: Sequence[EarningEvent]) -> Iterator[Counted | Doubt]:
        """Each line by the basis."""
        return counted(events, self.settings.basis, self.settings.activity)

    def earned(self, days: Sequence[DayTotal]) -> Iterator[TotalAward]:
        """The points of all streaks."""
        streaks = sum(length // self.settings.length for _, length in _runs(self._good(days)))
        if not self.settings.repeats:
            streaks = min(streaks, 1)
        if streaks:
            steps = (Step(Operation.START, "streaks", str(streaks)),
                     Step(Operation.TIMES, "points", str(self.settings.points)))
            yield TotalAward(self.settings.unit, streaks * self.settings.points, steps)

    def missing(self, days: Sequence[DayTotal], today: date) -> Goal | None:
        """How far the streak is that goes on today; what is missing must come in each of the next periods."""
        good, now = self._good(days), ordinal(self.settings.each, today)
        runs = list(_runs(good))
        if not self.settings.repeats and any(length >= self.settings.length for _, length in runs):
            return None
        current = next((length for last, length in runs if last in (now, now - 1)), 0) % self.settings.length
        return Goal(Decimal(current), Decimal(self.settings.length), self.settings.unit, Decimal(self.settings.points),
                    None if now in good else last_day(self.settings.each, today))

    def _good(self, days: Sequence[DayTotal]) -> list[int]:
        """The periods with enough, by their numbers in ascending order."""
        periods = groupby(days, key=lambda day: ordinal(self.settings.each, day.day))
        return [number for number, of in periods if sum(day.amount for day in of) >= self.settings.at_least_each]


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Numbers that follow one another: the last one and how many there are."""
    for _, run in groupby(enumerate(numbers), key=lambda one: one[1] - one[0]):
        together = [number for _, number in run]
        yield together[-1], len(together)
