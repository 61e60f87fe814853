"""The tier scheme `tier_points`: windows of the calendar, every way down, and laws over all histories."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from treuwerk.domain.tier_history import Grant, State, Walked, walk
from treuwerk.domain.tiers import Counts, Fact, Why
from treuwerk_tier_points.policy import TierPoints
from treuwerk_tier_points.settings import (
    ENDLESS,
    Downgrade,
    Join,
    Lasts,
    MetricSettings,
    Starts,
    TierConditions,
    TierPointsSettings,
    Window,
)
from treuwerk_tier_points.windows import period, rolling

JOINED = date(2024, 2, 29)
START = date(2026, 1, 1)
METRICS = {"points": MetricSettings(Counts.POINTS, unit="status"),
           "seminars": MetricSettings(Counts.ACTIVITIES, activity="seminar")}
TIERS = {"silver": TierConditions({"points": Decimal(100)}), "gold": TierConditions({"points": Decimal(300)}),
         "platinum": TierConditions({"points": Decimal(900), "seminars": Decimal(2)}, Join.ANY)}


def scheme(window: Window = Window.YEAR, lasts: Lasts = Lasts.PERIOD, starts: Starts = Starts.AT_ONCE,
           downgrade: Downgrade = Downgrade.PERIOD_END, grace_days: int = 0, months: int = 12) -> TierPoints:
    return TierPoints(TierPointsSettings(METRICS, TIERS, window, months, starts, lasts, downgrade, grace_days))


def fact(day: str, points: int, metric: str = "points", known: str = "") -> Fact:
    return Fact(metric, date.fromisoformat(day), date.fromisoformat(known or day), Decimal(points))


def walked(of: TierPoints, last: str, *facts: Fact, grants: Sequence[Grant] = ()) -> Walked:
    return walk(of, State(date(2025, 12, 31)), facts, grants, date.fromisoformat(last), JOINED)


def told(found: Walked) -> list[tuple[str, str, str]]:
    return [(one.day.isoformat(), one.after, str(one.until or "")) for one in found.changes]


@pytest.mark.parametrize(("window", "day", "first", "last"), [
    (Window.YEAR, "2028-02-29", "2028-01-01", "2028-12-31"),
    (Window.HALF_YEAR, "2026-07-01", "2026-07-01", "2026-12-31"),
    (Window.QUARTER, "2026-12-31", "2026-10-01", "2026-12-31"),
    (Window.ANNIVERSARY, "2026-02-27", "2025-02-28", "2026-02-27"),
    (Window.ANNIVERSARY, "2026-02-28", "2026-02-28", "2027-02-27"),
    (Window.ANNIVERSARY, "2028-02-28", "2027-02-28", "2028-02-28"),
    (Window.ANNIVERSARY, "2028-02-29", "2028-02-29", "2029-02-27")])
def test_periods_follow_the_calendar_also_in_leap_years(window: Window, day: str, first: str, last: str) -> None:
    assert [str(one) for one in period(window, date.fromisoformat(day), JOINED)] == [first, last]


@pytest.mark.parametrize(("day", "first"), [("2029-02-28", "2028-03-01"), ("2028-02-29", "2027-03-01"),
                                            ("2026-12-30", "2025-12-31")])
def test_a_rolling_year_has_no_day_twice(day: str, first: str) -> None:
    assert str(rolling(date.fromisoformat(day), 12)[0]) == first


@pytest.mark.parametrize(("of", "expected"), [
    (scheme(), [("2026-03-03", "gold", "2026-12-31"), ("2027-01-01", "", ""), ("2027-05-01", "silver", "2027-12-31"),
                ("2028-01-01", "", "")]),
    (scheme(lasts=Lasts.NEXT_PERIOD), [("2026-03-03", "gold", "2027-12-31"), ("2028-01-01", "silver", "2028-12-31"),
                                       ("2029-01-01", "", "")]),
    (scheme(lasts=Lasts.NEXT_PERIOD, starts=Starts.NEXT_PERIOD), [
        ("2027-01-01", "gold", "2028-12-31"), ("2029-01-01", "silver", "2029-12-31"), ("2030-01-01", "", "")]),
    (scheme(downgrade=Downgrade.ONE_STEP), [
        ("2026-03-03", "gold", "2026-12-31"), ("2027-01-01", "silver", "2027-12-31"), ("2028-01-01", "", "")]),
    (scheme(downgrade=Downgrade.NEVER), [("2026-03-03", "gold", "2026-12-31")]),
    (scheme(grace_days=31), [("2026-03-03", "gold", "2026-12-31"), ("2027-02-01", "", ""),
                             ("2027-05-01", "silver", "2027-12-31"), ("2028-02-01", "", "")]),
    (scheme(Window.ROLLING, downgrade=Downgrade.AT_ONCE), [
        ("2026-03-03", "gold", ""), ("2027-03-03", "", ""), ("2027-05-01", "silver", ""), ("2028-05-01", "", "")]),
    (scheme(Window.ROLLING, downgrade=Downgrade.AT_ONCE, grace_days=60), [
        ("2026-03-03", "gold", ""), ("2027-05-02", "silver", ""), ("2028-06-30", "", "")]),
    (scheme(Window.LIFETIME, downgrade=Downgrade.NEVER), [("2026-03-03", "gold", "")])])
def test_ways_up_and_down(of: TierPoints, expected: list[tuple[str, str, str]]) -> None:
    found = walked(of, "2030-12-31", fact("2026-03-03", 400), fact("2027-05-01", 150))

    assert told(found) == expected


def test_the_projection_names_what_is_missing_by_when() -> None:
    of = scheme(lasts=Lasts.NEXT_PERIOD)
    outlook = walked(of, "2027-06-01", fact("2026-03-03", 400), fact("2027-05-01", 260)).outlook

    assert outlook.stay is not None
    assert (outlook.stay.tier, [one.missing for one in outlook.stay.missing]) == ("gold", [Decimal(40)])
    assert (str(outlook.stay.by), str(outlook.stay.until)) == ("2027-12-31", "2028-12-31")
    assert outlook.next is not None
    assert (outlook.next.tier, outlook.next.every) == ("platinum", False)
    assert [(one.metric, one.missing) for one in outlook.next.missing] == [
        ("points", Decimal(640)), ("seminars", Decimal(2))]


def test_one_of_several_conditions_is_enough_where_it_says_so() -> None:
    assert told(walked(scheme(), "2026-12-31", fact("2026-02-01", 1, "seminars"), fact("2026-02-02", 1, "seminars"))
                ) == [("2026-02-02", "platinum", "2026-12-31")]


def test_what_is_known_late_counts_from_then_on_and_returns_keep_a_dated_tier() -> None:
    late = walked(scheme(), "2026-06-30", fact("2026-03-03", 100, known="2026-05-01"))
    back = walked(scheme(), "2026-06-30", fact("2026-03-03", 100), fact("2026-03-03", -60, known="2026-04-01"))

    assert told(late) == [("2026-05-01", "silver", "2026-12-31")]
    assert told(back) == [("2026-03-03", "silver", "2026-12-31")]


def test_higher_figures_take_no_dated_tier_away_and_lower_ones_give_at_once() -> None:
    before = walked(scheme(), "2026-06-30", fact("2026-03-03", 310)).state
    harder = TierPoints(TierPointsSettings(METRICS, {**TIERS, "gold": TierConditions({"points": Decimal(500)})}))
    easier = TierPoints(TierPointsSettings(METRICS, {**TIERS, "platinum": TierConditions({"points": Decimal(305)})}))
    facts = [fact("2026-03-03", 310)]

    assert walk(harder, before, facts, (), date(2026, 12, 31), JOINED).state.tier == "gold"
    assert walk(harder, before, facts, (), date(2027, 1, 1), JOINED).state.tier == ""
    assert walk(easier, before, facts, (), date(2026, 7, 1), JOINED).state.tier == "platinum"


FACTS = st.lists(st.builds(
    lambda day, late, points, metric: Fact(metric, START + timedelta(day), START + timedelta(day + late),
                                           Decimal(points if metric == "points" else 1)),
    st.integers(0, 400), st.integers(0, 40), st.integers(-200, 500), st.sampled_from(["points", "seminars"])),
    max_size=12)
GRANTS = st.lists(st.builds(
    lambda number, tier, day, length: Grant(number, tier, START + timedelta(day), START + timedelta(day + length),
                                            "ada"),
    st.integers(1, 9), st.sampled_from(list(TIERS)), st.integers(0, 300), st.integers(0, 200)), max_size=2,
    unique_by=lambda one: one.id)
SCHEMES = st.one_of(
    st.builds(scheme, st.sampled_from([one for one in Window if one not in ENDLESS]), st.sampled_from(Lasts),
              st.sampled_from(Starts), st.sampled_from(Downgrade), st.integers(0, 40)),
    st.builds(lambda window, downgrade, grace, months: scheme(window, downgrade=downgrade, grace_days=grace,
                                                              months=months),
              st.sampled_from(ENDLESS), st.sampled_from([Downgrade.NEVER, Downgrade.AT_ONCE]), st.integers(0, 40),
              st.integers(1, 24)))


@settings(max_examples=60)
@given(SCHEMES, FACTS, GRANTS, st.integers(1, 300), st.integers(1, 300))
@example(scheme(Window.LIFETIME, downgrade=Downgrade.NEVER), [fact("2026-01-01", 100)], [], 1, 1)
def test_where_a_run_stops_and_another_goes_on_makes_no_difference(
        of: TierPoints, facts: list[Fact], grants: list[Grant], first: int, second: int) -> None:
    middle, last = START + timedelta(first), START + timedelta(first + second)
    begin = State(START - timedelta(1))
    whole = walk(of, begin, facts, grants, last, JOINED)

    half = walk(of, begin, facts, grants, middle, JOINED)
    rest = walk(of, half.state, facts, grants, last, JOINED)

    assert [*half.changes, *rest.changes] == list(whole.changes)
    assert rest.state == whole.state
    assert rest.outlook == whole.outlook


@settings(max_examples=60)
@given(SCHEMES, FACTS, GRANTS)
def test_changes_are_a_chain_and_nothing_given_by_hand_is_missed(
        of: TierPoints, facts: list[Fact], grants: list[Grant]) -> None:
    ladder = ["", *of.ladder]
    found = walk(of, State(START - timedelta(1)), facts, grants, START + timedelta(600), JOINED)

    tier, day = "", date.min
    for one in found.changes:
        assert one.before == tier != one.after
        assert one.day > day
        tier, day = one.after, one.day
    assert found.state.tier == tier
    for given_one in grants:
        held = [one.after for one in found.changes if one.day <= given_one.first]
        assert ladder.index(held[-1] if held else "") >= ladder.index(given_one.tier)


@given(FACTS)
def test_no_earlier_fact_matters_than_the_scheme_asks_for(facts: list[Fact]) -> None:
    of = scheme(Window.QUARTER, Lasts.NEXT_PERIOD, Starts.NEXT_PERIOD)
    half = walk(of, State(START - timedelta(1)), facts, (), START + timedelta(500), JOINED)
    since = of.first_day(half.state.day, JOINED)
    last = START + timedelta(700)

    assert walk(of, half.state, [one for one in facts if one.happened_on >= since], (), last, JOINED).changes == walk(
        of, half.state, facts, (), last, JOINED).changes


def test_nobody_falls_without_a_reason() -> None:
    found = walked(scheme(Window.ROLLING, downgrade=Downgrade.AT_ONCE), "2027-12-31", fact("2026-03-03", 100))

    assert [one.why for one in found.changes] == [Why.REACHED, Why.BELOW]
    assert dict(found.changes[1].figures) == {"points": Decimal(0)}


@pytest.mark.parametrize(("wrong", "words"), [
    ({"window": Window.LIFETIME}, "downgrade"), ({"window": Window.ROLLING, "lasts": Lasts.NEXT_PERIOD}, "next period"),
    ({"tiers": {"gold": TierConditions({"pionts": Decimal(1)})}}, "pionts")])
def test_settings_that_contradict_themselves_are_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TierPointsSettings(**{"metrics": METRICS, "tiers": TIERS, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"counts": Counts.POINTS}, {"counts": Counts.AMOUNT, "unit": "status"},
                                   {"counts": Counts.ACTIVITIES, "activity": "x", "article_kinds": ["module"]}])
def test_a_metric_has_the_keys_of_its_kind_and_no_others(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"unit|article_kinds"):
        MetricSettings(**wrong)  # type: ignore[arg-type]
