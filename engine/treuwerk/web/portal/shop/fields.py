"""Worlds and promotions on the front of the shop: fields to walk into, and the heading of the one that one is in."""

from collections.abc import Iterator
from datetime import date

from treuwerk.domain.promotions import Promotion
from treuwerk.domain.promotions import World as RewardWorld
from treuwerk.services.shop.searching import Found, Query, search
from treuwerk.services.shop.shelf import Shelf
from treuwerk.services.shop.viewer import Viewer
from treuwerk.web.portal.shop.asking import Asked
from treuwerk.web.portal.shop.cards import (
    Shopper,
    category_name,
    pictures_of,
    settings_of,
    short_day,
    shown_picture,
    tone_of,
)
from treuwerk.web.portal.shop.showing import TONES, Banner, Heading, Picture, World
from treuwerk.web.shell.content import Localised, localised
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_PICTURED = 4
"""Rewards whose pictures invite into a promotion."""


def world_fields(visit: Visit, shopper: Shopper, found: Found, query: Query) -> list[World]:
    """The worlds that somebody may walk into; the categories of a programme without any."""
    counts = {one.code: one.count for one in (found.facets.worlds or found.facets.categories)}
    if worlds := worlds_shown(shopper.shelf, shopper.viewer):
        return [World(Asked(Query(worlds=(one.code,))).url(), _named(visit, one).text or one.code,
                      _many(visit, counts.get(one.code, 0)), at % TONES + 1, _until(visit, _last(one)),
                      one.code in query.worlds, _cover(visit, shopper.shelf, one))
                for at, one in enumerate(worlds) if counts.get(one.code) or one.code in query.worlds]
    return [World(Asked(Query(categories=(code,))).url(), category_name(visit, code), _many(visit, counts[code]),
                  tone_of(settings_of(visit), code), current=code in query.categories)
            for code in settings_of(visit).rewards.categories if counts.get(code)]


def worlds_shown(shelf: Shelf, viewer: Viewer) -> list[RewardWorld]:
    """Those that somebody sees today, in their order."""
    return [one for one in shelf.arrangement.worlds if one.shown_to(viewer.asker, viewer.day)]


def promotions_run(shelf: Shelf, viewer: Viewer) -> list[Promotion]:
    """Those whose price somebody has today, in their order."""
    return [one for one in shelf.arrangement.promotions if one.runs_for(viewer.asker, viewer.day)]


def banners(visit: Visit, shopper: Shopper, found: Found) -> Iterator[Banner]:
    """The promotions that lower a price for the visitor today, each with some of its rewards in pictures."""
    counts = {one.code: one.count for one in found.facets.promotions}
    for one in promotions_run(shopper.shelf, shopper.viewer):
        if count := counts.get(one.code):
            query = Query(promotions=(one.code,))
            yield Banner(Asked(query).url(), _named(visit, one), localised(one.summaries, visit.locale),
                         _until(visit, one.window.last), _many(visit, count),
                         list(_inviting(visit, shopper, query)))


def _inviting(visit: Visit, shopper: Shopper, query: Query) -> Iterator[Picture]:
    """Pictures of the rewards that a promotion names first, else of those that it has."""
    numbers = search(shopper.shelf, shopper.viewer, query).numbers
    pictures = [picture for number in numbers if (picture := _picture(visit, shopper.shelf, number))]
    yield from pictures[:_PICTURED]


def heading_of(visit: Visit, shopper: Shopper, query: Query) -> Heading | None:
    """What the page is called that shows one world, one promotion or one category; None of all else."""
    shelf, viewer = shopper.shelf, shopper.viewer
    for world in worlds_shown(shelf, viewer):
        if (world.code,) == query.worlds:
            return Heading(_named(visit, world), localised(world.summaries, visit.locale),
                           _until(visit, _last(world)), _cover(visit, shelf, world))
    for promotion in promotions_run(shelf, viewer):
        if (promotion.code,) == query.promotions:
            return Heading(_named(visit, promotion), localised(promotion.summaries, visit.locale),
                           _until(visit, promotion.window.last))
    if len(query.categories) == 1 and query == Query(categories=query.categories, sort=query.sort, page=query.page):
        return Heading(Localised(category_name(visit, query.categories[0])))
    return None


def _named(visit: Visit, one: RewardWorld | Promotion) -> Localised:
    return localised(one.names, visit.locale)


def _cover(visit: Visit, shelf: Shelf, world: RewardWorld) -> Picture | None:
    """What stands for a world: its cover, or the picture of a reward."""
    return shown_picture(visit, world.cover) if world.cover else _picture(visit, shelf, world.picture)


def _picture(visit: Visit, shelf: Shelf, number: str) -> Picture | None:
    """That of a reward, such as the one that stands for a world."""
    reward = shelf.reward(number)
    return next(iter(pictures_of(visit, reward)), None) if reward else None


def _last(world: RewardWorld) -> date:
    return min(world.visible.last, world.redeemable.last)


def _until(visit: Visit, last: date) -> str:
    if last == date.max:
        return ""
    return gettext(visit, marked("until %(day)s")) % {"day": short_day(visit, last)}


def _many(visit: Visit, count: int) -> str:
    texts = visit.shell.renderer.language(visit.locale).texts
    return texts.ngettext("%(num)s reward", "%(num)s rewards", count) % {"num": count}
