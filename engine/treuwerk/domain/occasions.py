"""Occasions: days that earn by themselves, such as an anniversary, or the first purchase of somebody who was referred.

A source says which days there are; each becomes an activity that the earning rules are asked about, like a seminar. So
conditions, campaigns and caps hold for occasions as for everything else.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

import attrs

from treuwerk.domain.participants import Participant


class Bought(NamedTuple):
    """What is left of a purchase line that was cleared: its day, pieces that did not go back, and their net amount.

    `amount` is None where the line said none.
    """

    day: date
    pieces: int
    amount: Decimal | None


@attrs.frozen
class Member:
    """A participant as sources of occasions see it.

    `bought` is there, oldest first, where the source asked for it: without lines that went back as a whole, and
    without those of which no document told the day.
    """

    participant: Participant
    bought: Sequence[Bought] = ()


class Occasion(NamedTuple):
    """One occasion of the member with this index.

    `code` tells it from others of the same member, such as ``2026``, for good: it earns once, whatever day is found for
    it later. `to` is the customer number of who earns, where it is somebody else.
    """

    member: int
    day: date
    code: str = ""
    to: str = ""


class OccasionSource(Protocol):
    """A kind of occasion with its settings bound. It must be a pure function of what it is given."""

    @property
    def once(self) -> bool:
        """Whether a member has one such occasion in a lifetime; those who had it are not asked about again."""
        ...

    @property
    def needs_purchases(self) -> bool:
        """Whether `occasions` looks at what members bought."""
        ...

    def concerns(self, participant: Participant) -> bool:
        """Whether a participant may have such occasions at all. Asked of everybody, every night."""
        ...

    def occasions(self, members: Sequence[Member], since: date, until: date) -> Iterable[Occasion]:
        """Occasions up to `until`; those up to `since` were asked for before, and earn once in any case."""
        ...
