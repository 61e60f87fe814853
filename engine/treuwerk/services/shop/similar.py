"""Rewards like one that somebody looks at: of its category, and of like price."""

from treuwerk.domain import bits
from treuwerk.services.shop.shelf import Shelf
from treuwerk.services.shop.viewer import Viewer

MOST = 8


def similar(shelf: Shelf, viewer: Viewer, number: str, most: int = MOST) -> tuple[str, ...]:
    """Numbers of the nearest ones that somebody sees, the nearest first; what can be ordered comes before the rest."""
    own = shelf.place.get(number)
    if own is None:
        return ()
    view, category = shelf.view(viewer), shelf.rewards[own][0].category
    others = shelf.categories.get(category, bits.EMPTY) & view.shown & ~bits.of([own], len(shelf))
    orderable = set(bits.chosen(view.by_points, others & view.orderable))
    near = sorted(bits.chosen(view.by_points, others),
                  key=lambda place: (place not in orderable, abs(view.points[place] - view.points[own]), place))
    return shelf.numbers(near[:most])
