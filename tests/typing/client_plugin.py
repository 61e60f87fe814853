"""A stranger's plugin as pyright and mypy see it: from a folder of its own, the engine only installed.

Not run. `tox -e types` checks that the public names resolve and carry types, which editors rest on.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from treuwerk.domain.earning import Award, EarningRule, Operation, Step
from treuwerk.domain.purchases import EarningEvent
from treuwerk.hookspecs import EarningRuleKind


@attrs.frozen
class WelcomeSettings:
    """Keys of the table."""

    unit: str
    points: int


@attrs.frozen
class Welcome:
    """Some points for every purchase."""

    settings: WelcomeSettings

    @property
    def units(self) -> set[str]:
        """The unit of the settings."""
        return {self.settings.unit}

    def awards(self, events: Sequence[EarningEvent]) -> Iterator[Award]:
        """One award per purchase."""
        points = self.settings.points
        for index, event in enumerate(events):
            if event.article is not None:
                yield Award(index, self.settings.unit, points, (Step(Operation.START, "welcome", str(points)),))


def earning_rule_kinds() -> Sequence[EarningRuleKind[Any]]:
    """Offers ``welcome``; `rule` shows that the class keeps the protocol."""
    rule: EarningRule = Welcome(WelcomeSettings("bonus", 5))
    assert rule.units
    return [EarningRuleKind("welcome", WelcomeSettings, Welcome)]
