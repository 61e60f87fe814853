"""What a line is worth by a formula, rounded down once."""

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import attrs

from treuwerk.domain.earning import Award, Doubt, Operation, Step, fold
from treuwerk.domain.purchases import Article, EarningEvent
from treuwerk_expression.figures import Undecided
from treuwerk_expression.formulas import read_formula
from treuwerk_expression.parts import names_in
from treuwerk_expression.tapes import tape_of

MOST_POINTS = 10**12
_REMEMBERED = 65_536
_LONGEST_FIGURE = 40  # digits, before and behind the point
_WHOLE = Step(Operation.ROUND_DOWN, "points")
Said = Decimal | str | None
_REMEDIES = {
    "attribute_missing": "add it to the article master and clear the line again, or narrow the rule by 'articles'",
    "amount_missing": "ask the sender for lines with amounts",
    "division_by_zero": "mend the formula or the article master, then clear the line again",
    "figure_too_large": "mend the formula, or the figures that it rests on, then clear the line again",
}


def _readable(_: object, __: object, formula: str) -> None:
    read_formula(formula)


@attrs.frozen
class ExpressionSettings:
    """Keys of an ``[[earning]]`` table with ``rule = "expression"``."""

    unit: str
    """Unit of the points."""
    points: str = attrs.field(validator=_readable)
    """The formula, such as ``quantity * article.wp / 10 * (feature.scope == 'SYSTEM' ? 2 : 1)``. What is behind the
    decimal mark in the end is dropped; what is not above 0 earns nothing."""


class Expression:
    """The rule with its settings; what equal lines are worth is remembered, since a feed repeats them."""

    def __init__(self, settings: ExpressionSettings) -> None:
        self._settings = settings
        self._formula = read_formula(settings.points)
        self._names = names_in(self._formula)
        self._getters = [_getter(name) for name in self._names]
        self._worth = lru_cache(maxsize=_REMEMBERED)(self._computed)

    def __reduce__(self) -> tuple[type["Expression"], tuple[ExpressionSettings]]:
        """Settings are enough to build the rule again in another process."""
        return type(self), (self._settings,)

    @property
    def units(self) -> Collection[str]:
        """The one unit of the settings."""
        return {self._settings.unit}

    def awards(self, events: Sequence[EarningEvent]) -> Iterator[Award | Doubt]:
        """An award for each purchase line for which the formula is above 0; a line that it cannot tell is a doubt."""
        for index, event in enumerate(events):
            article = event.article
            if article is None:
                continue
            found = self._worth(tuple([get(event, article) for get in self._getters]))
            if isinstance(found, Undecided):
                yield Doubt(index, found.code, _reason(found, article))
            elif found is not None:
                yield Award(index, self._settings.unit, *found)

    def _computed(self, said: tuple[Said, ...]) -> tuple[int, tuple[Step, ...]] | Undecided | None:
        """Points and tape, None for nothing, or why nobody can tell."""
        try:
            values = {name: _exact(name, one) for name, one in zip(self._names, said, strict=True)}
            steps = (*tape_of(self._formula, values), _WHOLE)
        except Undecided as why:
            return why.with_traceback(None)
        *_, exact, points = fold(steps)
        if exact <= 0:
            return None
        return Undecided("figure_too_large", f"{points} points") if points > MOST_POINTS else (int(points), steps)


def _exact(name: str, said: Said) -> Fraction | str | None:
    if not isinstance(said, Decimal):
        return said
    if not said.is_finite() or abs(said.adjusted()) + len(said.as_tuple().digits) > _LONGEST_FIGURE:
        raise Undecided("figure_too_large", f"{name} {said:.3E}")
    return Fraction(said)


def _getter(name: str) -> Callable[[EarningEvent, Article], Said]:
    """How a name of a formula is looked up in a line and its article."""
    room, _, one = name.partition(".")
    plain: dict[str, Callable[[EarningEvent, Article], Said]] = {
        "quantity": lambda event, _: event.quantity, "amount": lambda event, _: event.amount,
        "article.number": lambda _, article: article.number, "article.kind": lambda _, article: article.kind,
        "participant.group": lambda event, _: event.participant.group,
        "participant.country": lambda event, _: event.participant.country}
    if name in plain:
        return plain[name]
    if room == "article":
        return lambda _, article: article.attributes.get(one)
    if room == "feature":
        return lambda event, _: event.features.get(one, "")
    return lambda event, _: event.participant.attributes.get(one, "")


def _reason(why: Undecided, article: Article) -> str:
    what = {"attribute_missing": f"article {article.number} has no {why.what.removeprefix('article.')!r}",
            "amount_missing": f"the line of article {article.number} has no net amount",
            "division_by_zero": f"the formula divides by {why.what!r}, which is 0 for article {article.number}",
            "figure_too_large": f"the formula comes to {why.what} for article {article.number}"}[why.code]
    return f"{what}; {_REMEDIES[why.code]}"
