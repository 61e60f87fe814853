"""What a line is worth by the basis ÷ each × points, rounded down once; or only full multiples of `each` count."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

import attrs
from attrs.validators import min_len

from treuwerk.domain.earning import Award, Doubt, Operation, Step, fold
from treuwerk.domain.purchases import Article, EarningEvent

QUANTITY, AMOUNT = "quantity", "amount"
_FULL, _WHOLE = Step(Operation.ROUND_DOWN, "multiples"), Step(Operation.ROUND_DOWN, "points")


def _positive(_: object, attribute: "attrs.Attribute[Decimal]", value: Decimal) -> None:
    if value <= 0:
        raise ValueError(f"'{attribute.name}' must be > 0: {value}")


@attrs.frozen
class RateSettings:
    """Keys of an ``[[earning]]`` table with ``rule = "rate"``: so many `points` for each so much of the `basis`."""

    unit: str
    """Unit of the points."""
    points: Decimal = attrs.field(validator=_positive)
    """How many points, such as 5 or 0.5."""
    basis: str = attrs.field(default=QUANTITY, validator=min_len(1))
    """What is counted: ``quantity`` in base units, ``amount`` for the net amount of the line, or an attribute of the
    article such as ``m2``, which each base unit has."""
    each: Decimal = attrs.field(default=Decimal(1), validator=_positive)
    """How much of the basis gives the points, such as 100 for each 100 euros."""
    full_multiples: bool = False
    """Whether only full multiples of `each` count: 199 euros are then worth as much as 100."""


class Rate:
    """The rule with its settings."""

    def __init__(self, settings: RateSettings) -> None:
        self._settings = settings
        per = Step(Operation.PER, settings.basis, f"{settings.each:f}")
        points = Step(Operation.TIMES, "points", f"{settings.points:f}")
        self._tail = (per, _FULL, points, _WHOLE) if settings.full_multiples else (per, points, _WHOLE)

    @property
    def units(self) -> Collection[str]:
        """The one unit of the settings."""
        return {self._settings.unit}

    def awards(self, events: Sequence[EarningEvent]) -> Iterator[Award | Doubt]:
        """An award for each purchase line that is worth something; a line that lacks its basis is a doubt."""
        for index, event in enumerate(events):
            if event.article is None:
                continue
            start = self._start(event, event.article)
            if start is None:
                yield self._doubt(index, event.article)
                continue
            steps = (*start, *self._tail)
            *_, exact, rounded = fold(steps)
            if exact > 0:
                yield Award(index, self._settings.unit, int(rounded), steps)

    def _start(self, event: EarningEvent, article: Article) -> tuple[Step, ...] | None:
        quantity = Step(Operation.START, QUANTITY, f"{event.quantity:f}")
        if self._settings.basis == QUANTITY:
            return (quantity,)
        figure = event.amount if self._settings.basis == AMOUNT else article.attributes.get(self._settings.basis)
        if figure is None:
            return None
        if self._settings.basis == AMOUNT:
            return (Step(Operation.START, AMOUNT, f"{figure:f}"),)
        return quantity, Step(Operation.TIMES, self._settings.basis, f"{figure:f}")

    def _doubt(self, index: int, article: Article) -> Doubt:
        if self._settings.basis == AMOUNT:
            return Doubt(index, "amount_missing", f"the line of article {article.number} has no net amount; ask the "
                         "sender for lines with amounts")
        return Doubt(index, "attribute_missing", f"article {article.number} has no {self._settings.basis!r}; "
                     "add it to the article master and clear the line again, or narrow the rule by 'articles'")
