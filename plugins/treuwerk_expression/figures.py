"""What a part of a formula is worth for one line: exact figures, worked out only as far as they are needed."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil, floor
from operator import add, eq, ge, gt, le, lt, mul, ne, sub
from typing import Any

from treuwerk_expression.parts import Literal, Name, Part

Value = Fraction | str | bool
Values = Mapping[str, Fraction | str | None]
"""What a line says, by name; None: it does not."""
_MOST_BITS = 512  # of a numerator or denominator: 150 digits; more is a slip, and would cost ever more time


class Undecided(Exception):
    """What a formula asks for is not there, or makes no sense for this line; `code` is that of the doubt."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code, self.what = code, what


def worth(part: Part, values: Values) -> Value:
    """What a part is worth.

    Raises:
        Undecided: a figure is missing, divided by 0, or too large.
    """
    if isinstance(part, Literal):
        return part.value
    if isinstance(part, Name):
        return _said(part.source, values)
    return _LAZY[part.does](part.below, values) if part.does in _LAZY else _done(part.does, part.below, values)


def figure(part: Part, values: Values) -> Fraction:
    """What a part that is a number is worth.

    Raises:
        Undecided: as `worth`.
    """
    found = worth(part, values)
    if not isinstance(found, Fraction):
        raise TypeError(f"{part.source} is worth {found!r}, expected a number")
    return found


def chosen(below: tuple[Part, ...], values: Values) -> Part:
    """Which of two parts a condition chooses."""
    return below[1] if worth(below[0], values) else below[2]


def _said(name: str, values: Values) -> Fraction | str:
    found = values[name]
    if found is None:
        raise Undecided("amount_missing" if name == "amount" else "attribute_missing", name)
    return found


def _done(does: str, below: tuple[Part, ...], values: Values) -> Value:
    given: list[Any] = [worth(part, values) for part in below]
    if does == "/" and not given[1]:
        raise Undecided("division_by_zero", below[1].source)
    made: Value = _subtracted(given) if does == "-" else _ACTS[does](*given)
    return _bounded(made) if isinstance(made, Fraction) else made


def _bounded(made: Fraction) -> Fraction:
    if max(made.numerator.bit_length(), made.denominator.bit_length()) > _MOST_BITS:
        raise Undecided("figure_too_large", "a figure of more than 150 digits")
    return made


def _subtracted(given: list[Fraction]) -> Fraction:
    return -given[0] if len(given) == 1 else sub(*given)


def half_up(exact: Fraction) -> Fraction:
    """The nearest whole figure; halves go away from zero, as the engine rounds them."""
    nearest = floor(abs(exact) + Fraction(1, 2))
    return Fraction(nearest if exact >= 0 else -nearest)


_ACTS: dict[str, Callable[..., Value]] = {
    "+": add, "*": mul, "/": lambda over, under: over / under, "<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne,
    "min": min, "max": max, "not": lambda truth: not truth, "floor": lambda exact: Fraction(floor(exact)),
    "ceil": lambda exact: Fraction(ceil(exact)), "round": half_up}
_LAZY: dict[str, Callable[[tuple[Part, ...], Values], Value]] = {
    "and": lambda below, values: bool(worth(below[0], values) and worth(below[1], values)),
    "or": lambda below, values: bool(worth(below[0], values) or worth(below[1], values)),
    "?": lambda below, values: worth(chosen(below, values), values)}
