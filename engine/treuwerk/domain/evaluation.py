"""Asking the rules: the one place where a programme's rules meet a batch of events.

What rules return is checked here. A rule that raises or answers nonsense does not spoil the batch: it is asked again
event by event, and only the events that it fails on are parked, with rule and reason.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import localcontext
from itertools import islice
from typing import NamedTuple, Protocol, cast

import attrs

from treuwerk.domain.earning import ROUNDINGS, Award, AwardRule, Doubt, EarningRule, Step, Tapes, fold, moved
from treuwerk.domain.eligibility import EVERYTHING, Eligibility
from treuwerk.domain.failures import RULE_FAILED, RULES, Failure, PluginStopped, failure_of, message_of
from treuwerk.domain.finishing import Finish
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.stacking import ALONE, Dropped, Standing, groups_of, weighed

MOST_POINTS = 10**12  # of one award; more is a mistake of the rule, and sums must stay far below 2^63
MOST_ANSWERS = 1_000  # to one event; a rule that never ends would fill the memory
MOST_STOPS = 5  # of a rule in one batch; each costs its whole deadline


@attrs.frozen
class ActiveRule:
    """One revision of a rule with its window, both days included, its conditions, and the plugin that it is of."""

    name: str
    revision: int
    rule: EarningRule | AwardRule
    valid_from: date = date.min
    valid_until: date = date.max
    eligibility: Eligibility = EVERYTHING
    standing: Standing = ALONE
    finish: Finish | None = None
    hint: bool = True
    """Whether participants are told what they missed of it."""
    units: Collection[str] = attrs.field(
        default=attrs.Factory(lambda self: frozenset(self.rule.units), takes_self=True))
    on_awards: bool = attrs.field(
        default=attrs.Factory(lambda self: isinstance(self.rule, AwardRule), takes_self=True))
    tapes: Tapes = attrs.field(
        default=attrs.Factory(lambda self: Tapes(self.name, self.revision), takes_self=True), eq=False, repr=False)
    plugin: str = ""


Base = Sequence[Sequence[Award]]
"""Event by event, the awards that a rule works on."""


class Earned(NamedTuple):
    """An award together with the revision that gave it."""

    by: ActiveRule
    award: Award


@attrs.define
class Evaluation:
    """Per event of the batch: what it earned, or the doubt because of which it earns nothing.

    `dropped` has what else rules gave for an event, each with the rule that counts in its place; `failures`
    are those of rules, with the number of events that they failed on.
    """

    earned: list[list[Earned]]
    doubts: dict[int, Doubt] = attrs.field(factory=dict)
    dropped: dict[int, list[Dropped[ActiveRule]]] = attrs.field(factory=dict)
    failures: Counter[Failure] = attrs.field(factory=Counter)


class Misbehaviour(Exception):
    """A rule answered with something that is no award for its events."""


def evaluate(rules: Sequence[ActiveRule], events: Sequence[EarningEvent]) -> Evaluation:
    """Ask every rule about the events that it is for, in the order of the programme file.

    Rules that work on awards are asked behind all others, about what is left when these stand together as their groups
    say; then the groups are weighed that such rules are in themselves.
    """
    result = Evaluation([[] for _ in events])
    events = tuple(events)  # a rule must not be able to take events from the next one
    of_awards = [active for active in rules if active.on_awards]
    of_events = [active for active in rules if not active.on_awards]
    for active in of_events:
        if indexes := indexes_for(active, events):
            _ask(active, _chosen(events, indexes), indexes, result)
    later = groups_of(of_awards)
    _weigh(groups_of(of_events) - later, result)
    if of_awards:
        _ask_about_awards(of_awards, events, result)
        _weigh(later, result)
    for index in result.doubts:
        result.earned[index] = []
    return result


def _chosen(events: Sequence[EarningEvent], indexes: Sequence[int]) -> Sequence[EarningEvent]:
    return events if len(indexes) == len(events) else tuple([events[i] for i in indexes])


def _weigh(groups: Collection[str], result: Evaluation) -> None:
    """Let of the rules of each group count those that are to."""
    for index, earned in enumerate(result.earned if groups else ()):
        if len(earned) > 1:
            counting, dropped = weighed(groups, earned)
            if dropped:
                result.earned[index] = [Earned(*one) for one in counting]
                result.dropped.setdefault(index, []).extend(dropped)


def _ask_about_awards(rules: Sequence[ActiveRule], events: Sequence[EarningEvent], result: Evaluation) -> None:
    """Ask rules that work on awards about events that earned some by rules that no such rule competes with."""
    rivals = groups_of(rules)
    base = [[one for one in earned if one.by.standing.group not in rivals] for earned in result.earned]
    for active in rules:
        names = frozenset(cast("AwardRule", active.rule).rules)
        mine = {index: awards for index in indexes_for(active, events) if index not in result.doubts and (
            awards := [one.award for one in base[index] if not names or one.by.name in names])}
        if mine:
            _ask(active, tuple([events[index] for index in mine]), list(mine), result, [
                [award._replace(event=at) for award in awards] for at, awards in enumerate(mine.values())])


class Conditioned(Protocol):
    """What holds for some days, both included, and for some events."""

    @property
    def valid_from(self) -> date: ...  # noqa: D102
    @property
    def valid_until(self) -> date: ...  # noqa: D102
    @property
    def eligibility(self) -> Eligibility: ...  # noqa: D102


def indexes_for(active: Conditioned, events: Sequence[EarningEvent]) -> Sequence[int]:
    """The events that a rule is asked about."""
    indexes: Sequence[int] = range(len(events))
    if active.valid_from != date.min or active.valid_until != date.max:
        indexes = [i for i in indexes if active.valid_from <= events[i].occurred_on <= active.valid_until]
    if active.eligibility != EVERYTHING:
        indexes = [i for i in indexes if active.eligibility.covers(events[i])]
    return indexes


def _ask(active: ActiveRule, events: Sequence[EarningEvent], indexes: Sequence[int], result: Evaluation,
         base: Base = ()) -> None:
    answers: Iterable[Award | Doubt]
    try:
        answers = _answers(active, events, base)
    except KeyboardInterrupt:  # somebody wants the engine to end
        raise
    except BaseException:  # a plugin may fail in any way; the single events tell which of them it fails on
        answers = _one_by_one(active, events, base, result.failures)
    earned, doubts = result.earned, result.doubts
    for answer in answers:
        index = indexes[answer.event]
        if isinstance(answer, Doubt):
            doubts.setdefault(index, answer)
        elif answer.points:  # else it was less than one, and rounded down
            earned[index].append(Earned(active, answer))


def _one_by_one(active: ActiveRule, events: Sequence[EarningEvent], base: Base,
                failures: Counter[Failure]) -> Iterator[Award | Doubt]:
    stopped: list[PluginStopped] = []
    for at, event in enumerate(events):
        if len(stopped) >= MOST_STOPS:
            yield _parked(active, at, stopped[-1], "was not asked, since it had to be ended too often: ")
            continue
        try:
            answers = _answers(active, (event,), [[award._replace(event=0) for award in base[at]]] if base else ())
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


def _answers(active: ActiveRule, events: Sequence[EarningEvent], base: Base) -> list[Award | Doubt]:
    """What a rule answers, checked. How it sets the arithmetic of decimals is its own business and ends with it."""
    with localcontext():
        if active.on_awards:
            return _checked(active, cast("AwardRule", active.rule).awards_on(events, base), len(events))
        return _checked(active, cast("EarningRule", active.rule).awards(events), len(events))


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
        elif type(answer.points) is not int or (answer.points <= 0 and not _is_part_of_a_point(answer)):
            raise Misbehaviour(f"gave {answer.points!r:.40} points, expected a whole number above 0")
        elif answer.points > MOST_POINTS:
            raise Misbehaviour(f"gave {answer.points} points, expected at most {MOST_POINTS}")
        elif answer.unit not in units:
            raise Misbehaviour(f"gave unit {answer.unit!r:.40}, declared {sorted(units)}")
        elif not _is_tape(answer.steps) or tape_of(answer.steps).figure != answer.points:
            raise _wrong_tape(answer)
    return _finished(active, checked)


def _finished(active: ActiveRule, answers: list[Award | Doubt]) -> list[Award | Doubt]:
    """The answers, with awards rounded and capped as the programme says."""
    if active.finish is None:
        return answers
    awards = active.finish.all_of(answer for answer in answers if isinstance(answer, Award))
    return [*awards, *(answer for answer in answers if isinstance(answer, Doubt))]


def _is_part_of_a_point(award: Award) -> bool:
    """Whether an award of 0 points is what rounding left of something."""
    return award.points == 0 and _is_tape(award.steps) and award.steps[-1].operation in ROUNDINGS


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
