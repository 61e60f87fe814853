"""Working days of the shipping warehouse in Germany, and how busy the months are."""

from datetime import date, timedelta
from itertools import groupby

SEASON = (0.45, 0.6, 0.95, 1.25, 1.45, 1.5, 1.4, 1.2, 1.2, 1.0, 0.7, 0.4)
"""Deliveries per month against the mean: roofs are built from spring to autumn."""
_FIXED_HOLIDAYS = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
_AFTER_EASTER = (-2, 1, 39, 50)  # Good Friday, Easter Monday, Ascension, Whit Monday


def two_years(end: date) -> list[date]:
    """All working days of the 730 days up to and with `end`, in order."""
    days = (end - timedelta(days=back) for back in range(729, -1, -1))
    return [day for day in days if is_working_day(day)]


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no holiday of the whole country."""
    after_easter = (day - easter(day.year)).days
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED_HOLIDAYS and after_easter not in _AFTER_EASTER


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8).

    >>> easter(2026)
    datetime.date(2026, 4, 5)
    """
    century, in_century = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - moon - in_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def quarters(days: list[date]) -> list[list[date]]:
    """The days by calendar quarter."""
    return [list(group) for _, group in groupby(days, key=lambda day: (day.year, (day.month - 1) // 3))]
