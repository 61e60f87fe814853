"""The front of the shop: worlds, what is within reach, what was looked at, and the shelf with its filters."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.responses import HTMLResponse, Response

from treuwerk.programme.settings import Settings
from treuwerk.services.shop import wishes
from treuwerk.services.shop.searching import Choice as Counted
from treuwerk.services.shop.searching import Facets, Found, PointsRange, Query, Sort, search
from treuwerk.services.shop.shelf import Shelf
from treuwerk.services.shop.suggesting import history_of
from treuwerk.web.portal.shop.asking import HERE, Asked, asked
from treuwerk.web.portal.shop.cards import Shopper, cards, category_name, settings_of, shopper_of, shoppers_chip
from treuwerk.web.portal.shop.fields import banners, heading_of, promotions_run, world_fields, worlds_shown
from treuwerk.web.portal.shop.showing import Choice, Facet, PageLink, RangeLink, Strip
from treuwerk.web.portal.shop.suggested import suggested
from treuwerk.web.shell.content import localised
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import frame, gettext, naming_of, page
from treuwerk.web.shell.state import Visit

TITLE = marked("Rewards")
_FRAGMENT = "list"
_REGION = "shelf"
_SORTS = ((Sort.BEST, marked("Recommended")), (Sort.CHEAPEST, marked("Fewest points first")),
          (Sort.DEAREST, marked("Most points first")), (Sort.NEWEST, marked("Newest first")),
          (Sort.NAME, marked("By name")))
_SUGGESTED = 8
_AROUND = 2
"""Pages that are linked on each side of the present one."""


def rewards_page(visit: Visit) -> Response:
    """What of the shelf is asked for; without a question also the worlds, and what fits the visitor."""
    visit.access.require(wishes.READ)
    with visit.shell.installation.database.looking_up() as connection:
        shopper = shopper_of(visit, connection)
        state = asked(visit, _known(settings_of(visit), shopper))
        found = search(shopper.shelf, shopper.viewer, state.query)
        values = _shelf_of(visit, connection, shopper, state, found)
        if visit.request.headers.get("hx-target") == f"div#{_REGION}":
            return _fragment(visit, values)
        values |= _front(visit, connection, shopper, state, found)
        chip = shoppers_chip(visit, connection, shopper)
    return _varied(page(visit, "shop/front.html", section=HERE, chip=chip, **values))


def _known(settings: Settings, shopper: Shopper) -> dict[str, frozenset[str]]:
    """What may be asked for; of a world that is not shown nobody learns by its address."""
    return {"world": frozenset(one.code for one in worlds_shown(shopper.shelf, shopper.viewer)),
            "promotion": frozenset(one.code for one in promotions_run(shopper.shelf, shopper.viewer)),
            "category": frozenset(settings.rewards.categories), "label": frozenset(shopper.shelf.labels)}


def _fragment(visit: Visit, values: dict[str, Any]) -> Response:
    """The shelf alone, for a page that is there already."""
    whole = {**frame(visit), "told": [], **values}
    html = visit.shell.renderer.fragment(visit.locale, "shop/front.html", _FRAGMENT, whole)
    return _varied(HTMLResponse(html, headers={"x-fragment": _REGION}))


def _varied(answer: Response) -> Response:
    """The same address answers a page and a part of it."""
    answer.headers.add_vary_header("HX-Request")
    answer.headers.add_vary_header("HX-Target")
    return answer


def _shelf_of(visit: Visit, connection: Connection, shopper: Shopper, state: Asked, found: Found) -> dict[str, Any]:
    query = state.query
    return {
        "state": state, "found": found, "cards": cards(visit, connection, shopper, found.numbers), "shopper": shopper,
        "facets": list(_facets(visit, found.facets, query, found.total)),
        "ranges": [_range(visit, state, one) for one in found.facets.points],
        "chips": list(_chips(visit, state, shopper.shelf)), "instead": list(found.instead.items()),
        "sorts": [(code.value, gettext(visit, words)) for code, words in _SORTS], "sort": query.sort.value,
        "pages": list(page_links(state, found)) if found.pages > 1 else [], "here_path": state.url(page=found.page),
        "wishes": visit.access.may(wishes.WRITE), "reset_url": HERE, "railed": state.chosen_beside,
    }


def _front(visit: Visit, connection: Connection, shopper: Shopper, state: Asked, found: Found) -> dict[str, Any]:
    """What stands around the shelf; fields and strips only where nothing is looked for."""
    values: dict[str, Any] = {"worlds": [], "world": heading_of(visit, shopper, state.query), "seen": []}
    if not state.narrowed and found.page == 1:
        values["worlds"] = world_fields(visit, shopper, found, state.query)
        values["banners"] = list(banners(visit, shopper, found))
        history = history_of(visit.access, connection, shopper.wished)
        liked = suggested(visit, connection, shopper, history, _SUGGESTED)
        values["strips"] = [Strip(gettext(visit, marked("For you")), liked)] if liked else []
        values["seen"] = cards(visit, connection, shopper, history.seen)
    return values


def _facets(visit: Visit, facets: Facets, query: Query, total: int) -> Iterator[Facet]:
    if facets.categories:
        yield Facet(gettext(visit, marked("Category")), [
            _choice("category", one, category_name(visit, one.code)) for one in facets.categories])
    flags = (("within", marked("My points are enough"), facets.affordable, query.affordable),
             ("there", marked("In stock"), facets.available, query.available),
             ("new", marked("New"), facets.new, query.new))
    if said := [Choice(name, "1", gettext(visit, words), count, chosen) for name, words, count, chosen in flags
                if chosen or 0 < count < total]:
        yield Facet(gettext(visit, marked("Only show")), said)
    if facets.labels:
        yield Facet(gettext(visit, marked("Certified")), [
            _choice("label", one, naming_of(visit).label(one.code)) for one in facets.labels])


def _choice(name: str, one: Counted, words: str) -> Choice:
    return Choice(name, one.code, words, one.count, one.chosen)


def _range(visit: Visit, state: Asked, one: PointsRange) -> RangeLink:
    """A range of prices; the one that is chosen leads back to all of them."""
    url = state.url(points_from=0 if one.chosen else one.first, points_until=0 if one.chosen else one.last)
    return RangeLink(_range_words(visit, one.first, one.last), url, one.count, one.chosen)


def _range_words(visit: Visit, first: int, last: int) -> str:
    number = visit.shell.renderer.language(visit.locale).formats.number
    if not last:
        return gettext(visit, marked("from %(points)s points")) % {"points": number(first)}
    if first <= 1:
        return gettext(visit, marked("up to %(points)s points")) % {"points": number(last)}
    return gettext(visit, marked("%(first)s to %(last)s points")) % {"first": number(first), "last": number(last)}


def _chips(visit: Visit, state: Asked, shelf: Shelf) -> Iterator[tuple[str, str]]:
    """What is chosen, in words, with the address of the same without it."""
    query, named = state.query, {one.code: one for one in shelf.arrangement.worlds}
    promoted = {one.code: one for one in shelf.arrangement.promotions}
    if query.text:
        yield gettext(visit, marked("Search: %(words)s")) % {"words": query.text}, state.url(text="")
    for code in query.worlds:
        yield localised(named[code].names, visit.locale).text or code, state.url(worlds=_without(query.worlds, code))
    for code in query.promotions:
        yield (localised(promoted[code].names, visit.locale).text or code,
               state.url(promotions=_without(query.promotions, code)))
    for code in query.categories:
        yield category_name(visit, code), state.url(categories=_without(query.categories, code))
    for code in query.labels:
        yield naming_of(visit).label(code), state.url(labels=_without(query.labels, code))
    if query.points_from or query.points_until:
        yield _range_words(visit, query.points_from, query.points_until), state.url(points_from=0, points_until=0)
    for field, words in (("affordable", marked("My points are enough")), ("available", marked("In stock")),
                         ("new", marked("New"))):
        if getattr(query, field):
            yield gettext(visit, words), state.url(**{field: False})


def _without(codes: Sequence[str], code: str) -> tuple[str, ...]:
    return tuple(one for one in codes if one != code)


def page_links(state: Asked, found: Found) -> Iterator[PageLink]:
    """The first page, the last one, and those around the present one, with gaps between."""
    near = {1, found.pages, *range(found.page - _AROUND, found.page + _AROUND + 1)}
    before = 0
    for number in sorted(one for one in near if 1 <= one <= found.pages):
        if number > before + 1:
            yield PageLink("…")
        before = number
        here = number == found.page
        yield PageLink(str(number), "" if here else state.url(page=number), here)
