"""Lengths of time as a programme writes them, and what the calendar makes of them in the zone of the programme.

Days, weeks, months and years are civil: the same wall time on another day. A wall time that the clocks leave out is
read with the offset from before the change, which moves it forward by the gap; of one that comes twice the first is
meant (RFC 5545, section 3.3.5). Seconds, minutes and hours are time that passes.
"""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import attrs
from attrs.validators import ge, in_

from treuwerk.domain.ledger import instant, moment, start_of_day
from treuwerk.domain.reading import Unreadable

_TEXT = re.compile(r"(0|[1-9][0-9]{0,9})([smhDWMY])(_[DU])?", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_DAYS = {"D": 1, "W": 7}
_MONTHS = {"M": 1, "Y": 12}
_MOST = {"s": 3_155_760_000, "m": 52_596_000, "h": 876_600, "D": 36_525, "W": 5_217, "M": 1_200, "Y": 100}
_TWO_DAYS = 172_800  # seconds
_MICROSECONDS = 1_000_000
_EXPECTED = ("a duration: whole number, one of s m h D W M Y, and where wanted _D (down to the start) or _U (up to the "
             "end) of its day, week, month or year, such as 14D, 36M or 3Y_U")


class Period(StrEnum):
    """A stretch of the calendar; weeks begin on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_DAYS_OF = {Period.DAY: 1, Period.WEEK: 7}
_MONTHS_OF = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}
_PERIOD_OF = {"W": Period.WEEK, "M": Period.MONTH, "Y": Period.YEAR}


class Edge(StrEnum):
    """To which border of its period a duration is moved."""

    DOWN = "_D"
    UP = "_U"


@attrs.frozen
class Duration:
    """A length of time: `count` of `unit` (one of ``s m h D W M Y``), then to the `edge` of the period, if any.

    The period is the day for s, m, h and D, else the week, month or year.
    """

    count: int = attrs.field(validator=ge(0))
    unit: str = attrs.field(validator=in_(tuple(_MOST)))
    edge: Edge | None = None

    @classmethod
    def read(cls, text: str) -> "Duration":
        """The duration of a text such as ``36M``, ``14D_U`` or ``0Y_U``; at most a hundred years.

        Raises:
            Unreadable: it is written in another way, or longer.
        """
        match = _TEXT.fullmatch(text)
        if not match:
            raise Unreadable(text, _EXPECTED)
        count, unit, edge = int(match[1]), match[2], match[3]
        if count > _MOST[unit]:
            raise Unreadable(text, f"at most {_MOST[unit]}{unit}, a hundred years")
        return cls(count, unit, Edge(edge) if edge else None)

    def __str__(self) -> str:
        """The text as it is written."""
        return f"{self.count}{self.unit}{self.edge or ''}"

    @property
    def elapsed(self) -> bool:
        """Whether it is time that passes, and not a step in the calendar."""
        return self.unit in _SECONDS

    @property
    def surely_later(self) -> bool:
        """Whether it leads behind every start, also one shortly before or behind a border."""
        if self.edge is not Edge.DOWN:
            return self.edge is Edge.UP or self.count > 0
        return self.count * _SECONDS[self.unit] >= _TWO_DAYS if self.elapsed else self.count > 0

    def after(self, start: int, zone: ZoneInfo) -> int:
        """The instant so much later than `start`; both in microseconds UTC."""
        end = self._exactly_after(start, zone)
        if self.edge is None:
            return end
        period = _PERIOD_OF.get(self.unit, Period.DAY)
        return start_of(period, end, zone) if self.edge is Edge.DOWN else end_of(period, end, zone)

    def _exactly_after(self, start: int, zone: ZoneInfo) -> int:
        if self.elapsed or not self.count:
            return start + self.count * _SECONDS.get(self.unit, 0) * _MICROSECONDS
        local = moment(start).astimezone(zone)
        if self.unit in _DAYS:
            day = local.date() + timedelta(days=self.count * _DAYS[self.unit])
        else:
            day = months_later(local.date(), self.count * _MONTHS[self.unit])
        return instant(datetime.combine(day, local.time().replace(fold=0), zone))


def start_of(period: Period, at: int, zone: ZoneInfo) -> int:
    """The first instant of the period in which an instant lies."""
    return start_of_day(first_day(period, _day(at, zone)), zone)


def end_of(period: Period, at: int, zone: ZoneInfo) -> int:
    """The first instant behind the period in which an instant lies."""
    return start_of_day(first_day_after(period, _day(at, zone)), zone)


def _day(at: int, zone: ZoneInfo) -> date:
    return moment(at).astimezone(zone).date()


def first_day(period: Period, day: date) -> date:
    """The first day of the period in which a day lies.

    >>> first_day(Period.QUARTER, date(2026, 12, 30))
    datetime.date(2026, 10, 1)
    """
    if period is Period.DAY:
        return day
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    months = _MONTHS_OF[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def first_day_after(period: Period, day: date) -> date:
    """The first day behind the period in which a day lies.

    >>> first_day_after(Period.WEEK, date(2026, 12, 30))
    datetime.date(2027, 1, 4)
    """
    first = first_day(period, day)
    if period in _DAYS_OF:
        return first + timedelta(days=_DAYS_OF[period])
    return months_later(first, _MONTHS_OF[period])


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last day of that month where it has no such day.

    >>> months_later(date(2028, 2, 29), 12)
    datetime.date(2029, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@attrs.frozen
class MonthDay:
    """A day that comes every year; 29 February is 28 February in years that have none."""

    month: int
    day: int

    @classmethod
    def read(cls, text: str) -> "MonthDay":
        """The day of a text such as ``12-31``: month, then day, with two digits each.

        Raises:
            Unreadable: it is written in another way, or no month has such a day.
        """
        match = re.fullmatch(r"([0-9]{2})-([0-9]{2})", text, re.ASCII)
        if match:
            month, day = int(match[1]), int(match[2])
            if 1 <= month <= 12 and 1 <= day <= monthrange(2000, month)[1]:
                return cls(month, day)
        raise Unreadable(text, "a day of the year as MM-DD, such as 12-31")

    def __str__(self) -> str:
        """The text as it is written."""
        return f"{self.month:02}-{self.day:02}"

    def in_year(self, year: int) -> date:
        """The day in this year."""
        return date(year, self.month, min(self.day, monthrange(year, self.month)[1]))
