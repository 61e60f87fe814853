"""How rules stand together on one line: by group, mode, priority, stop and exclusiveness."""

from collections.abc import Sequence
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.events import purchase
from treuwerk.domain.earning import Award, Doubt, Operation, Step
from treuwerk.domain.evaluation import ActiveRule, Evaluation, evaluate
from treuwerk.domain.purchases import EarningEvent
from treuwerk.domain.stacking import Mode, Standing

UNITS = ("bonus", "status")


@attrs.frozen
class Flat:
    """So many bonus points, and status points where wanted, for every line but those of an article."""

    bonus: int
    status: int = 0
    not_for: str = ""
    units: tuple[str, ...] = UNITS

    def awards(self, events: Sequence[EarningEvent]) -> list[Award | Doubt]:
        """One award for each unit."""
        return [Award(index, unit, points, (Step(Operation.START, "points", str(points)),))
                for index, event in enumerate(events) if event.article and event.article.number != self.not_for
                for unit, points in zip(UNITS, (self.bonus, self.status), strict=True) if points]


@attrs.frozen
class Doubled:
    """As many points again as a rule gave, or all of them."""

    rules: tuple[str, ...] = ()
    units: tuple[str, ...] = UNITS

    def awards_on(self, events: Sequence[EarningEvent], earned: Sequence[Sequence[Award]]) -> list[Award]:
        """One award on top of each."""
        assert [award.event for awards in earned for award in awards] == [
            index for index in range(len(events)) for _ in earned[index]]
        return [award for awards in earned for award in awards]


def rule(name: str, gives: Any, mode: Mode = Mode.STACK, group: str = "spring", **standing: Any) -> ActiveRule:
    return ActiveRule(name, 1, gives, standing=Standing(group, mode, **standing))


def earned(result: Evaluation, index: int = 0) -> list[tuple[str, str, int]]:
    return [(one.by.name, one.award.unit, one.award.points) for one in result.earned[index]]


def dropped(result: Evaluation, index: int = 0) -> list[tuple[str, int, str]]:
    return [(one.by.name, one.award.points, one.instead.name) for one in result.dropped.get(index, ())]


def bonus(*rules: ActiveRule) -> dict[str, int]:
    return {name: points for name, _, points in earned(evaluate(rules, [purchase()]))}


@pytest.mark.parametrize(("mode", "a", "b", "counts"), [
    (Mode.STACK, {}, {}, {"a": 5, "b": 9, "c": 7, "outside": 1}),
    (Mode.STACK, {"stop": True}, {}, {"a": 5, "outside": 1}),
    (Mode.STACK, {"stop": True}, {"priority": 2}, {"a": 5, "b": 9, "outside": 1}),
    (Mode.STACK, {}, {"stop": True}, {"a": 5, "b": 9, "outside": 1}),
    (Mode.STACK, {}, {"exclusive": True}, {"b": 9, "outside": 1}),
    (Mode.STACK, {"exclusive": True}, {"exclusive": True, "priority": 1}, {"b": 9, "outside": 1}),
    (Mode.FIRST, {}, {}, {"a": 5, "outside": 1}),
    (Mode.FIRST, {}, {"priority": 1}, {"b": 9, "outside": 1}),
    (Mode.FIRST, {"priority": -1}, {}, {"b": 9, "outside": 1}),
    (Mode.BEST, {}, {}, {"b": 9, "outside": 1}),
    (Mode.BEST, {"stop": True}, {}, {"a": 5, "outside": 1}),
    (Mode.BEST, {"exclusive": True}, {}, {"a": 5, "outside": 1}),
])
def test_group_and_place_decide_which_rules_count(mode: Mode, a: dict[str, Any], b: dict[str, Any],
                                                  counts: dict[str, int]) -> None:
    assert bonus(rule("a", Flat(5), mode, **a), rule("outside", Flat(1), group=""), rule("b", Flat(9), mode, **b),
                 rule("c", Flat(7), mode)) == counts


def test_the_best_is_asked_for_each_unit_and_of_equals_the_first_counts() -> None:
    result = evaluate([rule("a", Flat(5, 3), Mode.BEST), rule("b", Flat(9, 3), Mode.BEST)], [purchase()])

    assert earned(result) == [("a", "status", 3), ("b", "bonus", 9)]
    assert dropped(result) == [("a", 5, "b"), ("b", 3, "a")]


def test_each_line_is_weighed_by_itself_and_a_group_beside_another_one() -> None:
    rules = [rule("a", Flat(5), Mode.FIRST), rule("b", Flat(9, not_for="ODD"), Mode.FIRST, priority=1),
             rule("c", Flat(1), Mode.BEST, group="summer"), rule("d", Flat(2), Mode.BEST, group="summer")]

    result = evaluate(rules, [purchase(), purchase("ODD"), purchase()])

    assert [[name for name, _, _ in earned(result, at)] for at in range(3)] == [["b", "d"], ["a", "d"], ["b", "d"]]
    assert dropped(result) == [("a", 5, "b"), ("c", 1, "d")]
    assert dropped(result, 1) == [("c", 1, "d")]


