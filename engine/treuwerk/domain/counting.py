"""Asking the rules over totals: what events count for, and what a total is worth. What they return is checked here.

A rule that raises or answers nonsense is asked again event by event, and only those that it fails on are parked.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import floor
from typing import NamedTuple

import attrs

from treuwerk.domain.assemblies import Origin, Owed
from treuwerk.domain.earning import Doubt, Step, fold
from treuwerk.domain.eligibility import EVERYTHING, Eligibility
from treuwerk.domain.evaluation import MOST_POINTS, Misbehaviour, indexes_for
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.totals import PARTS_OF_ONE, Counted, DayTotal, TotalAward, TotalKey, TotalRule, period_of

MOST_COUNTED = 10**10  # of one event; sums of ten-thousandths must stay below 2^63
_LONGEST_PART = 100  # characters


@attrs.frozen
class ActiveTotal:
    """One revision of a rule over totals with its window, both days included, and its conditions."""

    name: str
    revision: int
    rule: TotalRule
    valid_from: date = date.min
    valid_until: date = date.max
    eligibility: Eligibility = EVERYTHING


class Counts(NamedTuple):
    """What an event counts for: the stored key of the total, and the amount in whole ten-thousandths."""

    total: str
    amount: int


@attrs.define
class Counting:
    """By index of the event: what it counts for, or the doubt because of which it earns nothing."""

    counted: dict[int, list[Counts]] = attrs.field(factory=dict)
    doubts: dict[int, Doubt] = attrs.field(factory=dict)


def count(totals: Sequence[ActiveTotal], events: Sequence[EarningEvent]) -> Counting:
    """Ask every rule over totals about the events that it is for."""
    result = Counting()
    for active in totals:
        indexes = indexes_for(active, events)
        if indexes:
            _ask(active, events, indexes, result)
    for index in result.doubts:
        result.counted.pop(index, None)
    return result


def _ask(active: ActiveTotal, events: Sequence[EarningEvent], indexes: Sequence[int], result: Counting) -> None:
    try:
        answers = _checked(active.rule.counts([events[index] for index in indexes]), len(indexes))
    except Exception:  # a plugin may fail in any way; the single events tell which of them it fails on
        answers = [answer for at, index in enumerate(indexes) for answer in _asked_alone(active, events[index], at)]
    for answer in answers:
        index = indexes[answer.event]
        if isinstance(answer, Doubt):
            result.doubts.setdefault(index, answer)
        elif amount := floor(answer.amount * PARTS_OF_ONE):
            period = period_of(active.rule.period, events[index].occurred_on)
            total = str(TotalKey(active.name, active.revision, period, answer.part))
            result.counted.setdefault(index, []).append(Counts(total, amount))


def _asked_alone(active: ActiveTotal, event: EarningEvent, at: int) -> list[Counted | Doubt]:
    try:
        return [answer._replace(event=at) if isinstance(answer, Counted) else attrs.evolve(answer, event=at)
                for answer in _checked(active.rule.counts([event]), 1)]
    except Exception as error:
        reason = f"rule {active.name!r} revision {active.revision} failed: {type(error).__name__}: {error}"
        return [Doubt(at, "rule_failed", f"{reason}; mend the rule, then clear the file again")]


def _checked(answers: Iterable[Counted | Doubt], count_of: int) -> list[Counted | Doubt]:
    checked, met = list(answers), set[tuple[int, str]]()
    for answer in checked:
        kind = type(answer)
        if kind is not Counted and kind is not Doubt:
            raise Misbehaviour(f"answered with {answer!r:.80}, expected Counted or Doubt")
        if type(answer.event) is not int or not 0 <= answer.event < count_of:
            raise Misbehaviour(f"named event {answer.event!r:.40}, expected 0 to {count_of - 1}")
        if isinstance(answer, Counted):
            _check_counted(answer)
            if (answer.event, answer.part) in met:
                raise Misbehaviour(f"counted event {answer.event} twice for part {answer.part!r:.40}")
            met.add((answer.event, answer.part))
        elif type(answer.code) is not str or type(answer.reason) is not str:
            raise Misbehaviour(f"answered with {answer!r:.80}, expected a Doubt whose code and reason are texts")
    return checked


def _check_counted(answer: Counted) -> None:
    amount: object = answer.amount
    if type(amount) is not Decimal or not amount.is_finite() or not 0 <= amount <= MOST_COUNTED:
        raise Misbehaviour(f"counted {amount!r:.40}, expected a Decimal from 0 to {MOST_COUNTED}")
    if type(answer.part) is not str or len(answer.part) > _LONGEST_PART or "\0" in answer.part:
        raise Misbehaviour(f"named part {answer.part!r:.120}, expected a text of at most {_LONGEST_PART} characters")


def worth(active: ActiveTotal, days: Sequence[DayTotal]) -> dict[Origin, Owed]:
    """What a total is worth; nothing where nothing counts.

    Raises:
        Misbehaviour: the rule answered with something that is no worth of a total.
    """
    found: dict[Origin, Owed] = {}
    for award in active.rule.earned(days) if days else ():
        _check_award(active, award)
        origin = active.name, active.revision, award.unit
        if origin in found:
            raise Misbehaviour(f"gave unit {award.unit!r:.40} twice, expected one award for each unit")
        if award.points:
            found[origin] = Owed(award.points, award.steps)
    return found


def _check_award(active: ActiveTotal, award: object) -> None:
    if not isinstance(award, TotalAward):
        raise Misbehaviour(f"answered with {award!r:.80}, expected TotalAward")
    if award.unit not in active.rule.units:
        raise Misbehaviour(f"gave unit {award.unit!r:.40}, declared {sorted(active.rule.units)}")
    if type(award.points) is not int or not 0 <= award.points <= MOST_POINTS:
        raise Misbehaviour(f"gave {award.points!r:.40} points, expected a whole number from 0 to {MOST_POINTS}")
    steps: object = award.steps
    if not isinstance(steps, tuple) or not steps or not all(isinstance(step, Step) for step in steps):
        raise Misbehaviour(f"gave the steps {steps!r:.80}, expected a tuple of Step")
    if (figure := fold(award.steps)[-1]) != award.points:
        raise Misbehaviour(f"gave {award.points} points, but its steps fold to {figure}")


def days_of(sums: Mapping[str, tuple[int, int]]) -> list[DayTotal]:
    """Days with something that counts, from stored sums by ISO day: amount in ten-thousandths, and lines."""
    return [DayTotal(date.fromisoformat(day), Decimal(amount) / PARTS_OF_ONE, lines)
            for day, (amount, lines) in sorted(sums.items()) if amount]
