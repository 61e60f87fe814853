"""Why not, and what is missing: a hint is true, and nothing less than it would do."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.events import DAY, activity, purchase
from treuwerk.domain.conditions import Fact, Instead, Judged, changed, in_window, judged
from treuwerk.domain.earning import Award, Doubt, Operation, Step
from treuwerk.domain.eligibility import EVERYTHING, ArticleFilter, Audience, Eligibility, LeastPerLine, Range, Weekday
from treuwerk.domain.evaluation import ActiveRule, evaluate
from treuwerk.domain.near_misses import NEAR, Considered, consider
from treuwerk.domain.purchases import EarningEvent
from treuwerk_decision_table.rule import DecisionTable, DecisionTableSettings, Row
from treuwerk_product_factor.rule import ProductFactor, ProductFactorSettings
from treuwerk_rate.rule import Rate, RateSettings

MODULES = ProductFactor(ProductFactorSettings(
    "bonus", ["module"], "wp", Decimal(10), "scope", {"SYSTEM": Decimal(2), "MODULE": Decimal(1)}))
ALONE = {"scope": "MODULE"}


@attrs.frozen
class APiece:
    """A point for each piece."""

    units: frozenset[str] = frozenset({"bonus"})

    def awards(self, events: Sequence[EarningEvent]) -> list[Award]:
        return [Award(at, "bonus", int(event.quantity), (Step(Operation.START, "quantity", f"{event.quantity:f}"),))
                for at, event in enumerate(events)]


@attrs.frozen
class Boastful(APiece):
    """A rule that proposes what a test gives it."""

    proposals: tuple[Any, ...] = ()

    def missing(self, event: EarningEvent) -> Iterator[Any]:
        yield from self.proposals


def rule(eligibility: Eligibility = EVERYTHING, of: Any = None, name: str = "a", **terms: Any) -> ActiveRule:
    return ActiveRule(name, 1, of or APiece(), eligibility=eligibility, **terms)


def one(active: ActiveRule, event: EarningEvent) -> Considered:
    [found] = consider([active], event).rules
    return found


def points(active: ActiveRule, event: EarningEvent) -> int:
    return sum(earned.award.points for earned in evaluate([active], [event]).earned[0])


EVENTS = st.builds(
    lambda quantity, amount, day, scope, kind: purchase(
        quantity=str(quantity), kind=kind, amount=amount, features={"scope": scope},
        occurred_on=DAY + timedelta(days=day)),
    st.integers(1, 30), st.none() | st.decimals(1, 3_000, places=2), st.integers(-45, 45),
    st.sampled_from(["SYSTEM", "MODULE", ""]), st.sampled_from(["module", "inverter"]))
CONDITIONS = st.builds(
    Eligibility,
    st.none() | st.builds(Audience, st.sampled_from([[], ["installer"], ["certified"]])),
    st.none() | st.builds(ArticleFilter, kinds=st.sampled_from([[], ["module"]]), attributes=st.sampled_from(
        [{}, {"wp": Range(at_least=Decimal(200))}]), features=st.sampled_from([{}, {"scope": ["SYSTEM"]}])),
    st.lists(st.sampled_from(list(Weekday)), max_size=2, unique=True).map(tuple),
    st.none() | st.builds(LeastPerLine, st.none() | st.integers(1, 40).map(Decimal),
                          st.none() | st.integers(1, 4_000).map(Decimal)))
WINDOWS = st.none() | st.tuples(st.integers(-40, 40), st.integers(0, 20))


def active_of(eligibility: Eligibility, window: tuple[int, int] | None, of: Any = None) -> ActiveRule:
    if window is None:
        return rule(eligibility, of)
    first = DAY + timedelta(days=window[0])
    return rule(eligibility, of, valid_from=first, valid_until=first + timedelta(days=window[1]))


@given(CONDITIONS, WINDOWS, EVENTS)
def test_the_conditions_told_are_those_that_decide(eligibility: Eligibility, window: tuple[int, int] | None,
                                                   event: EarningEvent) -> None:
    active = active_of(eligibility, window)
    told = [*in_window(active.valid_from, active.valid_until, event.occurred_on), *judged(eligibility, event)]

    assert all(condition.holds for condition in told) == bool(points(active, event))


@given(CONDITIONS, WINDOWS, EVENTS, st.sampled_from([None, MODULES]))
def test_a_hint_is_true_and_every_part_of_it_is_needed(eligibility: Eligibility, window: tuple[int, int] | None,
                                                       event: EarningEvent, of: Any) -> None:
    active = active_of(eligibility, window, of)
    before = points(active, event)

    for found in consider([active], event).rules:
        assert sum(found.gave.values()) == before
        for way in found.ways:
            assert points(active, changed(event, way.instead)) == before + way.points["bonus"] > before
            for left_out in way.instead if of is None else ():
                rest = [fact for fact in way.instead if fact is not left_out]
                assert points(active, changed(event, rest)) == before, "the hint asks for more than is needed"


@given(CONDITIONS, WINDOWS, EVENTS)
def test_a_figure_is_the_least_that_does(eligibility: Eligibility, window: tuple[int, int] | None,
                                         event: EarningEvent) -> None:
    active = active_of(eligibility, window)

    for way in (way for found in consider([active], event).rules for way in found.ways):
        for fact in way.instead:
            if fact.fact in (Fact.QUANTITY, Fact.AMOUNT) and isinstance(fact.value, Decimal) and fact.value > 1:
                step = Decimal(1) if fact.fact is Fact.QUANTITY else Decimal("0.01")
                less = attrs.evolve(fact, value=fact.value - step)
                facts = [less if other is fact else other for other in way.instead]
                assert points(active, changed(event, facts)) == 0


@given(CONDITIONS, EVENTS)
def test_who_is_meant_by_what_nobody_can_help_gets_no_hint(eligibility: Eligibility, event: EarningEvent) -> None:
    found = one(rule(eligibility), event)
    beyond = {Fact.GROUP, Fact.KIND, Fact.NUMBER, Fact.ARTICLE, Fact.GOODS}

    if any(failed.fact in beyond for failed in found.failed):
        assert not found.ways


def test_eight_of_ten_pieces_are_two_short() -> None:
    found = one(rule(Eligibility(at_least=LeastPerLine(Decimal(10)))), purchase(quantity="8"))

    [failed] = found.failed
    assert failed == Judged(Fact.QUANTITY, False, "8", at_least=Decimal(10), missing=Decimal(2))
    [way] = found.ways
    assert way.instead == (Instead(Fact.QUANTITY, Decimal(10), found="8"),)
    assert way.points == {"bonus": 10}


def test_an_amount_is_told_as_it_is_and_one_that_nobody_knows_is_no_hint() -> None:
    least = rule(Eligibility(at_least=LeastPerLine(amount=Decimal(1_000))))

    assert one(least, purchase(amount=Decimal(950))).failed[0].missing == 50
    assert one(least, purchase()).ways == ()


@pytest.mark.parametrize(("weekdays", "first", "last", "day"), [
    ((Weekday.SATURDAY,), date.min, date.max, date(2026, 5, 2)),
    ((Weekday.TUESDAY, Weekday.SUNDAY), date.min, date.max, date(2026, 5, 5)),
    ((Weekday.SATURDAY,), DAY, date.max, date(2026, 5, 9)),
    ((Weekday.SATURDAY,), date(2026, 5, 6), date(2026, 5, 8), None),
    ((), date(2026, 5, 6), date.max, date(2026, 5, 6)),
    ((), date.min, date(2026, 5, 1), date(2026, 5, 1)),
])
def test_the_nearest_day_that_counts_is_named(weekdays: tuple[Weekday, ...], first: date, last: date,
                                              day: date | None) -> None:
    found = one(rule(Eligibility(weekdays=weekdays), valid_from=first, valid_until=last), purchase())

    assert [fact.value for way in found.ways for fact in way.instead] == ([day] if day else [])


def test_rules_far_away_and_older_revisions_are_no_matter() -> None:
    far, edge = DAY + NEAR + timedelta(days=1), DAY - NEAR
    triple = Rate(RateSettings("bonus", Decimal(3)))
    rules = [rule(name="far", valid_from=far), rule(of=triple, name="edge", valid_until=edge),
             rule(name="two", valid_until=DAY - timedelta(days=1)), rule(name="two", valid_from=DAY)]

    found = consider(rules, purchase()).rules

    assert [told.rule for told in found] == ["edge", "two"]
    assert found[1].gave == {"bonus": 1}


def test_a_rule_that_is_to_begin_is_told_from_its_first_day_on_and_only_where_it_may() -> None:
    first = DAY + timedelta(days=3)
    found = one(rule(valid_from=first), purchase())

    assert (found.is_told(DAY), found.is_told(first)) == (False, True)
    assert not one(rule(valid_from=first, hint=False), purchase()).is_told(first)


def test_what_was_nearest_stands_first() -> None:
    rules = [rule(Eligibility(Audience(["certified"])), name="others"),
             rule(Eligibility(weekdays=[Weekday.SATURDAY], at_least=LeastPerLine(Decimal(5))), name="two"),
             rule(Eligibility(at_least=LeastPerLine(Decimal(5))), name="single")]

    assert [told.rule for told in consider(rules, purchase()).rules] == ["single", "two", "others"]


def test_activities_have_no_articles() -> None:
    found = one(rule(Eligibility(articles=ArticleFilter(kinds=["module"]))), activity())

    assert found.failed[0] == Judged(Fact.GOODS, False, "seminar")
    assert found.is_of_other_goods


def test_a_plugin_that_fails_or_answers_nonsense_only_loses_its_hint() -> None:
    nonsense: list[Any] = [(3,), [("x",)], [(Instead(Fact.QUANTITY, Decimal(-1)),)], [(Instead(Fact.GROUP, "x"),)]]
    for proposals in nonsense:
        looked = consider([rule(of=Boastful(proposals=tuple(proposals)))], purchase())

        assert looked.rules[0].gave == {"bonus": 1}
        assert looked.rules[0].ways == ()
        assert "rule 'a' revision 1 cannot tell what is missing" in looked.failures[0]


def test_what_a_plugin_proposes_is_kept_only_where_it_gives_more() -> None:
    few, many = ((Instead(Fact.QUANTITY, Decimal(figure)),) for figure in (2, 9))
    [found] = consider([rule(of=Boastful(proposals=(few, many)))], purchase(quantity="5")).rules

    assert [(way.instead[0].value, way.points) for way in found.ways] == [(Decimal(9), {"bonus": 4})]


@attrs.frozen
class Doubtful(APiece):
    """A rule that cannot decide about whole orders."""

    def awards(self, events: Sequence[EarningEvent]) -> list[Any]:
        return [Doubt(0, "unsure", "ask somebody") for event in events if event.quantity > 9]


def test_a_hint_counts_what_other_rules_would_give_less() -> None:
    monday, saturday = (rule(Eligibility(weekdays=[day]), name=day) for day in (Weekday.MONDAY, Weekday.SATURDAY))
    twice = rule(Eligibility(weekdays=[Weekday.SATURDAY]), Rate(RateSettings("bonus", Decimal(3))), name="more")

    assert [told.ways for told in consider([monday, saturday], purchase(quantity="4")).rules] == [(), ()]
    [found] = [told for told in consider([monday, twice], purchase(quantity="4")).rules if told.rule == "more"]
    assert found.ways[0].points == {"bonus": 12 - 4}


def test_a_rule_that_another_one_keeps_from_giving_says_so() -> None:
    rules = [rule(name="plain"), rule(of=Doubtful(), name="doubtful")]
    [plain] = [told for told in consider(rules, purchase(quantity="10")).rules if told.rule == "plain"]

    assert (plain.gave, plain.failed) == ({}, [Judged(Fact.PLACE, False)])


def test_a_factor_that_counts_more_is_named_with_its_points() -> None:
    found = one(rule(of=MODULES), purchase(quantity="10", features=ALONE))

    [way] = found.ways
    assert way.instead == (Instead(Fact.FEATURE, "SYSTEM", "scope", "MODULE"),)
    assert (found.gave, way.points) == ({"bonus": 220}, {"bonus": 220})
    assert one(rule(of=MODULES), purchase(kind="inverter", features=ALONE)).is_of_other_goods


@given(st.integers(1, 60), st.integers(1, 400))
def test_the_pieces_of_a_first_point_are_the_fewest(quantity: int, each: int) -> None:
    wants = ProductFactor(ProductFactorSettings("bonus", ["module"], "wp", Decimal(each)))
    event = purchase(quantity=str(quantity), wp="7")

    for way in one(rule(of=wants), event).ways:
        [fact] = way.instead
        assert isinstance(fact.value, Decimal)
        assert points(rule(of=wants), event._replace(quantity=fact.value - 1)) == 0


RATES = st.builds(RateSettings, st.just("bonus"), st.sampled_from([Decimal("0.3"), Decimal(1), Decimal("2.5")]),
                  st.sampled_from(["quantity", "amount", "wp"]), st.sampled_from([Decimal(3), Decimal(100)]),
                  st.booleans())


@given(RATES, st.integers(1, 500), st.decimals(1, 900, places=2))
def test_the_next_step_of_a_rate_is_the_nearest_one(settings: RateSettings, quantity: int, amount: Decimal) -> None:
    active = rule(of=Rate(settings))
    event = purchase(quantity=str(quantity), wp="7.5", amount=amount)
    before = points(active, event)
    ways = one(active, event).ways

    assert bool(ways) == (settings.full_multiples or not before)
    for way in ways:
        [fact] = way.instead
        assert isinstance(fact.value, Decimal)
        least = Decimal("0.01") if fact.fact is Fact.AMOUNT else Decimal(1)
        assert points(active, changed(event, [attrs.evolve(fact, value=fact.value - least)])) == before


TABLE = DecisionTable(DecisionTableSettings("bonus", [
    Row("systems", 30, ArticleFilter(features={"scope": ["SYSTEM"]})),
    Row("fifty", 20, quantity=Range(at_least=Decimal(50))),
    Row("certified", 90, audience=Audience(["certified"])),
    Row("others", 10)]))


def test_a_table_tells_what_is_short_of_its_other_rows() -> None:
    found = one(rule(of=TABLE), purchase(quantity="48", features=ALONE))

    assert found.gave == {"bonus": 480}
    assert [(way.instead[0].value, way.points) for way in found.ways] == [
        ("SYSTEM", {"bonus": 960}), (Decimal(50), {"bonus": 520})]
