"""A rule whose plugin works in a process of its own: it looks like any other rule."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

import attrs

from treuwerk.domain.earning import Award, AwardRule, Doubt, EarningRule
from treuwerk.domain.purchases import EarningEvent
from treuwerk.isolation.frames import Garbage
from treuwerk.isolation.workers import Worker


@attrs.frozen(slots=False)
class IsolatedRule:
    """Stands in the place of a rule; a batch is one order to the process."""

    rule: EarningRule
    units: Collection[str]
    worker: Worker = attrs.field(eq=False, repr=False)

    @cached_property
    def _number(self) -> int:
        return self.worker.register(self.rule)

    def awards(self, events: Sequence[EarningEvent]) -> Iterable[Award | Doubt]:
        """What the rule answers.

        Raises:
            PluginStopped: it did not answer in time, or its process ended.
            RaisedThere: it raised an error.
            Garbage: it answered with something that is no value of the domain.
        """
        return _listed(self.worker.ask(self._number, "awards", tuple(events)))


@attrs.frozen(slots=False)
class IsolatedAwardRule:
    """Stands in the place of a rule that works on what other rules earned."""

    rule: AwardRule
    units: Collection[str]
    rules: Collection[str]
    worker: Worker = attrs.field(eq=False, repr=False)

    @cached_property
    def _number(self) -> int:
        return self.worker.register(self.rule)

    def awards_on(self, events: Sequence[EarningEvent],
                  earned: Sequence[Sequence[Award]]) -> Iterable[Award | Doubt]:
        """What the rule answers; raises what `IsolatedRule.awards` raises."""
        return _listed(self.worker.ask(self._number, "awards_on", tuple(events), tuple(map(tuple, earned))))


def _listed(answers: object) -> list[Award | Doubt]:
    if not isinstance(answers, list):
        raise Garbage(f"answered with {type(answers).__name__}, expected awards")
    return answers
