"""What somebody buys or attends for the first time."""

from datetime import date
from decimal import Decimal
from typing import Any

from tests.support.events import activity, purchase
from treuwerk.domain.totals import Counted, DayTotal, Goal
from treuwerk.testing.strategies import activities
from treuwerk.testing.total_contract import check_total_rule
from treuwerk_first_time.rule import Each, FirstTime, FirstTimeSettings

MAY = date(2026, 5, 4)


def first(**more: Any) -> FirstTime:
    """Points for the first one."""
    return FirstTime(FirstTimeSettings("bonus", 300, **more))


def test_what_must_be_new_is_kept_apart() -> None:
    events = [purchase("T-1", "2", kind="module"), activity(), purchase("T-2", kind="module")]

    assert list(first().counts(events)) == [Counted(0, Decimal(2)), Counted(2, Decimal(1))]
    assert [one.part for one in first(each=Each.KIND).counts(events)] == ["module", "module"]
    assert [one.part for one in first(each=Each.ARTICLE).counts(events)] == ["T-1", "T-2"]
    assert [one.event for one in first(activity="seminar").counts(events)] == [1]


def test_it_earns_as_long_as_anything_is_left() -> None:
    assert [award.points for award in first().earned([DayTotal(MAY, Decimal(1), 1), DayTotal(MAY, Decimal(9), 2)])] == [
        300]
    assert first().missing([], MAY) == Goal(Decimal(0), Decimal(1), "bonus", Decimal(300))
    assert first().missing([DayTotal(MAY, Decimal(1), 1)], MAY) is None


def test_it_keeps_the_contract_of_rules_over_totals() -> None:
    check_total_rule(first(each=Each.KIND))
    check_total_rule(first(activity="seminar"), activities())
