"""Rules over totals: what purchases and activities of a period come to together earns points.

Such a rule says what each event counts for, and what all that counts in a period is worth. The engine keeps what
counts, works the worth out anew whenever something is added or goes back, and books nothing but the difference. So
files may come in any order and any number of times.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

from treuwerk.domain.earning import Doubt, Step
from treuwerk.domain.purchases import EarningEvent

PARTS_OF_ONE = 10_000
"""What counts is kept in whole ten-thousandths; what is finer is dropped."""
TOTAL = "total|"
"""What the business keys of bookings of totals begin with, and of what takes them back."""


class Period(StrEnum):
    """For how long things count together: calendar periods of the programme, or for good."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    EVER = "ever"


_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF_YEAR: 6, Period.YEAR: 12}
_SIGNS = {Period.QUARTER: "Q", Period.HALF_YEAR: "H"}


def ordinal(period: Period, day: date) -> int:
    """The number of the period that a day lies in; one period behind the other has the next number."""
    return 0 if period is Period.EVER else (day.year * 12 + day.month - 1) // _MONTHS[period]


def period_of(period: Period, day: date) -> str:
    """The period that a day lies in.

    >>> [period_of(period, date(2026, 5, 4)) for period in Period]
    ['2026-05', '2026-Q2', '2026-H1', '2026', 'ever']
    """
    if period is Period.EVER:
        return period.value
    year, number = divmod(ordinal(period, day), 12 // _MONTHS[period])
    if period is Period.MONTH:
        return f"{year:04}-{number + 1:02}"
    return f"{year:04}-{_SIGNS[period]}{number + 1}" if period in _SIGNS else f"{year:04}"


def last_day(period: Period, day: date) -> date | None:
    """The last day of the period that a day lies in; None: it never ends.

    >>> last_day(Period.HALF_YEAR, date(2026, 5, 4))
    datetime.date(2026, 6, 30)
    """
    if period is Period.EVER:
        return None
    year, month = divmod((ordinal(period, day) + 1) * _MONTHS[period], 12)
    return date.max if year > date.max.year else date(year, month + 1, 1) - timedelta(days=1)


class Counted(NamedTuple):
    """That an event counts for an amount of zero or more; `event` is its index in the batch.

    `part` keeps totals of one period apart, such as those of each kind of article.
    """

    event: int
    amount: Decimal
    part: str = ""


class DayTotal(NamedTuple):
    """What counts on a day: the amount, net of returns, and the number of lines of which something is left."""

    day: date
    amount: Decimal
    lines: int


class TotalAward(NamedTuple):
    """Points of one unit that a total is worth as a whole; the steps fold to them."""

    unit: str
    points: int
    steps: tuple[Step, ...]


class Goal(NamedTuple):
    """The next thing to reach: `counted` of `needed`, and what it brings; `points` 0: that cannot be said before.

    `until` is the last day on which that helps; None: it always does. `each` says that points are for each further one.
    """

    counted: Decimal
    needed: Decimal
    unit: str
    points: Decimal
    until: date | None = None
    each: bool = False


@runtime_checkable
class TotalRule(Protocol):
    """A rule over totals with its settings bound, built once at start-up.

    Contract: pure; what events count for is the same for a whole batch and a split one, in any order. `earned` looks at
    nothing but the days that it is given, and gives each unit at most once. Instances survive pickling, since batches
    are scored in other processes.
    """

    @property
    def units(self) -> Collection[str]:
        """The units that this rule may award."""
        ...

    @property
    def period(self) -> Period:
        """For how long events count together."""
        ...

    @property
    def measure(self) -> str:
        """What is counted: ``quantity``, ``amount``, an attribute of articles, or another code that people can read."""
        ...

    def counts(self, events: Sequence[EarningEvent]) -> Iterable[Counted | Doubt]:
        """What events count for, in any order; those that do not count are passed over."""
        ...

    def earned(self, days: Sequence[DayTotal]) -> Iterable[TotalAward]:
        """What all that counts in one period of one account is worth; `days` go up, and on each something counts."""
        ...

    def missing(self, days: Sequence[DayTotal], today: date) -> Goal | None:
        """The next thing to reach in the period of `today`; None where there is nothing more to reach."""
        ...


class TotalKey(NamedTuple):
    """What is counted together within an account."""

    rule: str
    revision: int
    period: str
    part: str

    def __str__(self) -> str:
        """The key as it is stored.

        >>> str(TotalKey("volume", 1, "2026-Q2", ""))
        'volume|1|2026-Q2|'
        """
        return f"{self.rule}|{self.revision}|{self.period}|{self.part}"


def total_key(stored: str) -> TotalKey:
    """The key of a total as it was stored."""
    rule, revision, period, part = stored.split("|", 3)
    return TotalKey(rule, int(revision), period, part)


def booking_key(total: str, number: str) -> str:
    """The business key of a booking of a total, or of what takes it back, by a number of its own."""
    return f"{TOTAL}{total}|{number}"


def total_of(key: str) -> str:
    """The total that such a booking is about."""
    return key.removeprefix(TOTAL).rpartition("|")[0]


def kept_of(amount: int, quantity: int, gone: int) -> int:
    """What of an amount still counts once some of the pieces are gone: its share, rounded down."""
    return amount * max(0, quantity - gone) // quantity
