"""Search in the shop: words, filters with what each of them would leave, order and pages. Pure, on the shelf."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum

import attrs

from treuwerk.domain import bits
from treuwerk.domain.ledger import instant
from treuwerk.domain.word_index import Hits
from treuwerk.services.shop.shelf import Shelf
from treuwerk.services.shop.view import View
from treuwerk.services.shop.viewer import Viewer

PAGE = 24
"""Rewards of a page: it divides by two, three and four columns."""


class Sort(StrEnum):
    """The order of what was found."""

    BEST = "best"  # what fits best; without words: as the world says, or promotions and new ones first
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    NEWEST = "newest"
    NAME = "name"


@attrs.frozen
class Query:
    """What is looked for. Several codes of one filter: any of them; several filters: all of them.

    Points are of one piece, both ends included, 0: no end. Pages are counted from 1.
    """

    text: str = ""
    worlds: tuple[str, ...] = ()
    promotions: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    points_from: int = 0
    points_until: int = 0
    affordable: bool = False
    available: bool = False
    new: bool = False
    sort: Sort = Sort.BEST
    page: int = 1
    size: int = PAGE


@attrs.frozen
class Choice:
    """One value of a filter, and how many rewards it leaves beside the other filters."""

    code: str
    count: int
    chosen: bool


@attrs.frozen
class PointsRange:
    """A range of prices, both ends included; `last` 0: without end."""

    first: int
    last: int
    count: int
    chosen: bool


@attrs.frozen
class Facets:
    """All filters; the numbers are of rewards that each would leave beside the others."""

    worlds: tuple[Choice, ...]
    promotions: tuple[Choice, ...]
    categories: tuple[Choice, ...]
    labels: tuple[Choice, ...]
    points: tuple[PointsRange, ...]
    affordable: int
    available: int
    new: int


@attrs.frozen
class Found:
    """One page of what was found; `instead` are words that were taken for typed ones that nothing has."""

    numbers: tuple[str, ...]
    total: int
    page: int
    pages: int
    facets: Facets
    instead: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class _Search:
    """A search on its way: what each filter would let pass, which of them are used, and points of words by place."""

    shelf: Shelf
    viewer: Viewer
    view: View
    query: Query
    hits: Hits
    found: int
    worlds: Mapping[str, int]
    promotions: Mapping[str, int]
    passes: Mapping[str, int]

    def beside(self, name: str) -> int:
        """What is found by the words and all filters that are used but one; the empty name: by all."""
        left = self.found
        for other, passes in self.passes.items():
            if other != name and _used(self.query, other):
                left &= passes
        return left


def search(shelf: Shelf, viewer: Viewer, query: Query) -> Found:
    """What somebody finds. A page behind the last one is the last one."""
    one = _begun(shelf, viewer, query)
    found = one.beside("")
    total = found.bit_count()
    pages = max(-(-total // query.size), 1)
    page = min(max(query.page, 1), pages)
    places = _ordered(one, found, (page - 1) * query.size, query.size)
    return Found(shelf.numbers(places), total, page, pages, _facets(one), one.hits.instead)


def _begun(shelf: Shelf, viewer: Viewer, query: Query) -> _Search:
    view, hits = shelf.view(viewer), Hits({}, {})
    found = view.shown
    if query.text.strip():
        hits = shelf.language(viewer.locale).index.find(query.text)
        found &= bits.of(hits.scores, len(shelf))
    worlds = {world.code: shelf.worlds[world.code] for world in shelf.arrangement.worlds
              if world.code in shelf.worlds and world.shown_to(viewer.asker, viewer.day)}
    promotions = {one.code: shelf.promotions[one.code] & view.promoted for one in shelf.arrangement.promotions
                  if one.code in shelf.promotions and one.runs_for(viewer.asker, viewer.day)}
    return _Search(shelf, viewer, view, query, hits, found, worlds, promotions, {
        "worlds": _any(worlds, query.worlds), "promotions": _any(promotions, query.promotions),
        "categories": _any(shelf.categories, query.categories),
        "labels": _any(shelf.labels, query.labels), "points": view.between(query.points_from, query.points_until),
        "affordable": affordable(view, viewer), "available": available(shelf, viewer, view),
        "new": recent(shelf, viewer)})


def _used(query: Query, name: str) -> bool:
    return bool(query.points_from or query.points_until if name == "points" else getattr(query, name))


def _any(sets: Mapping[str, int], codes: Sequence[str]) -> int:
    together = bits.EMPTY
    for code in codes:
        together |= sets.get(code, bits.EMPTY)
    return together


def affordable(view: View, viewer: Viewer) -> int:
    """Places of what can be ordered and costs no more than there is."""
    return view.between(0, viewer.available) & view.orderable if viewer.available > 0 else bits.EMPTY


def available(shelf: Shelf, viewer: Viewer, view: View) -> int:
    """Places of which a variant that is shown has pieces."""
    return view.there(viewer.sold_out, lambda: _available(shelf, viewer, view))


def _available(shelf: Shelf, viewer: Viewer, view: View) -> int:
    gone: dict[int, bool] = {}
    for variant in viewer.sold_out:
        if (place := shelf.variant_place.get(variant)) is not None and place not in gone:
            gone[place] = all(one.number in viewer.sold_out or one.number in view.hidden.get(place, ())
                              for one in shelf.rewards[place][0].variants)
    return view.shown & ~bits.of((place for place, empty in gone.items() if empty), len(shelf))


def recent(shelf: Shelf, viewer: Viewer) -> int:
    """Places of what was published for the first time in the last days that count as new."""
    since = _new_since(shelf, viewer)
    return shelf.since(since, lambda: _recent(shelf, since))


def _recent(shelf: Shelf, since: int) -> int:
    newest: list[int] = []
    for place in shelf.newest_first:
        if shelf.published_at[place] < since:
            break
        newest.append(place)
    return bits.of(newest, len(shelf))


def _new_since(shelf: Shelf, viewer: Viewer) -> int:
    """The instant from which on what is published is new: the beginning of a day of the programme."""
    days, zone = shelf.settings.rewards.new_days, shelf.settings.programme.time_zone
    return instant(datetime.combine(viewer.day - timedelta(days=days - 1), time(), zone))


def _ordered(one: _Search, found: int, first: int, many: int) -> list[int]:
    """So many of what was found, from the `first` on in the order that is asked for; nothing else is put in order."""
    shelf, view, sort, named = one.shelf, one.view, one.query.sort, one.shelf.language(one.viewer.locale)
    if sort is Sort.CHEAPEST:
        return bits.part(view.by_points, view.ranks.__getitem__, found, first, many)
    if sort is Sort.DEAREST:
        return bits.part(view.by_points[::-1], lambda place: -view.ranks[place], found, first, many)
    if sort is Sort.NEWEST:
        return bits.part(shelf.newest_first, lambda place: -shelf.published_at[place], found, first, many)
    if sort is Sort.NAME:
        return bits.part(named.by_name, named.ranks.__getitem__, found, first, many)
    places = list[int]()
    for some in _likeliest(one, found):
        count = some.bit_count()
        if first < count:
            places += bits.part(named.by_name, named.ranks.__getitem__, some, first, many - len(places))
        first = max(first - count, 0)
        if len(places) == many:
            break
    return places


def _likeliest(one: _Search, found: int) -> Iterator[int]:
    """What was found in portions, the best first; each is told by name.

    By how well the words fit; without words as the world says, else promotions and new ones first.
    """
    if one.hits.scores:
        yield from _by_score(one, found)
        return
    world = next((world for world in one.shelf.arrangement.worlds if (world.code,) == one.query.worlds), None)
    if world is not None and world.rewards:
        firsts = [1 << one.shelf.place[number] for number in world.rewards if number in one.shelf.place]
    else:
        firsts = [one.view.promoted, one.passes["new"]]
    for first in firsts:
        yield found & first
        found &= ~first
    yield found


def _by_score(one: _Search, found: int) -> Iterator[int]:
    scores, size = one.hits.scores, len(one.shelf)
    by_score: dict[int, list[int]] = {}
    for place in bits.chosen(scores, found):
        by_score.setdefault(scores[place], []).append(place)
    for score in sorted(by_score, reverse=True):
        yield bits.of(by_score[score], size)


def _facets(one: _Search) -> Facets:
    query, shelf = one.query, one.shelf
    categories = {code: shelf.categories[code] for code in shelf.settings.rewards.categories
                  if code in shelf.categories}
    counts = [(one.beside(name) & one.passes[name]).bit_count() for name in ("affordable", "available", "new")]
    return Facets(_choices(one.beside("worlds"), one.worlds, query.worlds),
                  _choices(one.beside("promotions"), one.promotions, query.promotions),
                  _choices(one.beside("categories"), categories, query.categories),
                  _choices(one.beside("labels"), dict(sorted(shelf.labels.items())), query.labels),
                  _ranges(one), *counts)


def _choices(found: int, sets: Mapping[str, int], chosen: Sequence[str]) -> tuple[Choice, ...]:
    """The values of a filter that leave something, and those that are chosen."""
    counted = [Choice(code, (found & places).bit_count(), code in chosen) for code, places in sets.items()]
    return tuple(one for one in counted if one.count or one.chosen)


def _ranges(one: _Search) -> tuple[PointsRange, ...]:
    beside, ends = one.beside("points"), [*one.view.edges, 0]
    starts = [0, *(edge + 1 for edge in one.view.edges)]
    wanted = one.query.points_from, one.query.points_until
    ranges = [PointsRange(first, last, (beside & one.view.between(first, last)).bit_count(), (first, last) == wanted)
              for first, last in zip(starts, ends, strict=True)]
    return tuple(each for each in ranges if each.count or each.chosen) if len(ranges) > 1 else ()