def test_a_multiplier_works_on_what_counts_and_on_nothing_that_was_dropped() -> None:
    rules = [rule("double", Doubled(), group=""), rule("a", Flat(5), Mode.BEST), rule("b", Flat(9), Mode.BEST)]

    result = evaluate(rules, [purchase()])

    assert earned(result) == [("b", "bonus", 9), ("double", "bonus", 9)]


def test_it_works_on_the_rules_it_names_and_never_on_another_multiplier() -> None:
    rules = [rule("a", Flat(5), group=""), rule("b", Flat(9), group=""), rule("one", Doubled(("a",)), group=""),
             rule("all", Doubled(), group="")]

    assert earned(evaluate(rules, [purchase()]))[2:] == [("one", "bonus", 5), ("all", "bonus", 5), ("all", "bonus", 9)]


def test_multipliers_compete_with_each_other_and_with_rules_that_none_of_them_works_on() -> None:
    rules = [rule("base", Flat(5), group=""), rule("double", Doubled(), Mode.BEST), rule("gift", Flat(7), Mode.BEST)]

    result = evaluate(rules, [purchase()])

    assert earned(result) == [("base", "bonus", 5), ("gift", "bonus", 7)]
    assert dropped(result) == [("double", 5, "gift")]


def test_a_multiplier_that_fails_parks_the_lines_it_fails_on_and_no_other() -> None:
    class Failing(Doubled):
        def awards_on(self, events: Sequence[EarningEvent], earned: Sequence[Sequence[Award]]) -> list[Award]:
            if any(event.article is not None and event.article.number == "ODD" for event in events):
                raise ValueError("odd")
            return super().awards_on(events, earned)

    rules = [rule("base", Flat(5, not_for="NONE"), group=""), rule("double", Failing(), group="")]

    result = evaluate(rules, [purchase("NONE"), purchase("ODD"), purchase()])

    assert [earned(result, index) for index in range(3)] == [[], [], [("base", "bonus", 5), ("double", "bonus", 5)]]
    assert list(result.doubts) == [1]
    assert "rule 'double' revision 1 failed: ValueError: odd" in result.doubts[1].reason


MODES = {"spring": Mode.BEST, "summer": Mode.FIRST, "autumn": Mode.STACK, "": Mode.STACK}
standings = st.sampled_from(sorted(MODES)).flatmap(lambda group: st.builds(
    Standing, st.just(group), st.just(MODES[group]), st.integers(-1, 1), st.booleans(), st.booleans()))
kinds = st.one_of(st.builds(Flat, st.integers(0, 5), st.integers(0, 5), st.sampled_from(["", "M220", "ODD"])),
                  st.just(Doubled()))
programmes = st.lists(st.tuples(kinds, standings), max_size=7).map(
    lambda rules: [ActiveRule(f"r{number}", 1, gives, standing=place) for number, (gives, place) in enumerate(rules)])


@given(programmes, st.lists(st.sampled_from(["M220", "ODD", "THIRD"]), max_size=5))
def test_what_counts_and_what_is_dropped_is_told_of_every_line_by_itself(rules: list[ActiveRule],
                                                                         articles: list[str]) -> None:
    events = [purchase(article) for article in articles]

    whole = evaluate(rules, events)

    for index, event in enumerate(events):
        alone = evaluate(rules, [event])
        assert (earned(whole, index), dropped(whole, index)) == (earned(alone), dropped(alone))
        counting = {name for name, _, _ in earned(alone)}
        assert {instead for _, _, instead in dropped(alone)} <= counting
        free = {one.by.name for one in alone.earned[0] if not one.by.standing.group}
        assert not any(name in free for name, _, _ in dropped(alone))


@given(programmes)
def test_of_a_group_something_counts_wherever_something_was_given(rules: list[ActiveRule]) -> None:
    found = evaluate(rules, [purchase()])

    for group in MODES:
        members = {one.by.name for one in found.earned[0] if one.by.standing.group == group}
        lost = {one.by.name for one in found.dropped.get(0, ()) if one.by.standing.group == group}
        assert members or not lost
        if group == "summer":
            assert len(members) <= 1


def test_who_was_stopped_is_told_of_the_rule_that_counts_in_the_end() -> None:
    rules = [rule("best", Flat(9), Mode.BEST, priority=2), rule("stops", Flat(5), Mode.BEST, priority=1, stop=True),
             rule("last", Flat(20), Mode.BEST)]

    result = evaluate(rules, [purchase()])

    assert earned(result) == [("best", "bonus", 9)]
    assert dropped(result) == [("stops", 5, "best"), ("last", 20, "best")]
