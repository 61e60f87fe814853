"""Which lines of an order can be paid with money in part, and how the whole is split over them."""

from collections.abc import Sequence

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.money_parts import Bounds, Part, PricedLine, bounds, split
from treuwerk.domain.refusals import Refusal
from treuwerk.programme.settings import Settings
from treuwerk.services.rewards.kinds import terms_by_kind


def takes_money(settings: Settings, reward: Reward) -> bool:
    """Whether part of the price of a reward can be paid with money: programme, kind and reward must agree."""
    terms = terms_by_kind(settings).get(reward.kind)
    return bool(settings.rewards.money and reward.with_money and terms and terms.with_money)


def bounds_of(settings: Settings, lines: Sequence[PricedLine]) -> Bounds:
    """How many points lines can be paid with: without money, exactly their price."""
    terms = settings.rewards.money_terms
    if terms is None:
        points = sum(line.points for line in lines)
        return Bounds(points, points)
    return bounds(lines, terms)


def parts_of(settings: Settings, lines: Sequence[PricedLine], points: int | None) -> list[Part]:
    """What each line is paid with where the order is paid with so many points; None: with points alone.

    Raises:
        Refusal: `wrong_points` (least, most).
    """
    terms, most = settings.rewards.money_terms, sum(line.points for line in lines)
    if points is None or (terms is None and points == most):
        return [Part(line.points) for line in lines]
    if terms is None:
        raise Refusal("wrong_points", f"found {points} points, expected {most}: the programme takes no money",
                      least=most, most=most)
    return split(lines, points, terms)
