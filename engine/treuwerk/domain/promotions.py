"""Worlds and promotions: where rewards are shown, for whom, when, and at which special price."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import TypeVar

import attrs

from treuwerk.domain.catalogue import Picture, Window
from treuwerk.domain.rewards import Asker, Objection

_HUNDRED = Decimal(100)
ALWAYS = Window()
"""No bounds on either side."""
_K = TypeVar("_K")
_V = TypeVar("_V")
HIDDEN, NOT_YET, OVER = "world_hidden", "world_not_yet", "world_over"
"""Codes of the objections to a reward of which all worlds are closed."""
_WORDS = {
    HIDDEN: "It belongs to a world that is not open to this participant.",
    NOT_YET: "It can be ordered from %(day)s on.",
    OVER: "It could be ordered until %(day)s.",
}


@attrs.frozen
class TargetAudience:
    """For whom something is meant, by codes; a field that names nothing leaves nobody out."""

    groups: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    def includes(self, asker: Asker) -> bool:
        """Whether somebody belongs to it. Nobody in particular belongs only to one that leaves nobody out."""
        wanted = ((self.groups, asker.group), (self.tiers, asker.tier), (self.countries, asker.country))
        return all(not codes or own in codes for codes, own in wanted)


@attrs.frozen
class World:
    """A part of the shop with its own schedule and audience.

    It holds the rewards that it names, in this order, and behind them those of its `categories`. Its `cover` stands for
    it; where it has none, the first picture of the reward whose number is `picture`. Worlds are shown by `position`,
    then by code.
    """

    code: str
    names: Mapping[str, str] = attrs.field(factory=dict)
    summaries: Mapping[str, str] = attrs.field(factory=dict)
    published: bool = False
    position: int = 0
    picture: str = ""
    cover: Picture | None = None
    rewards: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    visible: Window = ALWAYS
    redeemable: Window = ALWAYS
    audience: TargetAudience = TargetAudience()

    def shown_to(self, asker: Asker, day: date) -> bool:
        """Whether somebody sees it on a day."""
        return self.published and self.visible.holds_on(day) and self.audience.includes(asker)

    def open_to(self, asker: Asker, day: date) -> bool:
        """Whether somebody can order from it on a day."""
        return self.shown_to(asker, day) and self.redeemable.holds_on(day)


@attrs.frozen
class Promotion:
    """A special price for some rewards: those that it names, of its categories, and of its worlds.

    Either `points` is the special price itself, or `percent` is taken off the regular one. `budget` is how many points
    it may give away in all, that is regular minus special price; 0: as many as are asked for.
    """

    code: str
    names: Mapping[str, str] = attrs.field(factory=dict)
    summaries: Mapping[str, str] = attrs.field(factory=dict)
    published: bool = False
    position: int = 0
    rewards: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    worlds: tuple[str, ...] = ()
    window: Window = ALWAYS
    audience: TargetAudience = TargetAudience()
    points: int = 0
    percent: Decimal = Decimal(0)
    budget: int = 0

    def runs_for(self, asker: Asker, day: date) -> bool:
        """Whether somebody has its price on a day."""
        return self.published and self.window.holds_on(day) and self.audience.includes(asker)

    def price(self, regular: int, step: int = 1) -> int:
        """The special price in points, rounded down to a multiple of `step`: what is promised is given in full.

        >>> Promotion("autumn", percent=Decimal(15)).price(7_250, 50)
        6150
        """
        if self.points:
            return self.points
        off = regular * (1 - self.percent / _HUNDRED) / step
        return max(int(off.to_integral_value(ROUND_FLOOR)), 1) * step


@attrs.frozen
class Special:
    """The special price of a variant and the code of the promotion that makes it."""

    promotion: str
    points: int


@attrs.frozen
class Arrangement:
    """All worlds and promotions of a programme at one moment, ready to be asked about many rewards.

    `spent` is how many points each promotion has given away. Made by `arranged`.
    """

    worlds: tuple[World, ...]
    promotions: tuple[Promotion, ...]
    spent: Mapping[str, int]
    _worlds_by_reward: Mapping[str, tuple[World, ...]]
    _worlds_by_category: Mapping[str, tuple[World, ...]]
    _promotions_by: Mapping[tuple[str, str], tuple[Promotion, ...]]

    def worlds_of(self, number: str, category: str) -> tuple[World, ...]:
        """The published worlds that a reward belongs to, in the order of display."""
        named, filed = self._worlds_by_reward.get(number, ()), self._worlds_by_category.get(category, ())
        if not (named and filed):
            return named or filed
        return tuple(sorted({one.code: one for one in (*named, *filed)}.values(), key=_place))

    def objections(self, number: str, category: str, asker: Asker, day: date) -> tuple[Objection, ...]:
        """What speaks against ordering a reward on a day: that none of its worlds is open. Without a world: nothing."""
        worlds = self.worlds_of(number, category)
        if not worlds or any(one.open_to(asker, day) for one in worlds):
            return ()
        shown = [one.redeemable for one in worlds if one.shown_to(asker, day)]
        if not shown:
            return (Objection(HIDDEN, _WORDS[HIDDEN]),)
        if coming := [window.first for window in shown if window.first > day]:
            return (Objection(NOT_YET, _WORDS[NOT_YET], {"day": min(coming).isoformat()}),)
        return (Objection(OVER, _WORDS[OVER], {"day": max(window.last for window in shown).isoformat()}),)

    def special(self, number: str, category: str, regular: int, asker: Asker, day: date,
                step: int = 1) -> Special | None:
        """The lowest special price of a variant that costs `regular` points otherwise; None where there is none.

        A promotion that cannot pay for one piece any more has no price. Among the same prices the first in the order
        of display counts.
        """
        found = [(price, *_place(one)) for one in self.promotions_of(number, category)
                 if one.runs_for(asker, day) and 0 < (price := one.price(regular, step)) < regular
                 and self.covers(one, regular - price)]
        return Special(min(found)[2], min(found)[0]) if found else None

    def covers(self, promotion: Promotion, points: int) -> bool:
        """Whether a promotion may still give away so many points."""
        return not promotion.budget or self.spent.get(promotion.code, 0) + points <= promotion.budget

    def promotions_of(self, number: str, category: str) -> list[Promotion]:
        """The published promotions that are for a reward: it is named, or its category or one of its worlds is."""
        keys = [("reward", number), ("category", category),
                *(("world", one.code) for one in self.worlds_of(number, category))]
        return [one for key in keys for one in self._promotions_by.get(key, ())]


def arranged(worlds: Iterable[World], promotions: Iterable[Promotion],
             spent: Mapping[str, int] | None = None) -> Arrangement:
    """What is published of these worlds and promotions, each in the order of display."""
    shown = sorted((one for one in worlds if one.published), key=_place)
    running = sorted((one for one in promotions if one.published), key=_place)
    return Arrangement(
        tuple(shown), tuple(running), spent or {},
        _grouped((number, one) for one in shown for number in dict.fromkeys(one.rewards)),
        _grouped((category, one) for one in shown for category in dict.fromkeys(one.categories)),
        _grouped((key, one) for one in running for key in _targets(one)))


def _targets(promotion: Promotion) -> Sequence[tuple[str, str]]:
    return [*(("reward", number) for number in dict.fromkeys(promotion.rewards)),
            *(("category", code) for code in dict.fromkeys(promotion.categories)),
            *(("world", code) for code in dict.fromkeys(promotion.worlds))]


def _place(one: World | Promotion) -> tuple[int, str]:
    return one.position, one.code


def _grouped(pairs: Iterable[tuple[_K, _V]]) -> dict[_K, tuple[_V, ...]]:
    found: dict[_K, list[_V]] = {}
    for key, one in pairs:
        found.setdefault(key, []).append(one)
    return {key: tuple(some) for key, some in found.items()}
