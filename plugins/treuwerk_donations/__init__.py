"""Donations: points for a good cause. Nothing is delivered; what came together is paid out by a report."""

from collections.abc import Sequence
from typing import Any

import attrs

from treuwerk.domain.reward_kinds import Asked, Fulfilment, RewardTerms
from treuwerk.hookspecs import RewardSource, hookimpl

TITLE = {"de": "Spende", "en": "Donation", "fr": "Don"}


@attrs.frozen
class DonationSettings:
    """``[[reward_kinds]]`` with ``source = "donations"``."""

    asks: list[Asked] = attrs.field(factory=list)
    """What may be said with a donation, such as a name on a wall of thanks."""


def terms_of(settings: DonationSettings) -> RewardTerms:
    """Nobody delivers anything."""
    return RewardTerms(Fulfilment.NONE, asks=tuple(settings.asks))


@hookimpl
def reward_sources() -> Sequence[RewardSource[Any]]:
    """Offers ``donations``."""
    return [RewardSource("donations", DonationSettings, terms_of, TITLE)]
