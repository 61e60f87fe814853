"""The contract finds each way in which a rule can break it, and lets a rule pass that keeps it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import attrs
import pytest

from treuwerk.domain.earning import Award, Doubt, Operation, Step
from treuwerk.domain.purchases import EarningEvent
from treuwerk.testing.contract import BrokenContract, check_earning_rule
from treuwerk.testing.strategies import activities, events, purchases

Answers = Iterator[Award | Doubt]
Behaviour = Callable[["Rule", Sequence[EarningEvent]], Any]


def award(event: int, points: Any = 5, unit: str = "bonus", told: str = "5") -> Award:
    return Award(event, unit, points, (Step(Operation.START, "seminar", told),))


@attrs.define
class Rule:
    """A rule whose behaviour is given; `asked` counts, as a rule with a memory would."""

    behave: Behaviour
    asked: int = 0

    @property
    def units(self) -> Collection[str]:
        return {"bonus"}

    def awards(self, events: Sequence[EarningEvent]) -> Any:
        self.asked += 1
        return self.behave(self, events)


def good(_: Rule, events: Sequence[EarningEvent]) -> Answers:
    return (award(index) for index, event in enumerate(events) if event.activity == "seminar")


def only_the_first(_: Rule, events: Sequence[EarningEvent]) -> Answers:
    return (award(index) for index in range(min(len(events), 1)))


def by_position(_: Rule, events: Sequence[EarningEvent]) -> Answers:
    return (award(index, index + 1, told=str(index + 1)) for index in range(len(events)))


def every_third_time(rule: Rule, events: Sequence[EarningEvent]) -> Answers:
    return (award(index) for index in range(len(events)) if rule.asked % 3)


def answers_nobody(_: Rule, events: Sequence[EarningEvent]) -> list[Award]:
    return [award(0)]


def one_too_far(_: Rule, events: Sequence[EarningEvent]) -> Answers:
    return (award(index + 1) for index in range(len(events)))


def no_points(_: Rule, events: Sequence[EarningEvent]) -> Answers:
    return (award(index, 0, told="0") for index in range(len(events)))


def half_points(_: Rule, events: Sequence[EarningEvent]) -> Answers:
    return (award(index, 2.5, told="2.5") for index in range(len(events)))


def other_unit(_: Rule, events: Sequence[EarningEvent]) -> Answers:
    return (award(index, unit="gold") for index in range(len(events)))


def wrong_steps(_: Rule, events: Sequence[EarningEvent]) -> Answers:
    return (award(index, 5, told="4") for index in range(len(events)))


def silent_doubt(_: Rule, events: Sequence[EarningEvent]) -> Answers:
    return (award(index) if event.activity else Doubt(index, "why", "") for index, event in enumerate(events))


def plain_numbers(_: Rule, events: Sequence[EarningEvent]) -> list[Any]:
    return [award(index) if event.activity else 5 for index, event in enumerate(events)]


def never(_: Rule, events: Sequence[EarningEvent]) -> list[Award]:
    return []


def spoils_events(_: Rule, events: Sequence[EarningEvent]) -> Answers:
    for event in events:
        event.participant.attributes["seen"] = "yes"  # type: ignore[index]
    return good(_, events)


BROKEN: dict[Behaviour, str] = {
    answers_nobody: "empty batch", never: "something earns", one_too_far: "indexes in range",
    no_points: "whole points above zero", half_points: "whole points above zero", other_unit: "declared units",
    wrong_steps: "steps explain the points", silent_doubt: "doubts", plain_numbers: "answers: found 5",
    only_the_first: "the same answers", by_position: "the same answers", every_third_time: "the same answers",
    spoils_events: "no mutation",
}


@pytest.mark.parametrize("behave", BROKEN, ids=lambda behave: behave.__name__)
def test_a_rule_that_breaks_a_clause_is_caught_by_its_name(behave: Behaviour) -> None:
    with pytest.raises(BrokenContract, match=BROKEN[behave]):
        check_earning_rule(Rule(behave), events(), examples=60)


@attrs.frozen
class OnTop:
    """A rule on awards of others: it gives so many times each of them, by its own account."""

    times: int
    said: str
    units: tuple[str, ...] = ("bonus",)
    rules: tuple[str, ...] = ()

    def awards_on(self, events: Sequence[EarningEvent], earned: Sequence[Sequence[Award]]) -> Answers:
        """One award on each."""
        factor = Step(Operation.FACTOR, "campaign", self.said)
        return (one._replace(points=one.points * self.times, steps=(*one.steps, factor))
                for awards in earned for one in awards)


def test_a_rule_on_awards_is_held_against_the_same_contract() -> None:
    check_earning_rule(OnTop(2, "2"), examples=60)

    with pytest.raises(BrokenContract, match="steps explain the points"):
        check_earning_rule(OnTop(2, "3"), examples=60)


def test_a_rule_that_keeps_the_contract_passes() -> None:
    check_earning_rule(Rule(good), examples=60)


def test_a_rule_that_cannot_reach_another_process_is_caught() -> None:
    def local(rule: Rule, events: Sequence[EarningEvent]) -> Answers:
        return good(rule, events)

    rule = Rule(local)

    with pytest.raises(BrokenContract, match=r"picklable.*__reduce__"):
        check_earning_rule(rule, activities(), examples=20)


def test_events_that_the_rule_is_not_meant_for_prove_nothing() -> None:
    with pytest.raises(BrokenContract, match="something earns: none of 200 events"):
        check_earning_rule(Rule(good), purchases(), examples=20)
