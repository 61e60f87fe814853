"""Who collects: a company with its wallet, the people of the company, and what it is known by."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache

import attrs

CUSTOMER_NUMBER = "customer_number"


class ParticipantStatus(StrEnum):
    """Only an active participant earns; what a blocked one would have earned waits."""

    APPLIED = "applied"
    ACTIVE = "active"
    BLOCKED = "blocked"
    LEFT = "left"


@attrs.frozen
class Participant:
    """What rules may know of a company. No name, no address: rules need none, and logs stay free of them."""

    account_id: int
    group: str
    status: ParticipantStatus = ParticipantStatus.ACTIVE
    country: str = ""
    attributes: Mapping[str, str] = attrs.field(factory=dict)
    joined_on: str = ""
    """ISO day of the registration; empty where only `opened_at` tells it."""
    left_on: str = ""
    """ISO day after which nothing is earned any more; empty where nobody said."""
    opened_at: int = 0
    """When the account was opened, in microseconds since 1970 UTC."""
    tiers: Sequence[tuple[date, str]] = ()
    """Days on which the tier changed, oldest first, each with the tier from then on; only there where a rule asks."""

    def tier_on(self, day: date) -> str:
        """The code of the tier with which a day began, empty for none.

        What is bought on the day of a change is so judged alike, whenever it is booked.
        """
        return next((tier for since, tier in reversed(self.tiers) if since < day), "")

    @property
    def earns(self) -> bool:
        """Whether purchases of today are scored at once."""
        return self.status is ParticipantStatus.ACTIVE


@lru_cache(maxsize=16_384)  # pure, and a feed repeats line numbers and articles all day
def identifier(value: str) -> str:
    """An identifier as it is compared: trimmed, upper case, without leading zeros.

    >>> identifier(" 0010-ab ")
    '10-AB'
    """
    return value.strip().upper().lstrip("0") or "0"
