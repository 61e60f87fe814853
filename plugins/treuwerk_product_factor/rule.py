"""Quantity × attribute ÷ attribute per point × factor, rounded down once."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

import attrs
from attrs.validators import min_len

from treuwerk.domain.earning import Award, Doubt, Operation, Step, whole_points
from treuwerk.domain.purchases import Article, EarningEvent

_REMEMBERED = 65_536
_START, _TIMES = Operation.START, Operation.TIMES
_ROUNDED = Step(Operation.ROUND_DOWN, "points")


def _positive(_: object, attribute: "attrs.Attribute[Decimal]", value: Decimal) -> None:
    if value <= 0:
        raise ValueError(f"'{attribute.name}' must be > 0: {value}")


def _all_positive(_: object, attribute: "attrs.Attribute[dict[str, Decimal]]", value: dict[str, Decimal]) -> None:
    for name, factor in value.items():
        if factor <= 0:
            raise ValueError(f"'{attribute.name}.{name}' must be > 0: {factor}")


@attrs.frozen
class ProductFactorSettings:
    """Keys of an ``[[earning]]`` table with ``rule = "product_factor"``."""

    unit: str
    """Unit of the points."""
    article_kinds: list[str] = attrs.field(validator=min_len(1))
    """Kinds of articles that earn, such as ``["module"]``."""
    attribute: str
    """Article attribute that counts, such as ``wp``."""
    attribute_per_point: Decimal = attrs.field(validator=_positive)
    """How much of the attribute makes one point, such as 10."""
    feature: str = ""
    """Feature of the delivery that decides the factor, such as ``scope``; empty: no factor."""
    factors: dict[str, Decimal] = attrs.field(factory=dict, validator=_all_positive)
    """Factor by value of the feature. A line with any other value is quarantined, never defaulted."""
    unit_without_factor: str = ""
    """A second unit that gets the same points without the factor, such as status points."""

    def __attrs_post_init__(self) -> None:
        """A feature without factors could never be decided."""
        if self.feature and not self.factors:
            raise ValueError(f"'factors' is empty: name a factor for each value of feature {self.feature!r}")


class ProductFactor:
    """The rule with its settings; answers for equal lines are remembered, since a feed repeats them."""

    def __init__(self, settings: ProductFactorSettings) -> None:
        self._settings = settings
        self._kinds = frozenset(settings.article_kinds)
        self._per = Step(Operation.PER, settings.attribute, f"{settings.attribute_per_point:f}")
        self._factors = {value: Step(Operation.FACTOR, value, f"{factor:f}")
                         for value, factor in settings.factors.items()}
        self._tapes = lru_cache(maxsize=_REMEMBERED)(self._computed)

    def __reduce__(self) -> tuple[type["ProductFactor"], tuple[ProductFactorSettings]]:
        """Settings are enough to build the rule again in another process."""
        return type(self), (self._settings,)

    @property
    def units(self) -> Collection[str]:
        """The unit, and the one without factor where it is named."""
        return {self._settings.unit, self._settings.unit_without_factor} - {""}

    def awards(self, events: Sequence[EarningEvent]) -> Iterator[Award | Doubt]:
        """One award per unit for each line of an article that earns."""
        feature = self._settings.feature
        for index, event in enumerate(events):
            article = event.article
            if article is None or article.kind not in self._kinds:
                continue
            attribute = article.attributes.get(self._settings.attribute)
            value = event.features.get(feature, "") if feature else ""
            if attribute is None or (feature and value not in self._settings.factors):
                yield self._doubt(index, article, value, attribute)
                continue
            for unit, points, steps in self._tapes(event.quantity, attribute, value):
                yield Award(index, unit, points, steps)

    def _computed(self, quantity: Decimal, attribute: Decimal,
                  value: str) -> list[tuple[str, int, tuple[Step, ...]]]:
        settings, figure = self._settings, quantity * attribute
        start, times = Step(_START, "quantity", f"{quantity:f}"), Step(_TIMES, settings.attribute, f"{attribute:f}")
        plain = (start, times, self._per)
        tapes: list[tuple[str, Decimal, tuple[Step, ...]]] = []
        if settings.feature:
            tapes.append((settings.unit, figure * settings.factors[value], (*plain, self._factors[value], _ROUNDED)))
        else:
            tapes.append((settings.unit, figure, (*plain, _ROUNDED)))
        if settings.unit_without_factor:
            tapes.append((settings.unit_without_factor, figure, (*plain, _ROUNDED)))
        return [(unit, whole_points(product / settings.attribute_per_point), steps) for unit, product, steps in tapes
                if product > 0]

    def _doubt(self, index: int, article: Article, value: str, attribute: Decimal | None) -> Doubt:
        settings = self._settings
        if attribute is None:
            return Doubt(index, "attribute_missing", f"article {article.number} has no {settings.attribute!r}; "
                         "add it to the article master and clear the line again")
        found = repr(value) if value else "nothing"
        return Doubt(index, "unknown_feature", f"{settings.feature}: found {found}, "
                     f"expected {' or '.join(settings.factors)}; ask the sender to correct the line")
