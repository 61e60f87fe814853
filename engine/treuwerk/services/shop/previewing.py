"""The shop as somebody would see it on a day: worlds, promotions and prices, before the day comes."""

from collections.abc import Mapping, Sequence
from datetime import date

import attrs
from sqlalchemy import Connection

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.promotions import Arrangement, Promotion, World, arranged
from treuwerk.domain.rewards import Asker
from treuwerk.domain.rights import Access
from treuwerk.programme.settings import Settings
from treuwerk.services.installation import Installation
from treuwerk.services.rewards.arranging import READ
from treuwerk.services.rewards.offering import Offered, judged
from treuwerk.services.shop.shelf import shelf_of
from treuwerk.store import promotions as store
from treuwerk.store.promotions import PROMOTIONS, WORLDS

SHOWN = 12
"""Rewards of a world that a preview lists."""


@attrs.frozen
class PreviewedWorld:
    """A world with the first of its rewards that are seen, each by its cheapest variant; `seen` counts all of them.

    `shown` and `open` say whether the world is seen, and whether anything can be ordered from it.
    """

    world: World
    shown: bool
    open: bool
    seen: int
    rewards: Sequence[Offered]


@attrs.frozen
class Preview:
    """Everything in the order of display; `promotions` are those that run, `seen` counts rewards in the whole shop."""

    worlds: Sequence[PreviewedWorld]
    promotions: Sequence[Promotion]
    seen: int


def preview(access: Access, installation: Installation, connection: Connection, asker: Asker, day: date,
            drafts: bool = False) -> Preview:
    """The shop for somebody on a day; with `drafts` as if every world and promotion were published.

    Raises:
        NotAllowed: the catalogue may not be seen.
    """
    access.require(READ)
    shelf, settings = shelf_of(installation, connection), installation.programme.settings
    arrangement = _with_drafts(connection) if drafts else attrs.evolve(shelf.arrangement, spent=store.spent(connection))
    cheapest = _cheapest(settings, shelf.rewards, asker, day, arrangement)
    members: dict[str, list[Offered]] = {}
    for one in cheapest:
        for world in arrangement.worlds_of(one.reward.number, one.reward.category):
            members.setdefault(world.code, []).append(one)
    return Preview([_previewed(world, members.get(world.code, []), asker, day) for world in arrangement.worlds],
                   [one for one in arrangement.promotions if one.runs_for(asker, day)], len(cheapest))


def _with_drafts(connection: Connection) -> Arrangement:
    return arranged([attrs.evolve(one, published=True) for one in WORLDS.every(connection).values()],
                    [attrs.evolve(one, published=True) for one in PROMOTIONS.every(connection).values()],
                    store.spent(connection))


def _cheapest(settings: Settings, rewards: Sequence[tuple[Reward, int]], asker: Asker, day: date,
              arrangement: Arrangement) -> list[Offered]:
    found: dict[str, Offered] = {}
    for one in judged(settings, rewards, asker, day, arrangement):
        before = found.get(one.reward.number)
        if one.shown and (before is None or one.points < before.points):
            found[one.reward.number] = one
    return list(found.values())


def _previewed(world: World, members: Sequence[Offered], asker: Asker, day: date) -> PreviewedWorld:
    order: Mapping[str, int] = {number: place for place, number in enumerate(world.rewards)}
    shown = world.shown_to(asker, day)
    listed = sorted(members, key=lambda one: (order.get(one.reward.number, len(order)), one.reward.number))
    return PreviewedWorld(world, shown, world.open_to(asker, day), len(listed) if shown else 0,
                          listed[:SHOWN] if shown else [])
