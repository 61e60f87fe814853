"""The pictures of the rewards: drawings of one family, made by code."""

from collections.abc import Iterator

from solarworld_league.drawn import family, garden, good_causes, home, learning, pen, workshop

_WORLDS = ((workshop, pen.WORKSHOP), (garden, pen.GARDEN), (home, pen.HOME), (family, pen.FAMILY),
           (learning, pen.LEARNING), (good_causes, pen.GOOD_CAUSES))


def drawings() -> Iterator[tuple[str, str]]:
    """Each reward and its drawing as SVG. The little sun wanders from one to the next through a day per world."""
    for part, sheet in _WORLDS:
        for at, (reward, draw) in enumerate(part.DRAWINGS.items()):
            made = pen.Pen(sheet, (at + 0.5) / len(part.DRAWINGS))
            draw(made)
            yield reward, made.svg()
