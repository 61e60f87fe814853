"""For whom, for what and when a rule holds, whatever its kind."""

import pickle
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest

from tests.support.events import DAY, MEMBER, activity, purchase
from treuwerk.domain.earning import Award, Operation, Step
from treuwerk.domain.eligibility import ArticleFilter, Audience, Eligibility, LeastPerLine, Range, Weekday
from treuwerk.domain.evaluation import ActiveRule, evaluate
from treuwerk.domain.purchases import EarningEvent

ONE = (Step(Operation.START, "points", "1"),)


@attrs.frozen
class OnePoint:
    """A point for each event that it is asked about."""

    units: frozenset[str] = frozenset({"bonus"})

    def awards(self, events: Sequence[EarningEvent]) -> list[Award]:
        return [Award(index, "bonus", 1, ONE) for index in range(len(events))]


def earning(eligibility: Eligibility, *events: EarningEvent) -> list[bool]:
    """Which of the events earn by a rule with these conditions."""
    rule = ActiveRule("a", 1, OnePoint(), eligibility=eligibility)
    return [bool(earned) for earned in evaluate([rule], events).earned]


def by(event: EarningEvent, **facts: Any) -> EarningEvent:
    """The event of another participant."""
    return event._replace(participant=attrs.evolve(MEMBER, **facts))


@pytest.mark.parametrize(("audience", "included"), [
    (Audience(), [True, True, True]),
    (Audience(groups=["installer"]), [True, True, False]),
    (Audience(countries=["FR", "AT"]), [False, True, False]),
    (Audience(attributes={"region": ["south", "west"]}), [False, True, False]),
    (Audience(["installer"], ["DE"]), [False, False, False]),
])
def test_an_audience_is_of_groups_countries_and_attributes(audience: Audience, included: list[bool]) -> None:
    events = [by(purchase()), by(purchase(), country="FR", attributes={"region": "south"}),
              by(activity(), group="certified", country="DE")]

    assert earning(Eligibility(audience), *events) == included


@pytest.mark.parametrize(("chosen", "taken"), [
    (ArticleFilter(kinds=["module"]), ["M220", "00M405"]),
    (ArticleFilter(numbers=["m405", "RAIL"]), ["00M405", "RAIL"]),
    (ArticleFilter(except_numbers=["0M220"]), ["00M405", "RAIL"]),
    (ArticleFilter(attributes={"wp": Range(at_least=Decimal(221))}), ["00M405"]),
    (ArticleFilter(attributes={"wp": Range(at_most=Decimal(220))}), ["M220"]),
    (ArticleFilter(features={"scope": ["SYSTEM"]}), ["M220"]),
    (ArticleFilter(["module"], attributes={"wp": Range(Decimal(220), Decimal(405))}), ["M220", "00M405"]),
])
def test_a_filter_chooses_lines_by_article_and_delivery(chosen: ArticleFilter, taken: list[str]) -> None:
    lines = [purchase(features={"scope": "SYSTEM"}), purchase("00M405", wp="405"), purchase("RAIL", kind="mounting",
                                                                                           wp=None)]

    found = earning(Eligibility(articles=chosen), *lines, activity())

    assert [line.article.number for line, earns in zip(lines, found, strict=False) if earns and line.article] == taken
    assert not found[-1], "an activity is no purchase line"


def test_days_of_the_week_count_for_purchases_and_activities() -> None:
    week = [purchase(occurred_on=DAY + timedelta(days=day)) for day in range(7)]  # begins on a Monday

    assert earning(Eligibility(weekdays=(Weekday.TUESDAY, Weekday.SUNDAY)), *week) == [
        False, True, False, False, False, False, True]
    assert earning(Eligibility(weekdays=(Weekday.MONDAY,)), activity()) == [True]


@pytest.mark.parametrize(("least", "earns"), [
    (LeastPerLine(quantity=Decimal(10)), [False, True, True, False]),
    (LeastPerLine(amount=Decimal("99.50")), [True, False, True, False]),
    (LeastPerLine(Decimal(10), Decimal("99.50")), [False, False, True, False]),
])
def test_a_line_must_come_up_to_what_is_asked(least: LeastPerLine, earns: list[bool]) -> None:
    events = [purchase(quantity="9", amount=Decimal("99.50")), purchase(quantity="10"),
              purchase(quantity="10", amount=Decimal(100)), activity()]

    assert earning(Eligibility(at_least=least), *events) == earns


def test_all_conditions_of_a_rule_must_hold() -> None:
    conditions = Eligibility(Audience(["installer"]), ArticleFilter(["module"]), (Weekday.MONDAY,),
                             LeastPerLine(quantity=Decimal(2)))
    right = purchase(quantity="2")

    assert earning(conditions, right, right._replace(quantity=Decimal(1)), by(right, group="certified"),
                   right._replace(occurred_on=DAY + timedelta(days=1)), purchase(kind="rail", quantity="2")) == [
        True, False, False, False, False]


def test_conditions_travel_to_another_process() -> None:
    conditions = Eligibility(Audience(["installer"]), ArticleFilter(numbers=["M220"]))
    assert conditions.covers(purchase())

    there = pickle.loads(pickle.dumps(conditions))

    assert there == conditions
    assert there.covers(purchase())
    assert not there.covers(purchase("M405"))


@pytest.mark.parametrize("bounds", [{}, {"at_least": Decimal(2), "at_most": Decimal(1)}])
def test_a_range_that_says_nothing_or_holds_nothing_is_refused(bounds: dict[str, Decimal]) -> None:
    with pytest.raises(ValueError, match="at_"):
        Range(**bounds)
