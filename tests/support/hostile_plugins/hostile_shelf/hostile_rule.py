"""A rule that gives five points, and does what it is told where three pieces were bought."""

import attrs

from hostile_shelf.acts import ACTS
from treuwerk.domain.earning import Award, Operation, Step
from treuwerk.hookspecs import EarningRuleKind, hookimpl

FIVE = (Step(Operation.START, "five", "5"),)


@attrs.frozen
class Settings:
    """Keys of the table."""

    act: str


@attrs.frozen
class Hostile:
    """Five points for each purchase."""

    settings: Settings
    units: tuple = ("bonus",)

    def awards(self, events):
        """Answers line by line."""
        for index, event in enumerate(events):
            if event.quantity == 3:
                yield from ACTS[self.settings.act](index, events)
            else:
                yield Award(index, "bonus", 5, FIVE)


@hookimpl
def earning_rule_kinds():
    """Offers ``hostile``."""
    return [EarningRuleKind("hostile", Settings, Hostile)]
