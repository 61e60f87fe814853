"""A fixed number of points per attended activity, such as a seminar."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import attrs
from attrs.validators import ge, min_len

from treuwerk.domain.earning import Award, Operation, Step
from treuwerk.domain.purchases import EarningEvent
from treuwerk.hookspecs import EarningRuleKind, hookimpl


@attrs.frozen
class ActivityPointsSettings:
    """Keys of an ``[[earning]]`` table with ``rule = "activity_points"``."""

    unit: str
    """Unit of the points."""
    activity: str = attrs.field(validator=min_len(1))
    """Kind of activity, such as ``seminar``."""
    points: int = attrs.field(validator=ge(1))
    """Points per person and activity, credited to the company."""


@attrs.frozen
class ActivityPoints:
    """The rule with its settings."""

    settings: ActivityPointsSettings

    @property
    def units(self) -> Collection[str]:
        """The one unit of the settings."""
        return {self.settings.unit}

    def awards(self, events: Sequence[EarningEvent]) -> Iterator[Award]:
        """The same points for each attendance of the activity."""
        steps = (Step(Operation.START, self.settings.activity, str(self.settings.points)),)
        for index, event in enumerate(events):
            if event.activity == self.settings.activity:
                yield Award(index, self.settings.unit, self.settings.points, steps)


@hookimpl
def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
    """Offers ``activity_points``."""
    return [EarningRuleKind("activity_points", ActivityPointsSettings, ActivityPoints)]
