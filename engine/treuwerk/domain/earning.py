"""How points come about: rules read events and answer with awards, each carrying its own arithmetic.

An explanation is a short tape of steps (start with a quantity, multiply, divide, round). Folding the tape gives the
points again, so a stored explanation can be checked years later without the rule that made it.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from json.encoder import encode_basestring as quoted
from math import floor
from typing import NamedTuple, Protocol, runtime_checkable

import attrs

from treuwerk.domain.purchases import EarningEvent

_REMEMBERED = 65_536  # tapes
_LARGEST_EXPONENT = 1_000


class Operation(StrEnum):
    """What a step does to the running figure."""

    START = "start"
    TIMES = "times"
    PER = "per"
    FACTOR = "factor"
    ROUND_DOWN = "round_down"
    MINUS = "minus"  # only in bookings of the engine: what was booked before
    PLUS = "plus"
    AT_MOST = "at_most"  # what is more is dropped, such as what a cap leaves
    ROUND_HALF_UP = "round_half_up"
    ROUND_UP = "round_up"

    __hash__ = str.__hash__  # that of an enum is written in Python, and tapes are looked up by the ten thousand


_START, _TIMES, _PER, _FACTOR, _ROUND_DOWN, _MINUS, _PLUS, _AT_MOST, _ROUND_HALF_UP, _ROUND_UP = Operation
ROUNDINGS = frozenset({_ROUND_DOWN, _ROUND_HALF_UP, _ROUND_UP})
_BY_WORD = {operation.value: operation for operation in Operation}
# Plain names: looking into an enum takes five times as long.


class Step(NamedTuple):
    """One step of the tape: `name` says what the operand is (``quantity``, ``wp``, ``SYSTEM``), for the reader's eye.

    `operand` is an exact decimal as text; roundings have none. A named tuple, since tapes are compared by value.
    """

    operation: Operation
    name: str
    operand: str = ""


def fold(steps: Iterable[Step]) -> list[Fraction]:
    """The running figure after each step, exact."""
    return [Fraction(*figure) for figure in _figures(steps)]


def floor_of(steps: Iterable[Step]) -> int:
    """The last figure of a tape that is not empty, rounded down."""
    (over, under), = deque(_figures(steps), maxlen=1)
    return over // under


def _figures(steps: Iterable[Step]) -> Iterator[tuple[int, int]]:
    """The running figures as numerators and denominators, never shortened: that would cost more than all else."""
    over, under = 0, 1
    for operation, _, operand in steps:
        if operation is _ROUND_DOWN:
            over, under = over // under, 1
        elif operation in ROUNDINGS:
            over, under = _rounded(operation, over, under), 1
        else:
            top, bottom = (int(operand), 1) if operand.isdecimal() else _ratio(operand)
            if operation is _START:
                over, under = top, bottom
            elif operation is _PER:
                over, under = over * bottom, under * top
            elif operation is _TIMES or operation is _FACTOR:
                over, under = over * top, under * bottom
            else:
                over, under = _against(operation, over, under, top, bottom)
        yield over, under


def _ratio(operand: str) -> tuple[int, int]:
    """A number that is not just digits. Some characters could stand for more digits than the memory holds."""
    if "e" in operand.lower() and abs(Decimal(operand).adjusted()) > _LARGEST_EXPONENT:
        raise ValueError(f"found an operand of the size {operand:.40}, expected at most {_LARGEST_EXPONENT} digits")
    return Fraction(operand).as_integer_ratio()


def _rounded(operation: Operation, over: int, under: int) -> int:
    """The whole figure above, or the nearest one; halves go away from zero, as in trade."""
    if operation is _ROUND_UP:
        return -(-over // under)
    magnitude = (2 * abs(over) + abs(under)) // (2 * abs(under))
    return magnitude if (over < 0) == (under < 0) else -magnitude


def _against(operation: Operation, over: int, under: int, top: int, bottom: int) -> tuple[int, int]:
    """The running figure with another one beside it: their sum, their difference, or the smaller of both."""
    if operation is _AT_MOST:
        beyond = Fraction(over, under) > Fraction(top, bottom)
        return (top, bottom) if beyond else (over, under)
    sign = -1 if operation is _MINUS else 1
    return over * bottom + sign * top * under, under * bottom


class Award(NamedTuple):
    """Points of one unit for one event of the batch.

    `event` is the index in the batch that the rule was given; `points` a whole number above zero; the steps fold to it.
    0 is right where rounding, as the last step, made it of something above 0: it is rounded as the programme says, and
    dropped if nothing comes of it. A named tuple, since rules make one for each line.
    """

    event: int
    unit: str
    points: int
    steps: tuple[Step, ...]


@attrs.frozen
class Doubt:
    """A rule that cannot decide: the event is quarantined with the reason and earns nothing from any rule."""

    event: int
    code: str
    reason: str


def moved(answer: Award | Doubt, event: int) -> Award | Doubt:
    """The same answer for the event with another index."""
    return answer._replace(event=event) if isinstance(answer, Award) else attrs.evolve(answer, event=event)


class EarningRule(Protocol):
    """A rule with its settings bound, built once at start-up.

    It must be a pure function of the events: the same answer whole, split or in another order. `units` are the
    codes of all units that it may award; a unit that the programme does not have is a mistake found at start-up.
    """

    @property
    def units(self) -> Collection[str]:
        """Codes of the units that this rule may award."""
        ...

    def awards(self, events: Sequence[EarningEvent]) -> Iterable[Award | Doubt]:
        """Awards and doubts for these events, in any order; events that the rule is not meant for are passed over."""
        ...


@runtime_checkable
class AwardRule(Protocol):
    """A rule that works on what other rules earned, such as a campaign that doubles it; otherwise as `EarningRule`.

    What it gives are awards of its own beside those. Their steps should begin with the steps of the award that they
    rest on, one award for each of them: so a part return takes back of both what the pieces had earned.
    """

    @property
    def units(self) -> Collection[str]:
        """Codes of the units that this rule may award."""
        ...

    @property
    def rules(self) -> Collection[str]:
        """Names of the earning rules whose awards it is given; empty: of all that work on purchases themselves."""
        ...

    def awards_on(self, events: Sequence[EarningEvent],
                  earned: Sequence[Sequence[Award]]) -> Iterable[Award | Doubt]:
        """Awards and doubts for these events, in any order; `earned` has, event by event, at least one award each."""
        ...


def steps_as_json(steps: Sequence[Step]) -> str:
    """The tape in the compact form that is stored: a list of [operation, name, operand]."""
    written = [f'["{operation}",{quoted(name)},{quoted(operand)}]' for operation, name, operand in steps]
    return f"[{','.join(written)}]"


def steps_from_json(tape: Iterable[Sequence[str]]) -> tuple[Step, ...]:
    """The steps of a stored tape."""
    return tuple([Step(_BY_WORD.get(operation) or Operation(operation), name, operand)
                  for operation, name, operand in tape])


class Tape(NamedTuple):
    """A tape with what it folds to (None: it is empty) and the text that is stored of it."""

    steps: tuple[Step, ...]
    figure: Fraction | int | None
    text: str


class Tapes:
    """Tapes of one revision of a rule that were met before.

    Rules hand out the same tuple for equal lines: it is folded and written only once. The text is the part of a stored
    explanation that does not change from line to line: rule, revision and steps.
    """

    def __init__(self, rule: str, revision: int) -> None:
        self._head = f'"rule":"{rule}","revision":{revision},"steps":'
        self._met: dict[int, Tape] = {}
        self._equal: dict[tuple[Step, ...], Tape] = {}

    def of(self, steps: tuple[Step, ...]) -> Tape:
        """The tape of these steps: found by their identity, else by their value, which costs ten times as much."""
        met = self._met.get(id(steps))
        if met is not None and met.steps is steps:  # it holds the steps, so that no others come to have their id
            return met
        return self._equal.get(steps) or self._new(steps)

    def _new(self, steps: tuple[Step, ...]) -> Tape:
        if len(self._equal) >= _REMEMBERED:
            self._met.clear()
            self._equal.clear()
        over, under = deque(_figures(steps), maxlen=1).pop() if steps else (0, 0)
        figure = None if not under else over // under if not over % under else Fraction(over, under)
        tape = Tape(steps, figure, self._head + steps_as_json(steps))
        self._met[id(steps)] = self._equal[steps] = tape
        return tape


def whole_points(figure: Decimal) -> int:
    """Points are whole: what is behind the decimal mark is dropped, once, after every factor."""
    return floor(figure)
