"""Experiences: on a day, with so many seats, ordered until some days before."""

from collections.abc import Sequence
from typing import Any

import attrs
from attrs.validators import ge, le

from treuwerk.domain.reward_kinds import SLOT, Asked, Fulfilment, RewardTerms
from treuwerk.hookspecs import RewardSource, hookimpl

TITLE = {"de": "Erlebnis", "en": "Experience", "fr": "Expérience"}
DATE = {"de": "Termin", "en": "Date", "fr": "Date"}


@attrs.frozen
class ExperienceSettings:
    """``[[reward_kinds]]`` with ``source = "experiences"``."""

    closes_days: int = attrs.field(default=3, validator=[ge(0), le(365)])
    """Days before a date from which on it cannot be ordered any more; 0: up to the day before."""
    date_label: dict[str, str] = attrs.field(factory=dict)
    """What people are asked for the date, in languages beside German, English and French, or otherwise in these."""
    asks: list[Asked] = attrs.field(factory=list)
    """What the organiser must know besides, such as the names of guests."""
    with_money: bool = True
    """Whether part of the price can be paid with money, where the programme takes some."""


def terms_of(settings: ExperienceSettings) -> RewardTerms:
    """A seat on a date, and what else is asked."""
    date = Asked(SLOT, {**DATE, **settings.date_label}, longest=16)
    return RewardTerms(Fulfilment.SEAT, asks=(date, *settings.asks), closes_days=settings.closes_days,
                       with_money=settings.with_money)


@hookimpl
def reward_sources() -> Sequence[RewardSource[Any]]:
    """Offers ``experiences``."""
    return [RewardSource("experiences", ExperienceSettings, terms_of, TITLE)]
