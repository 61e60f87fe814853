"""A reward as it is kept: what it is, in which variants, what it costs, where it may be seen, and what proves it."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from treuwerk.domain.reward_prices import Cost, Formula, Price, PriceRule, points_for
from treuwerk.domain.rewards import Evidence, Offer, RewardState


@attrs.frozen
class Window:
    """Days from and until something holds, both included; without a day it is open to that side."""

    first: date = date.min
    last: date = date.max

    def holds_on(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last


@attrs.frozen
class RewardText:
    """What a reward is called and what is told of it in one language. A text may have several paragraphs."""

    name: str = ""
    summary: str = ""
    text: str = ""


@attrs.frozen
class Variant:
    """One size, colour or value of a reward; `number` is what is ordered. Cost 0 and points 0: those of the reward."""

    number: str
    name: Mapping[str, str] = attrs.field(factory=dict)
    cost: int = 0
    points: int = 0


@attrs.frozen
class Picture:
    """A picture of a reward, by the hash of its file; `alt` says in each language what is on it.

    Width and height are pixels of its largest rendition.
    """

    sha256: str
    width: int
    height: int
    alt: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Reward:
    """One reward with its variants. Money in cents of the programme's currency, without tax; `vat` is in per cent.

    `points` is a price of its own, 0 leaves it to the formula of the programme. `countries` are those to which it can
    be delivered; none named: all of the programme. `pictures` are shown in their order. `min_tier` is the tier from
    which on it can be redeemed, `groups` are those for which it is there; none named: all. `prices` are others than
    the regular one. `with_money` lets part of the price be paid with money, where programme and kind do, too.
    """

    number: str
    kind: str
    category: str
    state: RewardState = RewardState.DRAFT
    brand: str = ""
    supplier: str = ""
    cost: int = 0
    freight: int = 0
    vat: Decimal = Decimal(0)
    tax_value: int = 0
    points: int = 0
    delivery_days: int = 0
    labels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    visible: Window = Window()
    redeemable: Window = Window()
    texts: Mapping[str, RewardText] = attrs.field(factory=dict)
    variants: tuple[Variant, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    min_tier: str = ""
    groups: tuple[str, ...] = ()
    prices: tuple[PriceRule, ...] = ()
    pictures: tuple[Picture, ...] = ()
    with_money: bool = True

    def points_of(self, variant: Variant, formula: Formula | None) -> int:
        """The regular price of a variant in points; 0 where nothing says it."""
        return self.regular_price(variant, formula).points

    def regular_price(self, variant: Variant, formula: Formula | None) -> Price:
        """The same with its reason: ``variant`` and ``reward`` have a price of their own, or it is the ``formula``."""
        if own := variant.points or self.points:
            return Price(own, own, ("variant" if variant.points else "reward",))
        if not (formula and (cost := variant.cost or self.cost)):
            return Price(0, 0)
        points = points_for(Cost(cost, self.freight, self.vat), formula)
        return Price(points, points, ("formula",))

    def offers(self, formula: Formula | None) -> list[Offer]:
        """Each variant as constraints see it."""
        return [self.offer(one, self.points_of(one, formula)) for one in self.variants]

    def offer(self, variant: Variant, points: int) -> Offer:
        """A variant at a price as constraints see it."""
        return Offer(self.number, variant.number, self.kind, self.category, points, self.supplier, self.brand,
                     frozenset(self.labels), variant.cost or self.cost, self.tax_value, self.evidence)


@attrs.frozen
class Change:
    """One field of a reward that another version has otherwise; `path` names it, such as ``texts.de.name``."""

    path: str
    before: Any
    after: Any


def changes(before: Reward | None, after: Reward) -> list[Change]:
    """What differs between two versions, by path; of a new reward all that it says."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [Change(path, old.get(path, ""), new.get(path, "")) for path in {**old, **new}
            if (old.get(path) or "") != (new.get(path) or "")]


def _leaves(reward: Reward | None) -> Iterator[tuple[str, Any]]:
    if reward is None:
        return
    yield from _under("", attrs.asdict(reward, recurse=True, filter=lambda field, _: field.name != "variants"))
    for one in reward.variants:
        yield from _under(f"variants.{one.number}.", attrs.asdict(one))


def _under(path: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _under(f"{path}{name}.", value)
        elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
            for number, one in enumerate(value, 1):
                yield from _under(f"{path}{name}.{number}.", one)
        else:
            yield f"{path}{name}", ", ".join(value) if isinstance(value, list | tuple) else value
