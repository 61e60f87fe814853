"""The arithmetic of a formula for one line as the tape that explains it, and that part returns are worked out by.

A tape begins with what a line has per piece, where that stands in the formula once: folded with fewer pieces it then
gives what the formula does, by the branches that were chosen. Where it stands there twice, the tape is one figure, and
a part return keeps the share of it.
"""

from fractions import Fraction

from treuwerk.domain.earning import Operation, Step
from treuwerk_expression.figures import Values, chosen, figure
from treuwerk_expression.parts import Act, Literal, Name, Part

WHOLE = "formula"
"""The name of the figure where the whole formula is one."""
NUMBER = "figure"
"""The name of figures that stand in the formula."""
_OF_THE_LINE = frozenset({"quantity", "amount"})
_ROUNDINGS = {"floor": Operation.ROUND_DOWN, "ceil": Operation.ROUND_UP, "round": Operation.ROUND_HALF_UP}
_TIMES, _PER, _PLUS, _MINUS = Operation.TIMES, Operation.PER, Operation.PLUS, Operation.MINUS
_OPERATIONS = {"+": _PLUS, "-": _MINUS, "*": _TIMES, "/": _PER}
_INVERSE = {_TIMES: _PER, _PER: _TIMES}
_LONGEST_NAME = 80
Steps = tuple[Step, ...]


class _NoTape(Exception):
    """What belongs to the pieces stands in more than one place."""


def tape_of(formula: Part, values: Values) -> Steps:
    """The tape of a formula for what a line says; it folds to what the formula is worth.

    Raises:
        Undecided: nobody can tell what it is worth.
    """
    exact = figure(formula, values)
    try:
        return _spine(formula, values)
    except _NoTape:
        return _started(WHOLE, exact)


def _spine(part: Part, values: Values) -> Steps:
    """The tape of a part, along those of its parts in which the pieces stand."""
    if not isinstance(part, Act):
        return _started(_name(part), figure(part, values))
    if part.does == "?":
        return _spine(chosen(part.below, values), values)
    if part.does in _ROUNDINGS:
        return (*_spine(part.below[0], values), Step(_ROUNDINGS[part.does], part.does))
    if part.does in ("min", "max"):
        return _limited(part, values)
    if len(part.below) == 1:  # a minus before a figure
        return (*_spine(part.below[0], values), Step(_TIMES, part.does, "-1"))
    return _of_two(part, values)


def _of_two(part: Act, values: Values) -> Steps:
    """A part with a sign between two others, only one of which can hang on the pieces."""
    does, (left, right) = part.does, part.below
    if not _hangs_on_pieces(right, values):
        return (*_spine(left, values), *_with(_OPERATIONS[does], _name(right), figure(right, values)))
    if _hangs_on_pieces(left, values) or does == "/":
        raise _NoTape
    first, name = figure(left, values), _name(left)
    if does == "*":
        return (*_spine(right, values), *_with(_TIMES, name, first))
    turned = (Step(_TIMES, "-", "-1"),) if does == "-" else ()
    return (*_spine(right, values), *turned, *_with(_PLUS, name, first))


def _limited(part: Act, values: Values) -> Steps:
    """The smallest or largest of some parts: a cap where only one of them hangs on the pieces, else the one itself."""
    figures = [figure(one, values) for one in part.below]
    hanging = [one for one in part.below if _hangs_on_pieces(one, values)]
    if part.does == "max" or len(hanging) != 1:
        extreme = (max if part.does == "max" else min)(figures)
        return _spine(part.below[figures.index(extreme)], values)
    caps = [(exact, one) for exact, one in zip(figures, part.below, strict=True) if one is not hanging[0]]
    least, by = min(caps, key=lambda cap: cap[0])
    return (*_spine(hanging[0], values), *_with(Operation.AT_MOST, _name(by), least))


def _hangs_on_pieces(part: Part, values: Values) -> bool:
    """Whether a part would be another figure if fewer pieces had come; conditions stay as they were decided."""
    if isinstance(part, Name):
        return part.source in _OF_THE_LINE
    if isinstance(part, Act) and part.does == "?":
        return _hangs_on_pieces(chosen(part.below, values), values)
    return any(_hangs_on_pieces(one, values) for one in part.below)


def _name(part: Part) -> str:
    """What a figure is called: an attribute by its name alone, as in other rules, what is worked out as written."""
    if isinstance(part, Literal):
        return NUMBER
    bare = part.source.removeprefix("article.")
    name = bare if isinstance(part, Name) and bare not in _OF_THE_LINE else part.source
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME - 1]}…"


def _started(name: str, exact: Fraction) -> Steps:
    text = _decimal(exact)
    if text is not None:
        return (Step(Operation.START, name, text),)
    return Step(Operation.START, name, str(exact.numerator)), Step(_PER, name, str(exact.denominator))


def _with(operation: Operation, name: str, exact: Fraction) -> Steps:
    """The step with an exact figure; one that no decimal can say, such as a third, takes several."""
    text = _decimal(exact)
    if text is not None:
        return (Step(operation, name, text),)
    over, under = str(exact.numerator), str(exact.denominator)
    if operation in _INVERSE:
        return Step(operation, name, over), Step(_INVERSE[operation], name, under)
    return Step(_TIMES, name, under), Step(operation, name, over), Step(_PER, name, under)


def _decimal(exact: Fraction) -> str | None:
    """The figure as a decimal, None where it has none."""
    rest, places = exact.denominator, 0
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        places = max(places, power)
    if rest != 1:
        return None
    digits = str(abs(exact.numerator) * 10**places // exact.denominator).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if exact < 0 else text
