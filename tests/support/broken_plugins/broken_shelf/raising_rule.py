"""A rule that fails on some purchases."""

import attrs

from treuwerk.domain.earning import Award, Operation, Step
from treuwerk.hookspecs import EarningRuleKind, hookimpl


@attrs.frozen
class Settings:
    """Keys of the table."""

    unit: str


@attrs.frozen
class OnePointPerEuro:
    """Forgets that a delivery note may come without amounts."""

    settings: Settings

    @property
    def units(self):
        """The unit of the settings."""
        return {self.settings.unit}

    def awards(self, events):
        """Fails where there is no amount."""
        for index, event in enumerate(events):
            points = int(event.amount)
            yield Award(index, self.settings.unit, points, (Step(Operation.START, "euro", str(points)),))


@hookimpl
def earning_rule_kinds():
    """Offers ``raising``."""
    return [EarningRuleKind("raising", Settings, OnePointPerEuro)]
