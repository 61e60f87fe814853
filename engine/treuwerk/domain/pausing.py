"""Rules that are paused: lines that they are for wait, whole and unbooked, until somebody lets the rule go on."""

from collections.abc import Collection, Iterable, Sequence

import attrs

from treuwerk.domain.earning import Doubt
from treuwerk.domain.evaluation import ActiveRule
from treuwerk.domain.failures import RULE_PAUSED, RULES
from treuwerk.domain.purchases import EarningEvent

WHOLE_PLUGIN = ("", "")
Pause = tuple[str, str, str]
"""Plugin, hook and part that are paused; hook and part are empty where all of the plugin is."""


@attrs.frozen
class PausedRule:
    """Stands in the place of a rule. It cannot know which of its events the rule passes over, so it holds all back."""

    name: str
    plugin: str
    units: Collection[str]

    def awards(self, events: Sequence[EarningEvent]) -> Iterable[Doubt]:
        """Every event waits."""
        reason = (f"rule {self.name!r} of plugin {self.plugin!r} is paused; the line is booked once somebody lets it "
                  f"go on: treuwerk plugins resume {self.plugin}")
        return [Doubt(at, RULE_PAUSED, reason) for at in range(len(events))]


def is_paused(pauses: Collection[Pause], plugin: str, hook: str, part: str) -> bool:
    """Whether a part of a plugin, or all of the plugin, is paused."""
    return (plugin, *WHOLE_PLUGIN) in pauses or (plugin, hook, part) in pauses


def without_paused(rules: Sequence[ActiveRule], pauses: Collection[Pause]) -> Sequence[ActiveRule]:
    """The same rules; those that are paused answer that lines wait."""
    if not pauses:
        return rules
    return [attrs.evolve(one, rule=PausedRule(one.name, one.plugin, one.units))
            if is_paused(pauses, one.plugin, RULES, one.name) else one for one in rules]
