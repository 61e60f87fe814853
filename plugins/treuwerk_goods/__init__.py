"""Goods: what a supplier sends, by parcel to an address or by mail."""

from collections.abc import Sequence
from typing import Any

import attrs

from treuwerk.domain.reward_kinds import Asked, Fulfilment, RewardTerms
from treuwerk.hookspecs import RewardSource, hookimpl

TITLE = {"de": "Sachprämie", "en": "Goods", "fr": "Article"}


@attrs.frozen
class GoodsSettings:
    """``[[reward_kinds]]`` with ``source = "goods"``."""

    needs_address: bool = True
    """Whether an order needs to know where to send it; not for what a supplier sends by mail."""
    asks: list[Asked] = attrs.field(factory=list)
    """What a supplier must know besides, such as a name that is stitched on a jacket."""
    with_money: bool = True
    """Whether part of the price can be paid with money, where the programme takes some."""


def terms_of(settings: GoodsSettings) -> RewardTerms:
    """Lines that are handed over to a supplier."""
    return RewardTerms(Fulfilment.SUPPLIER, settings.needs_address, tuple(settings.asks),
                       with_money=settings.with_money)


@hookimpl
def reward_sources() -> Sequence[RewardSource[Any]]:
    """Offers ``goods``."""
    return [RewardSource("goods", GoodsSettings, terms_of, TITLE)]
