"""What every earning rule must keep: one call of `check_earning_rule` in a test holds a rule against it."""

import pickle
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, NoSuchExample
from hypothesis.strategies import SearchStrategy

from treuwerk.domain.earning import ROUNDINGS, Award, AwardRule, Doubt, EarningRule, fold, moved, steps_as_json
from treuwerk.domain.purchases import EarningEvent
from treuwerk.testing.base_awards import OnBaseAwards
from treuwerk.testing.strategies import events as any_events

Answer = Award | Doubt
_MOST_EVENTS = 8
_QUIET: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


class BrokenContract(AssertionError):
    """A rule that does not keep its contract; the message names the clause, what was found and how to mend it."""


def check_earning_rule(rule: EarningRule | AwardRule, events: SearchStrategy[EarningEvent] | None = None,
                       examples: int = 100) -> None:
    """Hold a rule, with its settings bound, against the contract of earning rules.

    The clauses: at least one of the events earns; an empty batch is answered with nothing; the answers are awards and
    doubts for events of the batch, in whole points above zero, in declared units, with steps that fold to the points
    and can be stored; the same events give the same answers whole, split, in another order and asked again; events
    stay as they are; the rule can be pickled for another process.

    A rule that works on awards is given two for each event in each of its units: for the pieces, and for the event.

    Args:
        rule: the rule, as ``build`` of its kind returns it.
        events: events that the rule is meant for, best from ``treuwerk.testing.strategies``; left out: any.
        examples: how many batches are tried.

    Raises:
        BrokenContract: for the smallest batch that breaks a clause.
    """
    source = any_events() if events is None else events
    rule = OnBaseAwards(rule) if isinstance(rule, AwardRule) else rule
    _check_empty_batch(rule)
    try:
        _check_that_something_earns(rule, source, examples)
        _check_batches(rule, _pickled(rule), source, examples)
    except Flaky as error:
        raise BrokenContract("the same answers asked again: the rule answers the same events differently from one time "
                             "to the next; it may not remember anything, nor look at the clock") from error


def _check_batches(rule: EarningRule, restored: EarningRule, source: SearchStrategy[EarningEvent],
                   examples: int) -> None:
    @settings(max_examples=examples, phases=[Phase.generate, Phase.shrink], **_QUIET)
    @given(st.lists(source, max_size=_MOST_EVENTS), st.data())
    def hold(batch: list[EarningEvent], data: st.DataObject) -> None:
        answers = _asked(rule, batch)
        for answer in answers:
            _check_answer(rule, answer, len(batch))
        order = data.draw(st.permutations(range(len(batch))), label="order")
        cut = data.draw(st.integers(0, len(batch)), label="cut")
        _check_same(answers, _asked(rule, batch), "asked again")
        _check_same(answers, _asked(restored, batch), "asked after pickling")
        _check_same(answers, _in_order(rule, batch, order), f"asked in the order {order}")
        _check_same(answers, _split(rule, batch, cut), f"split before event {cut}")

    hold()


def _asked(rule: EarningRule, batch: list[EarningEvent]) -> list[Answer]:
    """The answers to a batch, which must be the same afterwards."""
    before = repr(batch)
    answers = list(rule.awards(batch))
    if repr(batch) != before:
        raise BrokenContract("no mutation: the rule changed its events; build new values instead of changing them")
    return answers


def _check_empty_batch(rule: EarningRule) -> None:
    if answers := _asked(rule, []):
        raise BrokenContract(f"empty batch: found {answers!r:.200}, expected no answers to no events")


def _check_that_something_earns(rule: EarningRule, source: SearchStrategy[EarningEvent], examples: int) -> None:
    """A rule that never answers keeps every clause and proves nothing."""
    try:
        find(source, lambda event: any(isinstance(answer, Award) for answer in _asked(rule, [event])),
             settings=settings(max_examples=10 * examples, phases=[Phase.generate], **_QUIET))
    except NoSuchExample:
        raise BrokenContract(f"something earns: none of {10 * examples} events got an award; give check_earning_rule "
                             "a strategy with events that the rule is meant for") from None


def _pickled(rule: EarningRule) -> EarningRule:
    try:
        restored: EarningRule = pickle.loads(pickle.dumps(rule))  # noqa: S301 - our own bytes
    except Exception as error:
        raise BrokenContract(f"picklable: {type(error).__name__}: {error}; workers in other processes need the rule. "
                             "Define its class at the top of a module, or give it __reduce__") from error
    return restored


def _check_answer(rule: EarningRule, answer: Answer, count: int) -> None:
    if not isinstance(answer, Award | Doubt):
        raise BrokenContract(f"answers: found {answer!r:.200}, expected Award or Doubt")
    if type(answer.event) is not int or not 0 <= answer.event < count:
        raise BrokenContract(f"indexes in range: found event {answer.event!r}, expected 0 to {count - 1}")
    if isinstance(answer, Award):
        _check_award(rule, answer)
    elif not answer.code or not answer.reason:
        raise BrokenContract(f"doubts: found {answer!r:.200}, expected a code and a reason for a person")


def _check_award(rule: EarningRule, award: Award) -> None:
    if type(award.points) is not int or award.points < 0 or (award.points == 0 and not _is_rounded(award)):
        raise BrokenContract(f"whole points above zero: found {award.points!r}; round last of all, and give no award "
                             "for 0 but where a part of a point was rounded")
    if award.unit not in rule.units:
        raise BrokenContract(f"declared units: found {award.unit!r}, expected one of {sorted(rule.units)}")
    figures = fold(award.steps) or [Fraction(0)]
    if figures[-1] != award.points:
        raise BrokenContract(f"steps explain the points: {steps_as_json(award.steps)} fold to {figures[-1]}, "
                             f"expected {award.points}")


def _is_rounded(award: Award) -> bool:
    return bool(award.steps) and award.steps[-1].operation in ROUNDINGS


def _in_order(rule: EarningRule, batch: list[EarningEvent], order: Sequence[int]) -> list[Answer]:
    return [moved(answer, order[answer.event])
            for answer in _asked(rule, [batch[index] for index in order])]


def _split(rule: EarningRule, batch: list[EarningEvent], cut: int) -> list[Answer]:
    behind = [moved(answer, answer.event + cut) for answer in _asked(rule, batch[cut:])]
    return [*_asked(rule, batch[:cut]), *behind]


def _check_same(whole: Sequence[Answer], other: Sequence[Answer], how: str) -> None:
    if sorted(map(repr, whole)) != sorted(map(repr, other)):
        raise BrokenContract(f"the same answers {how}: found {other!r:.400}, expected {whole!r:.400}; a rule may "
                             "not remember other events or depend on their order")
