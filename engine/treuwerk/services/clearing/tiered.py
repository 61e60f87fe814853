"""Tiers of participants for rules that ask for them; a programme whose rules do not pays nothing for it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypeVar

import attrs
from sqlalchemy import Connection

from treuwerk.domain.participants import Participant
from treuwerk.programme.settings import Settings
from treuwerk.services.tiers.assessing import assessed

K = TypeVar("K")


def with_tiers(connection: Connection, settings: Settings, participants: Mapping[K, Participant],
               today: date) -> Mapping[K, Participant]:
    """The same participants, each with the days on which its tier changed, where a rule of the programme asks."""
    if not participants or not asks_for_tiers(settings):
        return participants
    accounts = sorted({one.account_id for one in participants.values()})
    found = assessed(connection, settings, accounts, today - timedelta(days=1))
    spans = {account_id: tuple((change.day, change.after) for change in one.history)
             for account_id, one in found.items()}
    return {key: attrs.evolve(one, tiers=spans.get(one.account_id, ())) for key, one in participants.items()}


def asks_for_tiers(settings: Settings) -> bool:
    """Whether a rule of a programme rests on tiers."""
    return settings.tier_scheme is not None and any(
        earning.head.audience is not None and earning.head.audience.tiers for earning in settings.earning)
