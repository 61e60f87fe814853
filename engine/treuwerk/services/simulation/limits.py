"""Caps and budgets in a simulation: the arithmetic of the booking, over counters that live in memory.

Events are served in the order in which they were booked. What went back counts for nothing, as if it had never been
bought. A budget is of all participants, so awards that meet one wait until the whole history is known.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from treuwerk.domain.limits import Award, Bound, Counters, Limits, step_of
from treuwerk.domain.participants import Participant
from treuwerk.domain.simulations import Given
from treuwerk.programme.limiting import limits_of
from treuwerk.programme.settings import Settings
from treuwerk.store.history import Past


class _Waiting(NamedTuple):
    """An award that meets a budget, in the order of its booking."""

    row_id: int
    account_id: int
    day: str
    given: Given
    bounds: Sequence[Bound]


class SimulatedLimits:
    """The limits of one programme, with what is used of them so far."""

    def __init__(self, settings: Settings) -> None:
        self._limits: Limits = limits_of(settings)
        self._counters, self._waiting = Counters(), list[_Waiting]()
        budgets = {earning.head.name for earning in settings.earning if earning.head.budget}
        self._budgeted, self._limited = budgets, self._limits.rules

    def of(self, past: Past, participant: Participant, given: Sequence[Given]) -> Sequence[Given]:
        """What is left of the awards of an event; a programme without limits pays for one look."""
        if not self._limits:
            return given
        return [self._left(past, participant, one) if one.rule in self._limited else one for one in given]

    def served(self) -> Iterator[tuple[int, str, Given]]:
        """What is left of all awards that waited, each with its account and day."""
        for one in sorted(self._waiting, key=lambda one: one.row_id):
            left = self._granted(one.given, one.bounds)
            if left.points:
                yield one.account_id, one.day, left._replace(waits=False)
        self._waiting = []

    def _left(self, past: Past, participant: Participant, one: Given) -> Given:
        bounds = self._limits.bounds(Award(participant.account_id, one.rule, one.unit, past.day, _document(past),
                                           one.points))
        if one.rule in self._budgeted:  # all of its awards: caps and budget are used together
            waiting = one._replace(waits=True)
            self._waiting.append(_Waiting(past.id, past.account_id, past.day, waiting, bounds))
            return waiting
        return self._granted(one, bounds)

    def _granted(self, one: Given, bounds: Sequence[Bound]) -> Given:
        granted = self._counters.grant(one.points, bounds)
        if granted.by is None:
            return one
        return one._replace(points=granted.points, steps=(*one.steps, step_of(granted.points, granted.by)))


def _document(past: Past) -> str:
    """What tells a document from others of the same buyer; acts have none."""
    return f"{past.facts[1]}|{past.facts[2]}|{past.day[:4]}" if past.facts else ""
