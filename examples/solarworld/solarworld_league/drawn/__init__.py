"""The pictures of rewards and the covers of worlds: drawings of one family, made by code."""

from collections.abc import Iterator

from solarworld_league.drawn import covers, family, garden, good_causes, home, learning, pen, workshop

_WORLDS = ((workshop, pen.WORKSHOP), (garden, pen.GARDEN), (home, pen.HOME), (family, pen.FAMILY),
           (learning, pen.LEARNING), (good_causes, pen.GOOD_CAUSES))


def drawings() -> Iterator[tuple[str, str]]:
    """Each reward and its drawing as SVG. The little sun wanders from one to the next through a day per world."""
    for part, sheet in _WORLDS:
        for at, (reward, draw) in enumerate(part.DRAWINGS.items()):
            made = pen.Pen(sheet, (at + 0.5) / len(part.DRAWINGS))
            draw(made)
            yield reward, made.svg()


def cover_drawings() -> Iterator[tuple[str, str]]:
    """Each world and its cover as SVG."""
    for world, (sheet, draw) in covers.COVERS.items():
        made = covers.Scene(sheet, 0)
        draw(made)
        yield world, made.svg()
