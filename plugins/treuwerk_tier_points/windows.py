"""Windows of time over which figures are added up, as days, both included."""

from datetime import date, timedelta

from treuwerk.domain.durations import Period, first_day, first_day_after, months_later
from treuwerk_tier_points.settings import Window

_ONE = timedelta(days=1)
_PERIODS = {Window.YEAR: Period.YEAR, Window.QUARTER: Period.QUARTER}
Days = tuple[date, date]


def rolling(day: date, months: int) -> Days:
    """The last so many months up to a day; one year up to 28 February 2029 begins on 1 March 2028.

    >>> rolling(date(2026, 3, 31), 12)
    (datetime.date(2025, 4, 1), datetime.date(2026, 3, 31))
    """
    behind = day + _ONE
    if behind.year * 12 + behind.month - 1 - months < 13:  # no programme is that old
        return date.min, day
    return months_later(behind, -months), day


def period(window: Window, day: date, joined_on: date) -> Days:
    """The period of a window with an end in which a day lies.

    >>> period(Window.HALF_YEAR, date(2026, 8, 1), date.min)
    (datetime.date(2026, 7, 1), datetime.date(2026, 12, 31))
    """
    if window is Window.ANNIVERSARY:
        return _anniversary(day, joined_on)
    if window is Window.HALF_YEAR:
        first = date(day.year, 1 if day.month < 7 else 7, 1)
        return first, months_later(first, 6) - _ONE
    kind = _PERIODS[window]
    return first_day(kind, day), first_day_after(kind, day) - _ONE


def _anniversary(day: date, joined_on: date) -> Days:
    """Years from the day of joining on; who joined on 29 February begins on 28 February in years without one."""
    months = (day.year - joined_on.year) * 12
    first = months_later(joined_on, months)
    if first > day:
        first, months = months_later(joined_on, months - 12), months - 12
    return first, months_later(joined_on, months + 12) - _ONE


def shifted(window: Window, days: Days, periods: int, joined_on: date) -> Days:
    """The period so many periods later, or earlier where it is below zero."""
    for _ in range(abs(periods)):
        first, last = days
        days = period(window, last + _ONE if periods > 0 else first - _ONE, joined_on)
    return days
