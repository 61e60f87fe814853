"""What a number of a sender means: a participant, an article, or nothing that will ever earn."""

from enum import StrEnum
from typing import NamedTuple

import attrs

from treuwerk.domain.participants import CUSTOMER_NUMBER

NUMBER, GTIN = "number", "gtin"
"""What an article is known by in documents: the seller's number of it, or its GTIN."""
DEFAULT_ORDER = ("gln", CUSTOMER_NUMBER)
LAST = ("vat", "tax")
"""Numbers that branches of one company may share: they are asked only where no other one is known."""


class Kind(StrEnum):
    """What an alias is about, and what a line waits for."""

    PARTICIPANT = "participant"
    ARTICLE = "article"
    STATUS = "status"  # a participant who is there and does not earn for now
    MEASURE = "measure"  # an attribute of an article by which its unit is converted


class Verdict(StrEnum):
    """What somebody decided on a number."""

    IS = "is"
    ONCE = "once"  # for what waited then, and for nothing later
    NEVER = "never"


class Name(NamedTuple):
    """What a line waits for, as it is compared; `scope` is the sender whose number it is, empty for all."""

    kind: Kind
    scope: str
    scheme: str
    value: str


class Lack(NamedTuple):
    """What keeps a line from being booked, with how it is written and called, and its pieces as the line says them.

    `also` are other numbers of the same participant or article that would help, too, as ``scheme:value``.
    """

    name: Name
    written: str
    called: str
    pieces: int
    also: tuple[str, ...] = ()


@attrs.frozen
class Alias:
    """A decision on a number. `account_id` is 0 and `article` empty where it is not about one.

    `used` is whether something was booked by it; `ended_at` is 0 while it holds.
    """

    id: int
    name: Name
    written: str
    called: str
    verdict: Verdict
    account_id: int
    article: str
    reason: str
    origin: str
    actor: str
    made_at: int
    used: bool
    ended_at: int
    ended_by: str

    @property
    def holds(self) -> bool:
        """Whether it is asked."""
        return not self.ended_at

    @property
    def books(self) -> bool:
        """Whether lines that waited are booked by it: it holds, or was for these lines alone and nobody stopped it."""
        return self.holds or (self.verdict is Verdict.ONCE and self.ended_at == self.made_at)
