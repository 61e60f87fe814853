"""What of the shelf somebody sees on a day, and at which prices: sets and orders that every search begins with."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, MutableSequence, Sequence
from typing import Any, TypeVar

import attrs

from treuwerk.domain import bits
from treuwerk.domain.catalogue import Reward
from treuwerk.domain.promotions import Arrangement
from treuwerk.programme.settings import Settings
from treuwerk.services.rewards.offering import Judgement, is_shown, judgements
from treuwerk.services.shop.viewer import Viewer

_NICE = (1, 2, 5)
_RANGES = 5


K = TypeVar("K")
V = TypeVar("V")
_REMEMBERED = 256
"""Sets of each kind: at 10,000 rewards 1.3 kB each."""
_ROUND = 256
_SHOWN, _ORDERABLE, _PROMOTED = 1, 2, 4
Hidden = Mapping[int, frozenset[str]]


@attrs.frozen(eq=False)
class View:
    """Places on the shelf: what is `shown`, what can be ordered as far as the catalogue goes, what a promotion is for.

    `points` is the lowest price of a reward that is shown, by place, `flags` are the three sets by place. `hidden` are
    variants that are not shown although their reward is.
    """

    points: Sequence[int]
    flags: bytes
    hidden: Hidden
    shown: int
    orderable: int
    promoted: int
    by_points: tuple[int, ...]
    ranks: Sequence[int]
    """The rank of each place in that order."""
    prices: tuple[int, ...]
    """The points in that order."""
    edges: tuple[int, ...]
    """Points at which a range of prices ends and the next begins; few and round."""
    _cheapest: dict[int, int] = attrs.field(factory=dict)
    _there: dict[frozenset[str], int] = attrs.field(factory=dict)
    suggested: dict[object, Any] = attrs.field(factory=dict)
    """Suggestions that were made lately, by all that they depend on beside this view."""

    def between(self, first: int, last: int) -> int:
        """Places with a price from `first` to `last`, both included; `last` 0: without end."""
        end = bisect_right(self.prices, last) if last else len(self.prices)
        return self._first(end) & ~self._first(bisect_left(self.prices, first))

    def _first(self, many: int) -> int:
        """The places of so many of the cheapest: balances and ranges ask for the same ones again and again."""
        return remembered(self._cheapest, many, lambda: self._found_first(many))

    def _found_first(self, many: int) -> int:
        """Those up to a round number are asked for by many, so that few are left to be added."""
        below = max((many - 1) // _ROUND * _ROUND, 0)
        return (self._first(below) if below else bits.EMPTY) | bits.of(self.by_points[below:many], len(self.points))

    def there(self, sold_out: frozenset[str], found: Callable[[], int]) -> int:
        """Places of what is there while some variants are sold out; `found` looks for them."""
        return remembered(self._there, sold_out, found)


def remembered(known: dict[K, V], key: K, found: Callable[[], V]) -> V:
    """What was found lately, such as a set of places, or is found now."""
    value = known.get(key)
    if value is None:
        if len(known) >= _REMEMBERED:
            known.clear()
        value = known[key] = found()
    return value


def view_of(settings: Settings, rewards: Sequence[tuple[Reward, int]], viewer: Viewer, arrangement: Arrangement,
            known: Mapping[int, int], before: View | None) -> View:
    """What somebody sees of all rewards on a day.

    `known` are places of rewards that are as they were in the view `before`, each with the place that it had there.
    """
    points, flags, hidden = array("q", [0]) * len(rewards), bytearray(len(rewards)), dict[int, frozenset[str]]()
    same = known if before else {}
    fresh = [place for place in range(len(rewards)) if place not in same]
    if before:
        for place, old in same.items():
            points[place], flags[place] = before.points[old], before.flags[old]
            if old in before.hidden:
                hidden[place] = before.hidden[old]
    place_of = {rewards[place][0].number: place for place in fresh}
    for one in judgements(settings, [rewards[place] for place in fresh], viewer.asker, viewer.day, arrangement):
        _see(one, place_of[one.reward.number], points, flags, hidden)
    return _ready(points, bytes(flags), {place: some for place, some in hidden.items() if flags[place]})


def _see(one: Judgement, place: int, points: MutableSequence[int], flags: bytearray,
         hidden: dict[int, frozenset[str]]) -> None:
    if one.objections and not is_shown(one.objections):
        hidden[place] = hidden.get(place, frozenset()) | {one.variant.number}
        return
    points[place] = min(points[place] or one.points, one.points)
    flags[place] |= _SHOWN | (0 if one.objections else _ORDERABLE) | (_PROMOTED if one.promotion else 0)


def _ready(points: Sequence[int], flags: bytes, hidden: Hidden) -> View:
    shown, orderable, promoted = (bits.of([place for place, flag in enumerate(flags) if flag & wanted], len(flags))
                                  for wanted in (_SHOWN, _ORDERABLE, _PROMOTED))
    by_points = tuple(sorted([place for place, flag in enumerate(flags) if flag & _SHOWN], key=points.__getitem__))
    prices = tuple(points[place] for place in by_points)
    return View(points, flags, hidden, shown, orderable, promoted, by_points, ranks_of(by_points, len(flags)), prices,
                _edges(prices))


def ranks_of(order: Sequence[int], size: int = 0) -> Sequence[int]:
    """Where each of so many places stands in an order; 0 for those that it does not have."""
    ranks = array("q", [0]) * max(size, len(order))
    for rank, place in enumerate(order):
        ranks[place] = rank
    return ranks


def _edges(prices: Sequence[int]) -> tuple[int, ...]:
    """Round numbers near those that part all prices into ranges of like size."""
    if not prices:
        return ()
    parted = {_nice(prices[len(prices) * part // _RANGES]) for part in range(1, _RANGES)}
    return tuple(sorted(edge for edge in parted if prices[0] <= edge < prices[-1]))


def _nice(points: int) -> int:
    """The round number at or below some points.

    >>> _nice(7_200), _nice(1_999)
    (5000, 1000)
    """
    step = int(f"1{'0' * (len(str(max(points, 1))) - 1)}")
    return max(step * nice for nice in _NICE if step * nice <= max(points, 1))


def budgets_seen(arrangement: Arrangement, spent: Mapping[str, int], dearest: int) -> tuple[int, ...]:
    """Of each promotion with a budget what prices depend on: nothing (-1) while it can pay for the `dearest` reward."""
    return tuple(-1 if one.budget - spent.get(one.code, 0) >= dearest else spent.get(one.code, 0)
                 for one in arrangement.promotions if one.budget)
