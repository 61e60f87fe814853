"""Asking the rules: windows of revisions, doubts, and the order of the programme file."""

from collections.abc import Sequence
from datetime import date, timedelta

import attrs
import pytest

from tests.support.events import DAY, purchase
from treuwerk.domain.earning import Award, Doubt, Operation, Step
from treuwerk.domain.evaluation import ActiveRule, evaluate
from treuwerk.domain.purchases import EarningEvent


@attrs.frozen
class Fixed:
    """So many points for everything; a doubt about the article ``ODD`` where it is asked for."""

    points: int
    doubts: bool = False
    units: frozenset[str] = frozenset({"bonus"})

    def awards(self, events: Sequence[EarningEvent]) -> list[Award | Doubt]:
        """One answer per event."""
        return [self._answer(index, event) for index, event in enumerate(events)]

    def _answer(self, index: int, event: EarningEvent) -> Award | Doubt:
        if self.doubts and event.article is not None and event.article.number == "ODD":
            return Doubt(index, "odd", "article ODD")
        return Award(index, "bonus", self.points, (Step(Operation.START, "points", str(self.points)),))


def points(rules: Sequence[ActiveRule], events: Sequence[EarningEvent]) -> list[list[int]]:
    return [[earned.award.points for earned in one] for one in evaluate(rules, events).earned]


def test_rules_are_asked_in_the_order_of_the_programme() -> None:
    rules = [ActiveRule("b", 1, Fixed(2)), ActiveRule("a", 1, Fixed(1))]

    result = evaluate(rules, [purchase()])

    assert [(earned.by.name, earned.award.points) for earned in result.earned[0]] == [("b", 2), ("a", 1)]


@pytest.mark.parametrize(("days", "revision"), [(-1, 1), (0, 2), (1, 2)])
def test_a_purchase_is_scored_by_the_revision_of_its_day(days: int, revision: int) -> None:
    yesterday = DAY - timedelta(days=1)
    rules = [ActiveRule("a", 1, Fixed(1), valid_until=yesterday), ActiveRule("a", 2, Fixed(2), valid_from=DAY)]

    result = evaluate(rules, [purchase(occurred_on=DAY + timedelta(days=days))])

    assert [(earned.by.revision, earned.award.points) for earned in result.earned[0]] == [(revision, revision)]


def test_both_days_of_a_window_are_included_and_no_other() -> None:
    rules = [ActiveRule("a", 1, Fixed(1), valid_from=date(2026, 5, 1), valid_until=date(2026, 5, 3))]
    events = [purchase(occurred_on=date(2026, 4, 30) + timedelta(days=day)) for day in range(5)]

    assert points(rules, events) == [[], [1], [1], [1], []]


def test_a_doubt_of_one_rule_leaves_the_purchase_without_any_points() -> None:
    rules = [ActiveRule("a", 1, Fixed(1)), ActiveRule("b", 1, Fixed(2, doubts=True)), ActiveRule("c", 1, Fixed(3))]

    result = evaluate(rules, [purchase(), purchase("ODD"), purchase()])

    assert [[earned.award.points for earned in one] for one in result.earned] == [[1, 2, 3], [], [1, 2, 3]]
    assert result.doubts == {1: Doubt(1, "odd", "article ODD")}


def test_no_rules_and_no_events_give_nothing() -> None:
    assert points([], [purchase()]) == [[]]
    assert points([ActiveRule("a", 1, Fixed(1))], []) == []
