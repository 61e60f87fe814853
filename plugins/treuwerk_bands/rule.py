"""What all of a period is worth by bands: each piece above a limit has the points of its band, rounded down once."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

import attrs
from attrs.validators import ge, min_len

from treuwerk.domain.earning import Doubt, Operation, Step, fold
from treuwerk.domain.measures import NOTHING, QUANTITY, counted, together
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.reading import plain_number
from treuwerk.domain.totals import Counted, DayTotal, Goal, Period, TotalAward, last_day

_NOTHING, _WHOLE = Step(Operation.START, "points", "0"), Step(Operation.ROUND_DOWN, "points")


@attrs.frozen
class Band:
    """What lies above a limit, up to the limit of the next band."""

    above: Decimal = attrs.field(validator=ge(NOTHING))
    """The limit: 50 means from the 51st piece on."""
    points: Decimal = attrs.field(validator=ge(NOTHING))
    """Points for each one within the band, such as 2 or 0.5."""


def _going_up(_: object, attribute: "attrs.Attribute[list[Band]]", value: list[Band]) -> None:
    for lower, upper in pairwise(value):
        if upper.above <= lower.above:
            raise ValueError(f"'{attribute.name}' must go up: {upper.above} behind {lower.above}")


@attrs.frozen
class BandsSettings:
    """Keys of an ``[[earning]]`` table with ``rule = "bands"``: the more in a period, the more points for each."""

    unit: str
    """Unit of the points."""
    bands: list[Band] = attrs.field(validator=[min_len(1), _going_up])
    """Bands in ascending order, such as ``[{ above = 0, points = 1 }, { above = 50, points = 2 }]``."""
    period: Period = Period.YEAR
    """What counts together: a calendar ``month``, ``quarter``, ``half_year`` or ``year``, or all that there ``ever``
    is."""
    basis: str = attrs.field(default=QUANTITY, validator=min_len(1))
    """What is counted: ``quantity`` in base units, ``amount`` for net amounts, or an attribute of the article such as
    ``m2``, which each base unit has."""
    activity: str = ""
    """The kind of activities that count, each for one, instead of purchases."""


@attrs.frozen
class Bands:
    """The rule with its settings."""

    settings: BandsSettings

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
        """The points of all bands together."""
        first, *more = [*self._parts(together(days))] or [_NOTHING]
        steps = (first._replace(operation=Operation.START), *more, _WHOLE)
        yield TotalAward(self.settings.unit, int(fold(steps)[-1]), steps)

    def missing(self, days: Sequence[DayTotal], today: date) -> Goal | None:
        """The next band that gives more for each one."""
        there, bands = together(days), self.settings.bands
        rate = max((band.points for band in bands if band.above <= there), default=NOTHING)
        ahead = next((band for band in bands if band.above > there and band.points > rate), None)
        return Goal(there, ahead.above, self.settings.unit, ahead.points, last_day(self.period, today),
                    each=True) if ahead else None

    def _parts(self, there: Decimal) -> Iterator[Step]:
        limits = [*(band.above for band in self.settings.bands[1:]), there]
        for band, limit in zip(self.settings.bands, limits, strict=True):
            inside = min(there, max(limit, band.above)) - band.above
            if inside > 0 and band.points:
                yield Step(Operation.PLUS, f"{plain_number(inside)} × {plain_number(band.points)}",
                           plain_number(inside * band.points))
