"""Rewards as a participant looks at them: each with its variants as they are offered, and how many there are."""

from collections.abc import Iterable, Mapping
from functools import cached_property

import attrs
from sqlalchemy import Connection

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.promotions import Promotion
from treuwerk.domain.rights import Access, OutOfScope
from treuwerk.services.rewards.offering import Offered
from treuwerk.services.shop.shelf import Offer, Shelf
from treuwerk.services.shop.viewer import Viewer
from treuwerk.services.shop.wishes import READ
from treuwerk.store import rewards


@attrs.frozen(slots=False)
class Look:
    """A reward for somebody on a day. `free` are pieces that nobody has ordered, of the variants that are counted."""

    offer: Offer
    free: Mapping[str, int]
    promotions: Mapping[str, Promotion] = attrs.field(factory=dict)
    """Those of the programme, by code."""

    @property
    def reward(self) -> Reward:
        """What it is."""
        return self.offer.reward

    @property
    def variants(self) -> tuple[Offered, ...]:
        """Those that are shown."""
        return self.offer.variants

    @cached_property
    def best(self) -> Offered:
        """The variant that a price is told of: the cheapest of those that can be ordered and are there, or of all."""
        return min(self.variants, key=lambda one: (not one.allowed, self.gone(one), one.points))

    @property
    def priced_differently(self) -> bool:
        """Whether its variants cost more and less."""
        return len({one.points for one in self.variants if one.allowed}) > 1

    def gone(self, one: Offered) -> bool:
        """Whether there is no piece of a variant at present."""
        return self.free.get(one.variant.number, 1) <= 0

    @property
    def sold_out(self) -> bool:
        """Whether there is none of it at present."""
        return all(self.gone(one) for one in self.variants)

    def few(self, one: Offered, low: int) -> int:
        """How many pieces of a variant are left, where these are few; else 0."""
        left = self.free.get(one.variant.number, 0)
        return left if 0 < left <= low else 0


def looks(access: Access, connection: Connection, shelf: Shelf, viewer: Viewer,
          numbers: Iterable[str]) -> dict[str, Look]:
    """Those of some rewards that may be seen, by number in the order of `numbers`. One statement for all of them.

    Rewards, prices and objections are those of the shelf and the viewer, pieces those of now.
    """
    access.require(READ)
    offers = shelf.offers(viewer, numbers)
    free = rewards.pieces(connection, [one.variant.number for offer in offers for one in offer.variants])
    running = {one.code: one for one in shelf.arrangement.promotions}
    return {offer.reward.number: Look(offer, free, running) for offer in offers}


def look(access: Access, connection: Connection, shelf: Shelf, viewer: Viewer, number: str) -> Look:
    """One reward.

    Raises:
        OutOfScope: there is none of this number that may be seen.
    """
    found = looks(access, connection, shelf, viewer, [number])
    if number not in found:
        raise OutOfScope
    return found[number]
