"""Days that come back every year."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.occasions import Member, Occasion
from treuwerk.domain.participants import Participant
from treuwerk_occasions.yearly import Yearly, YearlySettings

DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))


def found(joined_on: str, since: str, until: str, settings: YearlySettings | None = None,
          **attributes: str) -> list[tuple[str, str]]:
    source = Yearly(settings or YearlySettings())
    someone = Participant(1, "installer", joined_on=joined_on, attributes=attributes)
    if not source.concerns(someone):
        return []
    return [(one.day.isoformat(), one.code) for one in source.occasions(
        [Member(someone)], date.fromisoformat(since), date.fromisoformat(until))]


@pytest.mark.parametrize(("joined_on", "since", "until", "days"), [
    ("2024-06-03", "2026-06-02", "2026-06-03", [("2026-06-03", "2026")]),
    ("2024-06-03", "2026-06-03", "2026-06-04", []),
    ("2024-06-03", "2024-06-02", "2024-06-30", []),
    ("2024-02-29", "2025-02-27", "2025-03-01", [("2025-02-28", "2025")]),
    ("2024-02-29", "2028-02-27", "2028-03-01", [("2028-02-29", "2028")]),
    ("2020-12-31", "2025-12-30", "2027-01-01", [("2025-12-31", "2025"), ("2026-12-31", "2026")]),
    ("", "2026-01-01", "2026-12-31", []),
    ("soon", "2026-01-01", "2026-12-31", [])])
def test_the_day_of_joining_comes_back(joined_on: str, since: str, until: str, days: list[tuple[str, str]]) -> None:
    assert found(joined_on, since, until) == days


@pytest.mark.parametrize(("text", "days"), [
    ("1980-05-14", ["2026-05-14"]), ("--05-14", ["2026-05-14"]), ("--02-29", ["2026-02-28"]),
    ("14.05.1980", []), ("--13-01", []), ("1980-5-14", []), ("19800514", []), ("", [])])
def test_an_attribute_may_hold_the_day_with_or_without_its_year(text: str, days: list[str]) -> None:
    told = found("2020-01-01", "2026-01-31", "2026-12-30", YearlySettings("birthday"), birthday=text)

    assert [day for day, _ in told] == days


def test_only_some_years_count() -> None:
    settings = YearlySettings(years=[5, 10])

    assert found("2016-06-03", "2016-06-03", "2030-01-01", settings) == [("2021-06-03", "2021"), ("2026-06-03", "2026")]
    assert found("2016-06-03", "2026-01-01", "2030-01-01", YearlySettings("day", [5]), day="--06-03") == []


@given(DAYS, DAYS, st.lists(st.integers(0, 900), max_size=8))
def test_nights_that_are_cut_anyhow_find_the_same_days(joined: date, start: date, gaps: list[int]) -> None:
    source, member = Yearly(YearlySettings()), [Member(Participant(1, "x", joined_on=joined.isoformat()))]
    bounds = [start]
    for gap in gaps:
        bounds.append(bounds[-1] + timedelta(days=gap))

    apart: list[Occasion] = []
    for since, until in pairwise(bounds):
        apart += source.occasions(member, since, until)

    assert apart == list(source.occasions(member, bounds[0], bounds[-1]))
