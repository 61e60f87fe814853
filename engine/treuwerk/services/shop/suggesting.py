"""What could please somebody: rewards within the balance and just above it, by what was ordered, wished and looked at.

Each suggestion has its reason, which a page tells. Nothing else of a person is used than what the person did here.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import attrs
from sqlalchemy import Connection, bindparam, select

from treuwerk.domain import bits
from treuwerk.domain.catalogue import Reward
from treuwerk.domain.rights import Access
from treuwerk.services.shop.searching import affordable, available, recent
from treuwerk.services.shop.shelf import Shelf
from treuwerk.services.shop.view import View, remembered
from treuwerk.services.shop.viewer import Viewer
from treuwerk.services.shop.wishes import READ
from treuwerk.store import wishes
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import order_line, reward_order

_ORDERED, _WISHED, _SEEN = 4, 3, 1
"""How much an order, a wish and a look say of what somebody likes."""
_POOL = 150
"""Rewards of each kind that are weighed: a shelf of thousands is not looked through for a strip of eight."""
_ABOVE = 25
"""Per cent above the balance that are within sight, and at least so many points as the cheapest reward costs."""
_OF_A_CATEGORY = 2
_LATEST_ORDERS = 30


class Reason(StrEnum):
    """Why something is suggested."""

    WISHED = "wished"  # it is on the wish list, and the balance is enough
    LIKE_ORDERED = "like_ordered"  # it is like `because`, which was ordered
    LIKE_WISHED = "like_wished"  # like one on the wish list
    LIKE_SEEN = "like_seen"  # like one that was looked at
    ABOVE = "above"  # a few points are missing
    NEW = "new"
    WITHIN = "within"  # it makes good use of the balance


@attrs.frozen
class Suggestion:
    """A reward by its number and why it is suggested; `because` is another reward that tells it."""

    number: str
    reason: Reason
    because: str = ""


@attrs.frozen
class History:
    """Numbers of rewards that somebody ordered, wishes for and looked at, the latest first."""

    ordered: tuple[str, ...] = ()
    wished: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()


def history_of(access: Access, connection: Connection, wished: Iterable[str] | None = None) -> History:
    """What the own company ordered, and the person wished for and looked at: three statements.

    `wished` is the own wish list, the newest first, where it is known already: two statements then.

    Raises:
        NotAllowed: without the right to see rewards.
    """
    access.require(READ)
    if wished is None:
        wished = wishes.wishes(connection, access.account_id, access.user_id)
    rows = _ORDERED_LATELY.rows(connection, account=access.account_id)
    return History(tuple(dict.fromkeys(row.reward for row in rows)), tuple(wished),
                   tuple(wishes.seen(connection, access.account_id, access.user_id)))


_LINE, _ORDER = order_line.c, reward_order.c
_ORDERED_LATELY = Prepared(
    select(_LINE.reward).join(reward_order, (_ORDER.account_id == _LINE.account_id) & (_ORDER.id == _LINE.order_id))
    .where(_ORDER.account_id == bindparam("account"), _LINE.cancelled < _LINE.quantity)
    .order_by(_ORDER.placed_at.desc(), _ORDER.id.desc(), _LINE.line).limit(_LATEST_ORDERS))


def suggestions(shelf: Shelf, viewer: Viewer, history: History, most: int = 8) -> list[Suggestion]:
    """What could please somebody, the likeliest first; a quarter of it at most is above the balance.

    Remembered while view, balance, history and what is sold out are the same.
    """
    view = shelf.view(viewer)
    key = viewer.available, viewer.sold_out, history, most
    found: list[Suggestion] = remembered(view.suggested, key, lambda: _suggestions(shelf, viewer, view, history, most))
    return found


def _suggestions(shelf: Shelf, viewer: Viewer, view: View, history: History, most: int) -> list[Suggestion]:
    there = available(shelf, viewer, view) & view.orderable
    likings = _Likings(shelf, history)
    known = bits.of((shelf.place[one] for one in history.ordered if one in shelf.place), len(shelf))
    within = affordable(view, viewer) & there & ~known
    above = there & ~known & view.between(max(viewer.available, 0) + 1, _sight(view, viewer))
    chosen = _varied(shelf, _weighed(shelf, viewer, view, likings, within), most)
    nearest = _varied(shelf, _weighed(shelf, viewer, view, likings, above), max(most // 4, 1))
    kept = chosen[: most - len(nearest)] if chosen else []
    return [*(_within(shelf, viewer, likings, history, place) for place in kept),
            *(Suggestion(shelf.rewards[place][0].number, Reason.ABOVE) for place in nearest)][:most]


class _Likings:
    """How much somebody likes what rewards are: their categories, labels and brands."""

    def __init__(self, shelf: Shelf, history: History) -> None:
        self._shelf = shelf
        self.wished = bits.of((shelf.place[one] for one in history.wished if one in shelf.place), len(shelf))
        self._weights: Counter[tuple[str, str]] = Counter()
        self._because: dict[tuple[str, str], tuple[Reason, str]] = {}
        for numbers, weight, reason in ((history.ordered, _ORDERED, Reason.LIKE_ORDERED),
                                        (history.wished, _WISHED, Reason.LIKE_WISHED),
                                        (history.seen, _SEEN, Reason.LIKE_SEEN)):
            for number in numbers:
                self._learn(number, weight, reason)

    def _learn(self, number: str, weight: int, reason: Reason) -> None:
        reward = self._shelf.reward(number)
        for trait in _traits(reward) if reward else ():
            self._weights[trait] += weight
            self._because.setdefault(trait, (reason, number))

    @property
    def liked(self) -> int:
        """Places of what has a category or label that is liked."""
        sets = {"category": self._shelf.categories, "label": self._shelf.labels}
        together = bits.EMPTY
        for kind, code in self._weights:
            together |= sets.get(kind, {}).get(code, bits.EMPTY)
        return together

    def weight(self, place: int) -> int:
        """How much a reward is liked; a label in common tells more than a category."""
        if not self._weights:
            return 0
        return sum(self._weights[trait] * (1 if trait[0] == "category" else 2)
                   for trait in _traits(self._shelf.rewards[place][0]))

    def because(self, place: int) -> tuple[Reason, str] | None:
        """The reward that is most like another one, and what somebody did with it; None where nothing is liked."""
        own = self._shelf.rewards[place][0].number
        known = [(self._weights[trait], self._because[trait]) for trait in _traits(self._shelf.rewards[place][0])
                 if trait in self._because and self._because[trait][1] != own]
        return max(known, key=lambda one: one[0])[1] if known else None


def _traits(reward: Reward) -> Iterator[tuple[str, str]]:
    yield "category", reward.category
    yield from (("label", label) for label in reward.labels)
    if reward.brand:
        yield "brand", reward.brand


def _sight(view: View, viewer: Viewer) -> int:
    """The most points that are just above the balance."""
    own = max(viewer.available, 0)
    return own + max(own * _ABOVE // 100, view.prices[0] if view.prices else 0)


def _weighed(shelf: Shelf, viewer: Viewer, view: View, likings: _Likings, places: int) -> list[int]:
    """Places: wishes first, then what is liked, then what is promoted or new, then what is nearest to the balance."""
    own = max(viewer.available, 0)
    pool = {*_nearest(view, own, places & likings.liked), *_nearest(view, own, places),
            *bits.members(places & likings.wished)}
    lively = view.promoted | recent(shelf, viewer)
    return sorted(pool, key=lambda place: (
        not likings.wished >> place & 1, -likings.weight(place), not lively >> place & 1,
        abs(view.points[place] - own), shelf.rewards[place][0].number))


def _nearest(view: View, points: int, places: int) -> list[int]:
    """The places whose prices are nearest to some points, as many as are weighed."""
    middle, above = bisect_left(view.prices, points), places & view.between(points, 0)
    up = bits.part(view.by_points[middle:], view.ranks.__getitem__, above, 0, _POOL)
    down = bits.part(view.by_points[:middle][::-1], lambda place: -view.ranks[place], places & ~above, 0, _POOL)
    return sorted([*down, *up], key=lambda place: abs(view.points[place] - points))[:_POOL]


def _varied(shelf: Shelf, places: Sequence[int], most: int) -> list[int]:
    """The first of them, but not too many of one category while there are others."""
    counted: Counter[str] = Counter()
    first, rest = list[int](), list[int]()
    for place in places:
        category = shelf.rewards[place][0].category
        counted[category] += 1
        (first if counted[category] <= _OF_A_CATEGORY else rest).append(place)
    return [*first, *rest][:most]


def _within(shelf: Shelf, viewer: Viewer, likings: _Likings, history: History, place: int) -> Suggestion:
    number = shelf.rewards[place][0].number
    if number in history.wished:
        return Suggestion(number, Reason.WISHED)
    if (because := likings.because(place)) is not None:
        return Suggestion(number, *because)
    return Suggestion(number, Reason.NEW if recent(shelf, viewer) >> place & 1 else Reason.WITHIN)
