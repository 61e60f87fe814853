"""A rule that works on awards, as a rule of purchases: with awards of a rule of our own to work on."""

from collections.abc import Collection, Iterable, Sequence

import attrs

from treuwerk.domain.earning import Award, AwardRule, Doubt, Operation, Step
from treuwerk.domain.purchases import EarningEvent


@attrs.frozen
class OnBaseAwards:
    """The rule, asked about two awards in each of its units: three points a piece, and seven for the event."""

    rule: AwardRule

    @property
    def units(self) -> Collection[str]:
        """The units of the rule."""
        return self.rule.units

    def awards(self, events: Sequence[EarningEvent]) -> Iterable[Award | Doubt]:
        """What the rule gives on top of those awards."""
        return self.rule.awards_on(events, [self._base(index, event) for index, event in enumerate(events)])

    def _base(self, index: int, event: EarningEvent) -> list[Award]:
        pieces = (Step(Operation.START, "quantity", f"{event.quantity:f}"), Step(Operation.TIMES, "points", "3"))
        flat = (Step(Operation.START, "points", "7"),)
        return [award for unit in sorted(self.units)
                for award in (Award(index, unit, int(event.quantity * 3), pieces), Award(index, unit, 7, flat))]
