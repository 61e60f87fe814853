"""Limits as arithmetic: which counters an award meets, what they leave of it, and in what order."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from treuwerk.domain.limits import (
    EVERYBODY,
    Award,
    Bound,
    Counters,
    Limit,
    Limits,
    Revision,
    Scope,
    Stretch,
    cut_awards,
    limited,
    step_of,
    stretch_of,
    worth_points,
)

MONTH = Limit("cap|month|bonus|modules", "cap month", "bonus", 500, Stretch.MONTH, Scope.PARTICIPANT)
NOTE = Limit("cap|document|bonus|modules", "cap document", "bonus", 300, Stretch.EVER, Scope.DOCUMENT)
SPRING = Limit("budget|spring", "budget spring", "bonus", 1_000)


def award(points: int = 200, *, account: int = 7, day: str = "2026-03-31", document: str = "note 1",
          unit: str = "bonus", rule: str = "modules") -> Award:
    return Award(account, rule, unit, day, document, points)


def test_an_award_meets_the_limits_of_its_revision_unit_and_day() -> None:
    limits = Limits({"modules": [Revision([MONTH, NOTE, SPRING], until=date(2026, 3, 31)),
                                 Revision([SPRING], first=date(2026, 4, 1))], "seminars": [Revision([])]})

    assert limits.rules == {"modules"}
    assert limits.bounds(award()) == [
        Bound((7, "cap|month|bonus|modules|2026-03"), "cap month", 500),
        Bound((7, "cap|document|bonus|modules||note 1"), "cap document", 300),
        Bound((EVERYBODY, "budget|spring|"), "budget spring", 1_000)]
    assert [one.name for one in limits.bounds(award(day="2026-04-01"))] == ["budget spring"]
    assert [one.name for one in limits.bounds(award(document=""))] == ["cap month", "budget spring"]
    assert limits.bounds(award(unit="status")) == limits.bounds(award(rule="seminars")) == []
    assert not Limits({"seminars": [Revision([])]})


def test_who_comes_first_is_served_first_and_the_tightest_limit_is_named() -> None:
    limits = Limits({"modules": [Revision([MONTH, NOTE, SPRING])]})
    counters = Counters({(EVERYBODY, "budget|spring|"): 400})

    served = [counters.grant(one.points, limits.bounds(one)) for one in (
        award(), award(), award(document="note 2"), award(document="note 3"), award(account=8))]

    assert [(one.points, one.by and one.by.name) for one in served] == [
        (200, None), (100, "cap document"), (200, None), (0, "cap month"), (100, "budget spring")]
    assert counters.granted[EVERYBODY, "budget|spring|"] == 600
    assert served[1].by
    assert step_of(served[1].points, served[1].by) == ("at_most", "cap document", "100")


@given(st.lists(st.integers(1, 400), max_size=20), st.integers(0, 600))
def test_limits_give_all_they_have_and_never_more(wanted: list[int], used: int) -> None:
    place = (7, "cap")
    counters, bound = Counters({place: used}), Bound(place, "cap month", 500)

    given_points = sum(counters.grant(points, [bound]).points for points in wanted)

    assert given_points == min(sum(wanted), max(0, 500 - used)) == counters.granted.get(place, 0)


def test_a_week_over_new_year_belongs_to_the_year_that_has_its_thursday() -> None:
    assert stretch_of(Stretch.WEEK, "2027-01-01") == "2026-W53"
    assert stretch_of(Stretch.HALF_YEAR, "2026-06-30") == "2026-H1"


def test_money_pays_for_whole_points() -> None:
    assert worth_points(100, 1) == 100_000
    assert worth_points(99, 1_000) == 99


def test_stored_awards_that_are_cut_say_so() -> None:
    tape = [["start", "points", "100"]]
    awards = [{"points": 100, "steps": tape}, {"points": 100, "steps": tape}]

    kept = cut_awards(awards, 130, "cap month")

    assert [one["points"] for one in kept] == [100, 30]
    assert kept[1]["steps"] == [*tape, ["at_most", "cap month", "30"]]
    assert limited(kept) == "cap month"
    assert limited(awards) == ""
