"""What other rules gave × (factor − 1), rounded down once: an award of its own on top of each of theirs.

Its tape goes on where that of the other award ends. So a part return takes back of both what the pieces had earned, and
points of the campaign can expire, wait and be budgeted by themselves.
"""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

import attrs
from attrs.validators import deep_iterable, min_len

from treuwerk.domain.earning import Award, Operation, Step, floor_of
from treuwerk.domain.purchases import EarningEvent

_ROUNDED = Step(Operation.ROUND_DOWN, "points")
_REMEMBERED = 65_536  # tapes


def _above_one(_: object, attribute: "attrs.Attribute[Decimal]", value: Decimal) -> None:
    if value <= 1:
        raise ValueError(f"'{attribute.name}' must be > 1: {value}")


@attrs.frozen
class CampaignMultiplierSettings:
    """Keys of an ``[[earning]]`` table with ``rule = "campaign_multiplier"``."""

    factor: Decimal = attrs.field(validator=_above_one)
    """How often the points count in all, such as 2 to double them or 1.5 for half of them on top."""
    units: list[str] = attrs.field(validator=min_len(1))
    """Units whose points are multiplied, such as ``["bonus"]``."""
    rules: list[str] = attrs.field(factory=list, validator=deep_iterable(min_len(1)))
    """Names of the rules whose points are multiplied, such as ``["module_points"]``; left out: all that are no
    multipliers themselves and stand in no group with one."""


class CampaignMultiplier:
    """The rule with its settings; tapes are remembered, since equal lines share theirs."""

    def __init__(self, settings: CampaignMultiplierSettings) -> None:
        self._settings = settings
        self._factor = Step(Operation.FACTOR, "campaign", f"{settings.factor - 1:f}")
        self._met: dict[tuple[Step, ...], tuple[int, tuple[Step, ...]]] = {}

    def __reduce__(self) -> tuple[type["CampaignMultiplier"], tuple[CampaignMultiplierSettings]]:
        """Settings are enough to build the rule again in another process."""
        return type(self), (self._settings,)

    @property
    def units(self) -> Collection[str]:
        """The units of the settings."""
        return frozenset(self._settings.units)

    @property
    def rules(self) -> Collection[str]:
        """The rules of the settings."""
        return self._settings.rules

    def awards_on(self, events: Sequence[EarningEvent], earned: Sequence[Sequence[Award]]) -> Iterator[Award]:
        """One award on top of each award in one of the units."""
        units = self.units
        for index, _ in enumerate(events):
            for award in earned[index]:
                if award.unit in units:
                    points, steps = self._on_top(award.steps)
                    yield Award(index, award.unit, points, steps)

    def _on_top(self, base: tuple[Step, ...]) -> tuple[int, tuple[Step, ...]]:
        known = self._met.get(base)
        if known is None:
            if len(self._met) >= _REMEMBERED:
                self._met.clear()
            steps = (*base, self._factor, _ROUNDED)
            known = self._met[base] = floor_of(steps), steps
        return known
