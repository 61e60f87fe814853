"""A pen for drawings of one family: soft volumes, light from the left, a sheet with a low sun behind the thing.

A drawing is 960 wide and 720 high; things stand on the floor at 600. Every fill is a gradient around its colour, so
that all drawings have the same light without a word about it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import cos, radians, sin
from typing import Final

import attrs

WIDTH, HEIGHT, FLOOR = 960, 720, 600
INK, NAVY, BLUE, SKY, ICE = "#14233f", "#1f3d6e", "#3f6db3", "#9cc3e6", "#dbe8f4"
RUST, ORANGE, AMBER, CREAM = "#b4460f", "#ef8a2b", "#ffb454", "#fff1db"
PINE, GREEN, LEAF = "#2f5a43", "#4f7f5b", "#86b06c"
WOOD_DARK, WOOD, WOOD_LIGHT, SAND = "#8a5530", "#b97a47", "#d9a46c", "#e4cfae"
SLATE, STEEL_DARK, STEEL, SILVER = "#3b4a5f", "#6d7c8f", "#aab6c4", "#d5dce4"
RED, ROSE, PAPER, WHITE = "#c8452f", "#eba18f", "#f7f3ec", "#ffffff"
Point = tuple[float, float]


@attrs.frozen
class Sheet:
    """The ground of a world: upper and lower colour, and the disc behind the thing."""

    upper: str
    lower: str
    disc: str


WORKSHOP: Final = Sheet("#e6ebf2", "#ccd6e3", "#f6f9fc")
GARDEN: Final = Sheet("#e4ecdd", "#c8d9bf", "#f5f9f0")
HOME: Final = Sheet("#f3e8d9", "#e3d0b5", "#fcf7ee")
FAMILY: Final = Sheet("#fce6d7", "#f2cab0", "#fff5ec")
LEARNING: Final = Sheet("#dfecf6", "#b9d4e8", "#f4fafd")
GOOD_CAUSES: Final = Sheet("#efe6f0", "#d9c9de", "#fbf7fc")


class Pen:
    """Draws one picture; `svg` is what was drawn so far."""

    def __init__(self, sheet: Sheet, hour: float) -> None:
        """`hour` is where the little sun stands on its arc: 0 rises, 1 sets."""
        self._parts: list[str] = []
        self._defs: dict[str, str] = {}
        self._ground(sheet, hour)

    def svg(self) -> str:
        """The whole picture as a file."""
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">\n'
                f"<defs>{''.join(self._defs.values())}</defs>\n{chr(10).join(self._parts)}\n</svg>\n")

    def rect(self, x: float, y: float, width: float, height: float, fill: str, *, round: float = 0,
             flat: bool = False, down: bool = False, opacity: float = 1) -> None:
        """An upright rectangle by its upper left corner."""
        self._add(f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
                  + (f' rx="{_n(round)}"' if round else ""), self._fill(fill, flat, down), opacity)

    def oval(self, x: float, y: float, across: float, high: float, fill: str, *, flat: bool = False,
             down: bool = False, opacity: float = 1) -> None:
        """An ellipse by its middle and its two radii."""
        self._add(f'<ellipse cx="{_n(x)}" cy="{_n(y)}" rx="{_n(across)}" ry="{_n(high)}"',
                  self._fill(fill, flat, down), opacity)

    def disc(self, x: float, y: float, radius: float, fill: str, *, flat: bool = False, down: bool = False,
             opacity: float = 1) -> None:
        """A circle."""
        self.oval(x, y, radius, radius, fill, flat=flat, down=down, opacity=opacity)

    def path(self, shape: str, fill: str, *, flat: bool = False, down: bool = False, opacity: float = 1) -> None:
        """A filled outline, written as the ``d`` of a path."""
        self._add(f'<path d="{shape}"', self._fill(fill, flat, down), opacity)

    def poly(self, points: Sequence[Point], fill: str, *, flat: bool = False, down: bool = False,
             opacity: float = 1) -> None:
        """A filled polygon."""
        self.path("M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) + "Z", fill, flat=flat, down=down,
                  opacity=opacity)

    def line(self, shape: str, colour: str, width: float, *, opacity: float = 1, dash: str = "",
             blunt: bool = False) -> None:
        """A stroke along a path, round at its ends or blunt."""
        ends = "" if blunt else ' stroke-linecap="round"'
        self._add(f'<path d="{shape}" fill="none" stroke="{colour}" stroke-width="{_n(width)}" stroke-linejoin="round"'
                  + ends + (f' stroke-dasharray="{dash}"' if dash else ""), "", opacity)

    def gleam(self, shape: str, width: float = 8, opacity: float = 0.45) -> None:
        """A line of light on something."""
        self.line(shape, WHITE, width, opacity=opacity)

    def shadow(self, x: float, across: float, y: float = FLOOR, high: float = 0) -> None:
        """The shadow of something on the floor."""
        self._defs["shade"] = ('<radialGradient id="shade"><stop stop-color="#14233f" stop-opacity=".34"/><stop '
                               'offset=".6" stop-color="#14233f" stop-opacity=".16"/><stop offset="1" '
                               'stop-color="#14233f" stop-opacity="0"/></radialGradient>')
        self._add(f'<ellipse cx="{_n(x)}" cy="{_n(y)}" rx="{_n(across)}" ry="{_n(high or across * 0.11)}"',
                  ' fill="url(#shade)"', 1)

    def glow(self, x: float, y: float, radius: float, colour: str = AMBER, opacity: float = 0.8) -> None:
        """Light around something."""
        name = f"glow{colour[1:]}"
        self._defs[name] = (f'<radialGradient id="{name}"><stop stop-color="{colour}"/><stop offset=".45" '
                            f'stop-color="{colour}" stop-opacity=".4"/><stop offset="1" stop-color="{colour}" '
                            'stop-opacity="0"/></radialGradient>')
        self._add(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"', f' fill="url(#{name})"', opacity)

    @contextmanager
    def at(self, x: float, y: float, *, turn: float = 0, size: float = 1, mirror: bool = False) -> Iterator[None]:
        """What is drawn within has its origin here, turned clockwise by degrees, scaled, perhaps mirrored."""
        moves = f"translate({_n(x)} {_n(y)})" + (f" rotate({_n(turn)})" if turn else "")
        if mirror or size != 1:
            moves += f" scale({_n(-size if mirror else size)} {_n(size)})"
        self._parts.append(f'<g transform="{moves}">')
        yield
        self._parts.append("</g>")

    def _ground(self, sheet: Sheet, hour: float) -> None:
        self._defs["ground"] = (f'<linearGradient id="ground" x2="0" y2="1"><stop stop-color="{sheet.upper}"/><stop '
                                f'offset="1" stop-color="{sheet.lower}"/></linearGradient>')
        self._add(f'<rect width="{WIDTH}" height="{HEIGHT}"', ' fill="url(#ground)"', 1)
        self.disc(480, 368, 262, sheet.disc, flat=True)
        self.line("M176 281A316 316 0 0 1 784 281", WHITE, 4, opacity=0.8, dash="1 14")
        angle = radians(200 + hour * 140)
        x, y = 480 + 316 * cos(angle), 368 + 316 * sin(angle)
        self.glow(x, y, 46, AMBER, 0.6)
        self.disc(x, y, 13, AMBER, flat=True)

    def _add(self, start: str, fill: str, opacity: float) -> None:
        seen = f' opacity="{_n(opacity)}"' if opacity != 1 else ""
        self._parts.append(f"{start}{fill}{seen}/>")

    def _fill(self, colour: str, flat: bool, down: bool) -> str:
        if flat:
            return f' fill="{colour}"'
        name = f"{'d' if down else 'r'}{colour[1:]}"
        ends = 'x2="0" y2="1"' if down else 'x2="1" y2=".35"'
        self._defs[name] = (f'<linearGradient id="{name}" {ends}><stop stop-color="{mixed(colour, WHITE, 0.2)}"/><stop '
                            f'offset=".45" stop-color="{colour}"/><stop offset="1" '
                            f'stop-color="{mixed(colour, INK, 0.22)}"/></linearGradient>')
        return f' fill="url(#{name})"'


def mixed(one: str, other: str, share: float) -> str:
    """A colour on the way from one to another; 0 is the first, 1 the second.

    >>> mixed("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(first + (second - first) * share):02x}" for first, second in pairs)


def _n(value: float) -> str:
    """A number as short as it can be."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
