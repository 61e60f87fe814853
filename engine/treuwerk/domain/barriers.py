"""What the reward itself says against being offered: its state, its days, to whom and to where it goes, its price."""

from collections.abc import Iterator, Sequence
from datetime import date

from treuwerk.domain.catalogue import Reward
from treuwerk.domain.promotions import NOT_YET, OVER
from treuwerk.domain.rewards import NOBODY, Asker, Objection, RewardState
from treuwerk.domain.standing import Ladder, reaches

UNKNOWN, NOT_PUBLISHED, NOT_VISIBLE, NOT_REDEEMABLE = "unknown", "not_published", "not_visible", "not_redeemable"
COUNTRY, GROUP, TIER, NO_PRICE = "country", "group", "tier", "no_price"
SHOWN = frozenset({NOT_REDEEMABLE, TIER, NOT_YET, OVER})
"""Objections with which a reward may still be seen: what it takes to redeem it is worth knowing."""


def unknown(variant: str) -> Objection:
    """The objection to a number that names nothing."""
    return Objection(UNKNOWN, "There is no reward with the number %(variant)s.", {"variant": variant})


def barriers(reward: Reward, asker: Asker, day: date, ladder: Ladder,
             delivered: Sequence[str]) -> Iterator[Objection]:
    """All that it says against itself, the same for each of its variants.

    `delivered` are the countries to which the programme delivers; none named: all. What is not known of who asks
    speaks against the reward.
    """
    yield from _of_state(reward, day)
    if asker != NOBODY:
        yield from _of_asker(reward, asker, ladder, reward.countries or delivered)


def _of_state(reward: Reward, day: date) -> Iterator[Objection]:
    if reward.state is not RewardState.PUBLISHED:
        yield Objection(NOT_PUBLISHED, "The reward is not published.")
    if not reward.visible.holds_on(day):
        yield Objection(NOT_VISIBLE, "The reward is not on offer on this day.")
    if day < reward.redeemable.first:
        yield Objection(NOT_REDEEMABLE, "The reward can be redeemed from %(day)s on.",
                        {"day": reward.redeemable.first.isoformat()})
    if day > reward.redeemable.last:
        yield Objection(NOT_REDEEMABLE, "The reward could be redeemed until %(day)s.",
                        {"day": reward.redeemable.last.isoformat()})


def _of_asker(reward: Reward, asker: Asker, ladder: Ladder, delivered: Sequence[str]) -> Iterator[Objection]:
    if delivered and (country := asker.destination or asker.country) not in delivered:
        yield Objection(COUNTRY, "The reward is not delivered to %(country)s.", {"country": country or "?"})
    if reward.groups and asker.group not in reward.groups:
        yield Objection(GROUP, "The reward is for other groups of participants.")
    if reward.min_tier and not reaches(ladder, asker.tier, reward.min_tier):
        yield Objection(TIER, "The reward is there from the status %(tier)s on.", {"tier": reward.min_tier})


def no_price() -> Objection:
    """The objection to a variant of which nothing says what it costs."""
    return Objection(NO_PRICE, "The reward has no price.")
