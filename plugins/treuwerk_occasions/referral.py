"""Somebody came by the recommendation of another participant, and bought something that was cleared."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

import attrs
from attrs.validators import ge, min_len

from treuwerk.domain.occasions import Bought, Member, Occasion
from treuwerk.domain.participants import Participant

_LONGEST_WAIT = 3_650


class Side(StrEnum):
    """Who earns."""

    REFERRER = "referrer"
    REFERRED = "referred"


@attrs.frozen
class ReferralSettings:
    """Keys of an ``[[occasions]]`` table with ``kind = "referral"``; each side has a table of its own."""

    side: Side
    """Who earns: the ``referrer``, or the ``referred`` participant."""
    attribute: str = attrs.field(default="referred_by", validator=min_len(1))
    """The attribute of the referred participant that holds the customer number of the other one."""
    wait_days: int = attrs.field(default=14, validator=ge(0))
    """Days after the purchase until it counts: by then goods may have gone back."""
    pieces: int = attrs.field(default=1, validator=ge(1))
    """Pieces that must have been bought and kept, all purchases together."""
    amount: Decimal | None = None
    """Net amount that they must come to; left out: any."""

    def __attrs_post_init__(self) -> None:
        """A wait beyond all calendars would never end."""
        if self.wait_days > _LONGEST_WAIT:
            raise ValueError(f"'wait_days' must be <= {_LONGEST_WAIT}: {self.wait_days}")
        if self.amount is not None and self.amount <= 0:
            raise ValueError(f"'amount' must be > 0: {self.amount}")


@attrs.frozen
class Referral:
    """The occasion with its settings."""

    settings: ReferralSettings

    once = True
    needs_purchases = True

    def concerns(self, participant: Participant) -> bool:
        """Whoever says who referred him."""
        return bool(self._referrer(participant))

    def occasions(self, members: Sequence[Member], since: date, until: date) -> Iterator[Occasion]:
        """One for each whose purchases came to enough, on the day when that was certain.

        `since` does not matter: a purchase may be cleared long after its day.
        """
        wait = timedelta(days=self.settings.wait_days)
        for at, member in enumerate(members):
            settled = [one for one in member.bought if one.day + wait <= until]
            reached = self._reached(settled)
            if reached is not None:
                to = self._referrer(member.participant) if self.settings.side is Side.REFERRER else ""
                yield Occasion(at, reached + wait, to=to)

    def _reached(self, bought: Sequence[Bought]) -> date | None:
        pieces, amount = 0, Decimal(0)
        for one in bought:
            pieces, amount = pieces + one.pieces, amount + (one.amount or 0)
            if pieces >= self.settings.pieces and (self.settings.amount is None or amount >= self.settings.amount):
                return one.day
        return None

    def _referrer(self, participant: Participant) -> str:
        return participant.attributes.get(self.settings.attribute, "").strip()
