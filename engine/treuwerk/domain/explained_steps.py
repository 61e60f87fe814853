"""The steps of an award for people's eyes: each with the running figure after it."""

from decimal import Decimal
from fractions import Fraction

import attrs

from treuwerk.domain.earning import Step, fold

_DIGITS = 4


@attrs.frozen(cache_hash=True)
class ExplainedStep:
    """One step of the arithmetic and the running figure after it, exact where four decimal places suffice."""

    operation: str
    name: str
    operand: str
    figure: Decimal


def explained(steps: tuple[Step, ...]) -> tuple[ExplainedStep, ...]:
    """Steps with the running figure after each."""
    return tuple(ExplainedStep(step.operation.value, step.name, step.operand, _decimal(figure))
                 for step, figure in zip(steps, fold(steps), strict=True))


def _decimal(figure: Fraction) -> Decimal:
    """The figure with the places that a person reads; exact for all figures of up to four places."""
    rounded = round(figure * 10**_DIGITS)
    figure_of_four: Decimal = Decimal(rounded) / 10**_DIGITS
    return figure_of_four.normalize() + 0
