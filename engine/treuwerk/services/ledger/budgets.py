"""How far the budgets of earning rules are used: what was given, what is left, and by which day that went."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import accumulate
from typing import Any, NamedTuple

import attrs
from sqlalchemy import Connection

from treuwerk.domain.limits import BUDGET, Stretch, stretch_of
from treuwerk.programme.settings import Budget, Settings
from treuwerk.store.limits import days_of_budgets


class Day(NamedTuple):
    """Points that were booked on a day, less those that came back on it, and what was left at its end."""

    day: str
    points: int
    left: int


@attrs.frozen
class BudgetUse:
    """One budget in one stretch of the calendar (empty: once and for all), in points; `worth` as its table says.

    `days` are those on which something was booked, oldest first. A budget that was made smaller may have less than
    nothing left.
    """

    code: str
    stretch: str
    unit: str
    points: int
    worth: int | None
    days: Sequence[Day]

    @property
    def used(self) -> int:
        """What was given."""
        return sum(day.points for day in self.days)

    @property
    def left(self) -> int:
        """What there still is."""
        return self.points - self.used

    @property
    def money_left(self) -> int | None:
        """The same in minor units, rounded down, where the budget is one of money."""
        return None if self.worth is None else self.left * self.worth // 1000

    def as_json(self) -> dict[str, Any]:
        """The shape that others rely on."""
        return {"budget": self.code, "period": self.stretch, "unit": self.unit, "points": self.points,
                "used": self.used, "left": self.left, "money_left": self.money_left,
                "days": [day._asdict() for day in self.days]}


def budget_uses(connection: Connection, settings: Settings, today: date) -> list[BudgetUse]:
    """All budgets of the programme: in each stretch of which something was used, and in that of today."""
    booked: dict[str, list[tuple[str, int]]] = {}
    for counter, day, points in days_of_budgets(connection):
        booked.setdefault(counter, []).append((day, points))
    return [_use(code, budget, stretch, booked.get(f"{BUDGET}|{code}|{stretch}", ()))
            for code, budget in sorted(settings.budgets.items())
            for stretch in sorted(_stretches(code, budget.period, booked, today))]


def _stretches(code: str, period: Stretch, booked: dict[str, list[tuple[str, int]]], today: date) -> Iterator[str]:
    begin, now = f"{BUDGET}|{code}|", stretch_of(period, today.isoformat())
    yield now
    before = (counter.removeprefix(begin) for counter in booked if counter.startswith(begin))
    yield from (stretch for stretch in before if stretch != now)


def _use(code: str, budget: Budget, stretch: str, booked: Sequence[tuple[str, int]]) -> BudgetUse:
    sums = accumulate(points for _, points in booked)
    return BudgetUse(code, stretch, budget.unit, budget.most, budget.worth, [
        Day(day, points, budget.most - used) for (day, points), used in zip(booked, sums, strict=True)])
