"""Caps and budgets: how much rules may give in a stretch of the calendar, and what is left of it. Pure.

What is given counts on the day of the purchase or act. Who comes first is served first: an award that meets a limit
gets what is left, and the step that cut it stands at the end of its tape.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import attrs

from treuwerk.domain.earning import Operation, Step

EVERYBODY = 0
"""In place of an account: a counter of the whole programme."""
CAP, BUDGET = "cap", "budget"


class Scope(StrEnum):
    """What a cap counts together."""

    DOCUMENT = "document"
    PARTICIPANT = "participant"


class Stretch(StrEnum):
    """The stretch of the calendar that a limit counts; weeks begin on Monday (ISO 8601)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    EVER = "ever"


Place = tuple[int, str]
"""A counter: an account (`EVERYBODY` for budgets) and what is counted there."""


class Limit(NamedTuple):
    """A limit of one rule: `most` points of `unit`, counted `per` document, participant or (a budget) the programme.

    `key` is what its counters begin with, `name` the word for the step that cuts.
    """

    key: str
    name: str
    unit: str
    most: int
    stretch: Stretch = Stretch.EVER
    scope: Scope | None = None


class Bound(NamedTuple):
    """A limit as it holds for one award: where it is counted, the word for the step, and the most it may come to."""

    place: Place
    name: str
    most: int


class Granted(NamedTuple):
    """What is left of an award: its points, and the bound that cut it."""

    points: int
    by: Bound | None = None


class Award(NamedTuple):
    """An award before limits: points of a unit that a rule gave an account, for a document (empty: an act)."""

    account: int
    rule: str
    unit: str
    day: str
    document: str
    points: int


@attrs.frozen
class Revision:
    """The limits of one revision of a rule, with the days on which it is valid, both included."""

    limits: Sequence[Limit]
    first: date = date.min
    until: date = date.max


@lru_cache(maxsize=4096)
def stretch_of(stretch: Stretch, day: str) -> str:
    """The stretch in which an ISO day lies, as counters name it.

    >>> [stretch_of(one, "2026-08-09") for one in Stretch]
    ['2026-08-09', '2026-W32', '2026-08', '2026-Q3', '2026-H2', '2026', '']
    """
    return _NAMES[stretch](day)


def _week(day: str) -> str:
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02}"


_NAMES: Mapping[Stretch, Callable[[str], str]] = {
    Stretch.DAY: lambda day: day,
    Stretch.WEEK: _week,
    Stretch.MONTH: lambda day: day[:7],
    Stretch.QUARTER: lambda day: f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}",
    Stretch.HALF_YEAR: lambda day: f"{day[:4]}-H{1 + (int(day[5:7]) > 6)}",
    Stretch.YEAR: lambda day: day[:4],
    Stretch.EVER: lambda _: "",
}


def worth_points(money: int, worth: int) -> int:
    """Points that an amount of money pays for, where 1,000 points are worth so much; both in minor units.

    >>> worth_points(500_000, 850)
    588235
    """
    return money * 1000 // worth


class Limits:
    """All limits of a programme: which of them an award meets.

    A rule, a unit and a day are looked up once; what depends on the account or document is added to that.
    """

    def __init__(self, revisions: Mapping[str, Sequence[Revision]]) -> None:
        self._revisions = {rule: some for rule, some in revisions.items() if any(one.limits for one in some)}
        self._met: dict[tuple[str, str, str], tuple[tuple[str, str, int, Scope | None], ...]] = {}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._revisions)

    @property
    def rules(self) -> frozenset[str]:
        """The rules that have limits."""
        return frozenset(self._revisions)

    def bounds(self, award: Award) -> list[Bound]:
        """The limits that an award meets, in the order of the programme file, a budget last."""
        met = award.rule, award.unit, award.day
        found = self._met.get(met)
        if found is None:
            found = self._met[met] = tuple(self._of(*met))
        return [Bound(_place(key, scope, award), name, most) for key, name, most, scope in found
                if scope is not Scope.DOCUMENT or award.document]

    def _of(self, rule: str, unit: str, day: str) -> Iterable[tuple[str, str, int, Scope | None]]:
        on = date.fromisoformat(day)
        for one in self._revisions.get(rule, ()):
            if one.first <= on <= one.until:
                for limit in one.limits:
                    if limit.unit == unit:
                        key = f"{limit.key}|{stretch_of(limit.stretch, day)}"
                        yield key, limit.name, limit.most, limit.scope


def _place(key: str, scope: Scope | None, award: Award) -> Place:
    if scope is None:
        return EVERYBODY, key
    return award.account, f"{key}|{award.document}" if scope is Scope.DOCUMENT else key


@attrs.define
class Counters:
    """What is used of limits: `used` as it was found, and what was granted since.

    A plain counter in memory. Whoever keeps counters elsewhere finds in `granted` what is to be added to them.
    """

    used: dict[Place, int] = attrs.field(factory=dict)
    granted: dict[Place, int] = attrs.field(factory=dict)

    def left(self, bound: Bound) -> int:
        """Points that a limit still has."""
        return max(0, bound.most - self.used.get(bound.place, 0) - self.granted.get(bound.place, 0))

    def grant(self, points: int, bounds: Sequence[Bound]) -> Granted:
        """Let an award have its points, as far as all its limits have them; what it gets is counted at once.

        Of two limits that leave as little, the first one is named.
        """
        left, by = points, None
        for bound in bounds:
            there = self.left(bound)
            if there < left:
                left, by = there, bound
        if left:
            for bound in bounds:
                self.granted[bound.place] = self.granted.get(bound.place, 0) + left
        return Granted(left, by)


def is_limit(step: Sequence[str]) -> bool:
    """Whether a step of a tape, as it is or as it is stored, was put there by a limit of a document or more."""
    return step[0] == Operation.AT_MOST and step[1].startswith((f"{CAP} ", f"{BUDGET} "))


def step_of(points: int, by: Bound) -> Step:
    """The step that stands at the end of a tape which a limit cut to so many points."""
    return Step(Operation.AT_MOST, by.name, str(points))


def cut_awards(awards: Sequence[Mapping[str, Any]], most: int, name: str) -> list[dict[str, Any]]:
    """Stored awards of one rule and unit that may come to `most` points together: the last ones give way."""
    left, kept = most, list[dict[str, Any]]()
    for award in awards:
        points = min(award["points"], left)
        left -= points
        cut = points < award["points"]
        steps = [*award["steps"], [Operation.AT_MOST.value, name, str(points)]] if cut else award["steps"]
        kept.append({**award, "points": points, "steps": steps})
    return kept


def limited(awards: Iterable[Mapping[str, Any]]) -> str:
    """The word for the limit that cut one of some stored awards, empty for none."""
    return next((step[1] for award in awards for step in award["steps"] if is_limit(step)), "")


