"""Asking the rules: the one place where a programme's rules meet a batch of events.

What rules return is checked here. A rule that raises or answers nonsense does not spoil the batch: it is asked again
event by event, and only the events that it fails on are parked, with rule and reason.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import localcontext
from itertools import islice
from typing import NamedTuple

import attrs

from treuwerk.domain.earning import Award, Doubt, EarningRule, Step, Tapes, fold, moved
from treuwerk.domain.eligibility import EVERYTHING, Eligibility
from treuwerk.domain.failures import RULE_FAILED, RULES, Failure, PluginStopped, failure_of, message_of
from treuwerk.domain.purchases import EarningEvent

MOST_POINTS = 10**12  # of one award; more is a mistake of the rule, and sums must stay far below 2^63
MOST_ANSWERS = 1_000  # to one event; a rule that never ends would fill the memory
MOST_STOPS = 5  # of a rule in one batch; each costs its whole deadline


@attrs.frozen
class ActiveRule:
    """One revision of a rule with its window, both days included, its conditions, and the plugin that it is of."""

    name: str
    revision: int
    rule: EarningRule
    valid_from: date = date.min
    valid_until: date = date.max
    eligibility: Eligibility = EVERYTHING
    units: Collection[str] = attrs.field(
        default=attrs.Factory(lambda self: frozenset(self.rule.units), takes_self=True))
    tapes: Tapes = attrs.field(
        default=attrs.Factory(lambda self: Tapes(self.name, self.revision), takes_self=True), eq=False, repr=False)
    plugin: str = ""


class Earned(NamedTuple):
    """An award together with the revision that gave it."""

    by: ActiveRule
    award: Award


@attrs.define
class Evaluation:
    """Per event of the batch: what it earned, or the doubt because of which it earns nothing.

    `failures` are those of rules, with the number of events that they failed on.
    """

    earned: list[list[Earned]]
    doubts: dict[int, Doubt] = attrs.field(factory=dict)
    failures: Counter[Failure] = attrs.field(factory=Counter)


class Misbehaviour(Exception):
    """A rule answered with something that is no award for its events."""


def evaluate(rules: Sequence[ActiveRule], events: Sequence[EarningEvent]) -> Evaluation:
    """Ask every rule about the events that it is for, in the order of the programme file."""
    result = Evaluation([[] for _ in events])
    events = tuple(events)  # a rule must not be able to take events from the next one
    for active in rules:
        indexes = _indexes_for(active, events)
        if indexes:
            meant = events if len(indexes) == len(events) else tuple([events[i] for i in indexes])
            _ask(active, meant, indexes, result)
    for index in result.doubts:
        result.earned[index] = []
    return result


def _indexes_for(active: ActiveRule, events: Sequence[EarningEvent]) -> Sequence[int]:
    indexes: Sequence[int] = range(len(events))
    if active.valid_from != date.min or active.valid_until != date.max:
        indexes = [i for i in indexes if active.valid_from <= events[i].occurred_on <= active.valid_until]
    if active.eligibility != EVERYTHING:
        indexes = [i for i in indexes if active.eligibility.covers(events[i])]
    return indexes


def _ask(active: ActiveRule, events: Sequence[EarningEvent], indexes: Sequence[int], result: Evaluation) -> None:
    answers: Iterable[Award | Doubt]
    try:
        answers = _answers(active, events)
    except KeyboardInterrupt:  # somebody wants the engine to end
        raise
    except BaseException:  # a plugin may fail in any way; the single events tell which of them it fails on
        answers = _one_by_one(active, events, result.failures)
    earned, doubts = result.earned, result.doubts
    for answer in answers:
        index = indexes[answer.event]
        if isinstance(answer, Doubt):
            doubts.setdefault(index, answer)
        else:
            earned[index].append(Earned(active, answer))


def _one_by_one(active: ActiveRule, events: Sequence[EarningEvent],
                failures: Counter[Failure]) -> Iterator[Award | Doubt]:
    stopped: list[PluginStopped] = []
    for at, event in enumerate(events):
        if len(stopped) >= MOST_STOPS:
            yield _parked(active, at, stopped[-1], "was not asked, since it had to be ended too often: ")
            continue
        try:
            answers = _answers(active, (event,))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            failures[failure_of(active.plugin, RULES, active.name, error)] += 1
            stopped += [error] if isinstance(error, PluginStopped) else []
            yield _parked(active, at, error, "failed: ")
        else:
            yield from [moved(answer, at) for answer in answers]


def _parked(active: ActiveRule, at: int, error: BaseException, how: str) -> Doubt:
    reason = (f"rule {active.name!r} revision {active.revision} {how}{type(error).__name__}: {message_of(error)}; "
              "mend the rule, then clear the file again")
    return Doubt(at, error.code, reason) if isinstance(error, PluginStopped) else Doubt(at, RULE_FAILED, reason)


def _answers(active: ActiveRule, events: Sequence[EarningEvent]) -> list[Award | Doubt]:
    """What a rule answers, checked. How it sets the arithmetic of decimals is its own business and ends with it."""
    with localcontext():
        return _checked(active, active.rule.awards(events), len(events))


def _checked(active: ActiveRule, answers: Iterable[Award | Doubt], count: int) -> list[Award | Doubt]:
    checked, units, tape_of = list(islice(answers, count * MOST_ANSWERS + 1)), active.units, active.tapes.of
    if len(checked) > count * MOST_ANSWERS:
        raise Misbehaviour(f"gave more than {count * MOST_ANSWERS} answers to {count} events")
    for answer in checked:
        kind = type(answer)
        if kind is not Award and kind is not Doubt:
            raise Misbehaviour(f"answered with {answer!r:.80}, expected Award or Doubt")
        if type(answer.event) is not int or not 0 <= answer.event < count:
            raise Misbehaviour(f"named event {answer.event!r:.40}, expected 0 to {count - 1}")
        if not isinstance(answer, Award):
            _check_doubt(answer)
        elif type(answer.points) is not int or answer.points <= 0:
            raise Misbehaviour(f"gave {answer.points!r:.40} points, expected a whole number above 0")
        elif answer.points > MOST_POINTS:
            raise Misbehaviour(f"gave {answer.points} points, expected at most {MOST_POINTS}")
        elif answer.unit not in units:
            raise Misbehaviour(f"gave unit {answer.unit!r:.40}, declared {sorted(units)}")
        elif not _is_tape(answer.steps) or tape_of(answer.steps).figure != answer.points:
            raise _wrong_tape(answer)
    return checked


def _check_doubt(doubt: Doubt) -> None:
    if type(doubt.code) is not str or type(doubt.reason) is not str:
        raise Misbehaviour(f"answered with {doubt!r:.80}, expected a Doubt whose code and reason are texts")


def _is_tape(steps: object) -> bool:
    return type(steps) is tuple and bool(steps) and type(steps[0]) is Step


def _wrong_tape(award: Award) -> Misbehaviour:
    """A booking whose explanation does not give its points could never be proven."""
    steps: object = award.steps
    if not isinstance(steps, tuple) or not all(isinstance(step, Step) for step in steps):
        return Misbehaviour(f"gave the steps {steps!r:.80}, expected a tuple of Step")
    figures = fold(steps)
    return Misbehaviour(f"gave {award.points} points, but its steps fold to {figures[-1] if figures else 'nothing'}")
