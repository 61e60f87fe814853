"""Part returns: what stays of an award when some of the pieces go back, by the arithmetic that gave it.

The stored tape is folded again with the pieces that stay. So it does not matter what the rule says today, and several
part returns come to the same points as one.
"""

from collections.abc import Sequence
from fractions import Fraction

from treuwerk.domain.earning import Operation, Step, floor_of

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
    first = steps[0] if steps else None
    if first is None or first.operation is not Operation.START or first.name != QUANTITY:
        return min(points, points * kept // pieces)
    over, under = (int(first.operand), 1) if first.operand.isdecimal() else Fraction(first.operand).as_integer_ratio()
    start, rest = divmod(over * kept, under * pieces)
    if rest:  # no whole pieces of what the tape begins with
        return max(0, min(points, points * kept // pieces))
    tape = [first._replace(operand=str(start)), *steps[1:]]
    return max(0, min(points, floor_of(tape)))
