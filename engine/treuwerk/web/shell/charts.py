"""Numbers turned into drawings: pure geometry, which the macros of ``ui/charts.html`` write as SVG.

All places are per cent of the drawing's width and height, so that words keep their size on a narrow page.
"""

from collections.abc import Iterable, Sequence
from math import floor, log10

import attrs

TONES = 4
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_GAP = 0.28
_FEW = 7
_NAME = 16.0


def _figures(values: Iterable[int]) -> tuple[int, ...]:
    return tuple(values)


@attrs.frozen
class Series:
    """One row of numbers with its name."""

    name: str
    values: tuple[int, ...] = attrs.field(converter=_figures)


@attrs.frozen
class Box:
    """A rectangle in per cent; `tone` (from 1) chooses colour and pattern."""

    x: float
    y: float
    width: float
    height: float
    tone: int
    value: int


@attrs.frozen
class Mark:
    """A word at a place in per cent; every second one may give way on a narrow page."""

    at: float
    words: str | int
    yields: bool = False


@attrs.frozen
class Plot:
    """A drawing over an axis: boxes or lines, figures of the scale at their heights, words below.

    A line is told by its points in thousandths, the height at which it ends, and the one at which its name stands.
    """

    boxes: tuple[Box, ...]
    lines: tuple[tuple[str, float, float], ...]
    scale: tuple[Mark, ...]
    below: tuple[Mark, ...]
    zero: float


@attrs.frozen
class Bar:
    """A lying bar: where it begins and how long it is, in per cent, and its part of the one before (funnel)."""

    words: str
    value: int
    x: float
    width: float
    share: int | None = None


def columns(labels: Sequence[str], series: Sequence[Series]) -> Plot:
    """Standing columns; several series are stacked, what is below zero hangs down."""
    piles = [[one.values[place] for one in series] for place in range(len(labels))]
    ups, downs = ([sum(part for part in pile if part * sign > 0) for pile in piles] for sign in (1, -1))
    scale = _Scale.over(max(ups, default=0), min(downs, default=0))
    step = 100 / max(len(labels), 1)
    boxes = [box for place, pile in enumerate(piles)
             for box in _stack(pile, step * (place + _GAP / 2), step * (1 - _GAP), scale)]
    return Plot(tuple(boxes), (), scale.marks(), _below(labels, step, step / 2), scale.height(0))


def _stack(values: Sequence[int], x: float, width: float, scale: "_Scale") -> list[Box]:
    boxes, up, down = [], 0, 0
    for tone, value in enumerate(values):
        begin = up if value > 0 else down
        ends = sorted((scale.height(begin), scale.height(begin + value)))
        boxes.append(Box(_cut(x), ends[0], _cut(width), _cut(ends[1] - ends[0]), tone % TONES + 1, value))
        up, down = up + max(value, 0), down + min(value, 0)
    return [box for box in boxes if box.value]


def curves(labels: Sequence[str], series: Sequence[Series]) -> Plot:
    """Lines from left to right."""
    values = [value for one in series for value in one.values]
    scale = _Scale.over(max(values, default=0), min(0, min(values, default=0)))
    step = 100 / max(len(labels) - 1, 1)
    ends = [scale.height(one.values[-1]) if one.values else 0.0 for one in series]
    lines = tuple(zip((_points(one.values, step, scale) for one in series), ends, _apart(ends), strict=True))
    return Plot((), lines, scale.marks(), _below(labels, step, 0), scale.height(0))


def _apart(heights: Sequence[float]) -> list[float]:
    """The same heights, pushed down where two would stand on one another."""
    found, last = dict[int, float](), -_NAME
    for place in sorted(range(len(heights)), key=lambda place: heights[place]):
        last = found[place] = max(heights[place], last + _NAME)
    return [found[place] for place in range(len(heights))]


def _points(values: Sequence[int], step: float, scale: "_Scale") -> str:
    if len(values) == 1:  # one point has no line: it is told as a level
        values = [*values, *values]
    return " ".join(f"{step * place * 10:.1f},{scale.height(value) * 10:.1f}" for place, value in enumerate(values))


def sparkline(values: Sequence[int]) -> str:
    """Points of a small line in a field of 100 × 24 without any scale."""
    low, high = min(values, default=0), max(values, default=0)
    step, span = 96 / max(len(values) - 1, 1), (high - low) or 1
    return " ".join(f"{2 + step * place:.1f},{22 - 20 * (value - low) / span:.1f}"
                    for place, value in enumerate(values))


def bars(rows: Sequence[tuple[str, int]]) -> tuple[Bar, ...]:
    """Lying bars from the left, the longest over the whole width."""
    longest = max((value for _, value in rows), default=0) or 1
    return tuple(Bar(words, value, 0, _cut(max(value, 0) * 100 / longest)) for words, value in rows)


def funnel(rows: Sequence[tuple[str, int]]) -> tuple[Bar, ...]:
    """Centred bars, each with the whole per cent that it keeps of the one before."""
    found: list[Bar] = []
    for bar in bars(rows):
        before = found[-1].value if found else 0
        share = round(bar.value * 100 / before) if before else None
        found.append(attrs.evolve(bar, x=_cut((100 - bar.width) / 2), share=share))
    return tuple(found)


def _below(labels: Sequence[str], step: float, first: float) -> tuple[Mark, ...]:
    return tuple(Mark(_cut(first + step * place), words, len(labels) > _FEW and place % 2 == 1)
                 for place, words in enumerate(labels))


def _cut(value: float) -> float:
    return round(value, 2)


@attrs.frozen
class _Scale:
    """From a round figure below to a round figure above, zero always between."""

    low: float
    high: float
    step: float

    @classmethod
    def over(cls, high: int, low: int) -> "_Scale":
        step = _round_step((high - low) / 4)
        return cls(floor(low / step) * step, -floor(-high / step) * step or step, step)

    def height(self, value: float) -> float:
        return _cut((self.high - value) * 100 / (self.high - self.low))

    def marks(self) -> tuple[Mark, ...]:
        count = round((self.high - self.low) / self.step)
        figures = (self.low + self.step * place for place in range(count + 1))
        return tuple(Mark(self.height(figure), round(figure)) for figure in figures)


def _round_step(wanted: float) -> float:
    if wanted <= 1:
        return 1
    power = 10.0 ** floor(log10(wanted))
    # Figures are whole numbers: a step of 2.5 would put 3 where 2.5 is.
    return next(step * power for step in _STEPS if step * power >= wanted and (step * power).is_integer())
