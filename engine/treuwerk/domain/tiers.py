"""Tiers as schemes judge them: what is counted, who holds which tier since when and until when, and what is missing.

All figures are exact decimals: points, pieces and purchases are whole, amounts are in the currency of the programme.
Days are civil days in the zone of the programme.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple, Protocol

import attrs

NOTHING = Decimal(0)


class Counts(StrEnum):
    """What a metric adds up."""

    POINTS = "points"
    """Points of a unit that were earned, less what was taken back. Spending and expiry change nothing."""
    AMOUNT = "amount"
    """Net amounts of purchases, in the currency of the programme."""
    QUANTITY = "quantity"
    """Base units, such as pieces."""
    ATTRIBUTE = "attribute"
    """Base units times an attribute of their article, such as watts of modules."""
    PURCHASES = "purchases"
    """Documents, such as delivery notes, of which something is left."""
    ACTIVITIES = "activities"
    """Attended activities, such as seminars, one for each person."""


@attrs.frozen
class Metric:
    """One figure by which tiers are reached, such as status points. `Counts` says what it adds up."""

    counts: Counts
    unit: str = ""
    """The unit of points; only for ``points``."""
    article_kinds: tuple[str, ...] = ()
    """Kinds of articles whose purchase lines count; empty: all."""
    attribute: str = ""
    """The article attribute; only for ``attribute``. An article without it counts nothing."""
    activity: str = ""
    """The kind of activity, such as ``seminar``; only for ``activities``."""
    name: Mapping[str, str] = attrs.field(factory=dict)
    """What people read behind a figure, by language, such as ``Seminare``; left out: words for what it adds up."""


class Fact(NamedTuple):
    """What happened on a day and was known from another day on; `amount` may be below zero."""

    metric: str
    happened_on: date
    known_on: date
    amount: Decimal


class Sums:
    """Facts of one participant, as they were known at the end of a day; days only go forward."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._ahead = sorted(facts, key=lambda fact: fact.known_on, reverse=True)
        self._known: dict[str, list[tuple[date, Decimal]]] = {}
        self._sums: dict[str, tuple[list[date], list[Decimal]]] = {}

    def learn(self, day: date) -> bool:
        """What was known at the end of this day counts from here on; whether there was anything new."""
        fresh = set[str]()
        while self._ahead and self._ahead[-1].known_on <= day:
            fact = self._ahead.pop()
            self._known.setdefault(fact.metric, []).append((fact.happened_on, fact.amount))
            fresh.add(fact.metric)
        for metric in fresh:
            rows = sorted(self._known[metric])
            self._sums[metric] = [happened for happened, _ in rows], list(accumulate(amount for _, amount in rows))
        return bool(fresh)

    def total(self, metric: str, first: date, last: date) -> Decimal:
        """The figure of a metric over days, both included; never below zero."""
        if metric not in self._sums:
            return NOTHING
        days, sums = self._sums[metric]
        before, until = bisect_left(days, first), bisect_right(days, last)
        behind = sums[before - 1] if before else NOTHING
        return max((sums[until - 1] if until else NOTHING) - behind, NOTHING)


class Why(StrEnum):
    """Why a tier changed."""

    REACHED = "reached"
    """The figures are enough for it."""
    ENDED = "ended"
    """Its time was over, and the figures were not enough to keep it."""
    BELOW = "below"
    """The figures fell below what it asks for."""
    GRANTED = "granted"
    """A person gave it."""
    GRANT_ENDED = "grant_ended"
    """What a person gave is over."""


@attrs.frozen
class Held:
    """The tier that somebody holds by the own figures; an empty `tier` is none.

    `until` is the last day for which it is certain, None where no day is; `short_since` is the first day on which the
    figures were too small, while a grace runs.
    """

    tier: str = ""
    since: date = date.min
    until: date | None = None
    short_since: date | None = None


@attrs.frozen
class Judged:
    """What a scheme says of one day: who holds what, and by which figures of which days."""

    held: Held
    why: Why = Why.REACHED
    figures: Mapping[str, Decimal] = attrs.field(factory=dict)
    first: date | None = None
    last: date | None = None


@attrs.frozen
class Shortfall:
    """What is missing of one figure."""

    metric: str
    at_least: Decimal
    found: Decimal

    @property
    def missing(self) -> Decimal:
        """How much more it takes."""
        return max(self.at_least - self.found, NOTHING)


@attrs.frozen
class Goal:
    """A tier that can be reached or kept: what is missing, by which day it must be there, how long it lasts then.

    `every` says whether all of `missing` are asked for, or one of them is enough. `by` and `until` are None where no
    day ends it; `from_` is the day from which the tier holds, None for at once.
    """

    tier: str
    missing: Sequence[Shortfall]
    every: bool = True
    by: date | None = None
    until: date | None = None
    from_: date | None = None


@attrs.frozen
class Outlook:
    """The next tier above, and what it takes to keep the present one beyond its day; None where there is nothing."""

    next: Goal | None = None
    stay: Goal | None = None


class TierScheme(Protocol):
    """Rules of tiers with their settings bound. Pure: it gets figures and answers with tiers."""

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """What the engine must count, by names that the scheme chooses."""
        ...

    @property
    def ladder(self) -> Sequence[str]:
        """Codes of the tiers, the lowest first."""
        ...

    def first_day(self, day: date, joined_on: date) -> date:
        """The earliest day whose facts may matter on a day or later."""
        ...

    def judge(self, held: Held, sums: Sums, day: date, joined_on: date) -> Judged:
        """Who held `held` the day before holds on `day`, by what is known at its end. Asked for each day in turn."""
        ...

    def quiet_until(self, held: Held, day: date, joined_on: date) -> date:
        """The last day for which `judge` answers as on `day`, as long as nothing new is known; `day` itself if none.

        Days between are not asked for, so that long histories cost little.
        """
        ...

    def outlook(self, held: Held, sums: Sums, day: date, joined_on: date) -> Outlook:
        """What is missing, seen from a day."""
        ...
