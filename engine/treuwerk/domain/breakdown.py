"""Part returns: what stays of an award when some of the pieces go back, by the arithmetic that gave it.

The stored tape is folded again with the pieces that stay. So it does not matter what the rule says today, and several
part returns come to the same points as one.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from treuwerk.domain.earning import Operation, Step, fold

QUANTITY = "quantity"


def points_kept(points: int, steps: Sequence[Step], pieces: int, kept: int) -> int:
    """Points that `kept` of `pieces` would have earned, at most `points`.

    A tape that begins with the quantity is folded with what is kept of it; of any other the same share is kept, rounded
    down. Nothing kept is nothing earned.

    >>> tape = (Step(Operation.START, "quantity", "10"), Step(Operation.TIMES, "wp", "41.5"),
    ...         Step(Operation.ROUND_DOWN, "points"))
    >>> points_kept(415, tape, 10, 3)
    124
    """
    if kept <= 0:
        return 0
    share = Fraction(kept, pieces)
    first = steps[0] if steps else None
    if first is None or first.operation is not Operation.START or first.name != QUANTITY:
        return min(points, floor(points * share))
    start = Fraction(first.operand) * share
    tape = [first._replace(operand=_decimal(start)), *steps[1:]] if start.denominator == 1 else None
    return max(0, min(points, floor(fold(tape)[-1] if tape else points * share)))


def _decimal(whole: Fraction) -> str:
    return str(whole.numerator)
