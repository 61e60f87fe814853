"""What a reward costs in points: from what it costs in money, by one formula, and for whom and when otherwise.

    points = (cost + freight) * (1 + VAT) * (1 + margin) / value of a point, rounded to a step

All is exact: money in cents, rates in millionths, one rounding at the end. A rule may set another price for a group,
from a tier on or for some days; where several do, the lowest counts.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum

import attrs
from attrs.validators import ge

from treuwerk.domain.rewards import Asker
from treuwerk.domain.standing import Ladder, reaches

_HUNDRED = Decimal(100)


class Rounding(StrEnum):
    """Which step of points is taken where the formula ends between two."""

    UP = "up"
    DOWN = "down"
    NEAREST = "nearest"


_WAYS = {Rounding.UP: ROUND_CEILING, Rounding.DOWN: ROUND_FLOOR, Rounding.NEAREST: ROUND_HALF_UP}


@attrs.frozen
class Formula:
    """How a programme makes points of money."""

    point_value: Decimal
    """What a point is worth, in the programme's currency."""
    margin: Decimal = Decimal(0)
    """Per cent that are added to cost and tax."""
    step: int = 1
    """Points that a price is a multiple of, and at least."""
    rounding: Rounding = Rounding.UP


@attrs.frozen
class Cost:
    """What one piece costs: cents without tax, and the tax in per cent."""

    goods: int
    freight: int = 0
    vat: Decimal = Decimal(0)


def points_for(cost: Cost, formula: Formula) -> int:
    """The price in points.

    >>> points_for(Cost(goods=5_000, freight=490, vat=Decimal(19)), Formula(Decimal("0.01"), Decimal(10), 50))
    7200
    """
    cents = (cost.goods + cost.freight) * (1 + cost.vat / _HUNDRED) * (1 + formula.margin / _HUNDRED)
    steps = (cents / _HUNDRED / formula.point_value / formula.step).to_integral_value(_WAYS[formula.rounding])
    return max(int(steps), 1) * formula.step


@attrs.frozen
class PriceRule:
    """Another price of a reward: for a variant, a group, from a tier on, from day to day; empty: for all of them."""

    points: int = attrs.field(validator=ge(1))
    variant: str = ""
    group: str = ""
    tier: str = ""
    first: date = date.min
    last: date = date.max

    def holds(self, variant: str, asker: Asker, day: date, ladder: Ladder) -> bool:
        """Whether it is the price of a variant for who asks on a day; both days are included."""
        return (self.first <= day <= self.last and self.variant in ("", variant) and self.group in ("", asker.group)
                and (not self.tier or reaches(ladder, asker.tier, self.tier)))

    @property
    def why(self) -> tuple[str, ...]:
        """What it is bound to, as codes: ``group:…``, ``tier:…``, ``until:…`` with the last day."""
        bound = (("group", self.group), ("tier", self.tier),
                 ("until", "" if self.last == date.max else self.last.isoformat()))
        return ("rule", *(f"{name}:{value}" for name, value in bound if value))


@attrs.frozen
class Price:
    """What a variant costs in points, what it costs regularly, and why, as codes; 0: nothing says it."""

    points: int
    regular: int
    why: tuple[str, ...] = ()


def priced(regular: Price, rules: Iterable[PriceRule], variant: str, asker: Asker, day: date, ladder: Ladder) -> Price:
    """The price for who asks on a day: the lowest of the rules that hold, or the regular one."""
    held = [rule for rule in rules if rule.holds(variant, asker, day, ladder)]
    if not held:
        return regular
    lowest = min(held, key=lambda rule: rule.points)
    return Price(lowest.points, regular.regular or lowest.points, (*regular.why, *lowest.why))
