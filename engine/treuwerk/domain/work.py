"""Durable work: orders that must be done once, whatever dies meanwhile.

An order is a row of ours, written in the transaction of the data that it is about. A queue only carries tickets, which
may be lost or come twice: each step of an order commits together with a row that says that it was done.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import attrs

SECOND = 1_000_000


class OrderState(StrEnum):
    """What became of an order."""

    OPEN = "open"  # waits for its time, or for a place in the queue
    QUEUED = "queued"  # the queue has a ticket for it
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # after its last attempt; a person must look
    CANCELLED = "cancelled"


UNFINISHED = (OrderState.OPEN, OrderState.QUEUED, OrderState.RUNNING)


class Ticket(NamedTuple):
    """What a queue carries: the key of an order and which delivery of it this is; an older one is worth nothing."""

    key: str
    delivery: int

    @property
    def id(self) -> str:
        """The same for the same ticket, so that a queue that knows ids keeps it once."""
        return f"{self.key}#{self.delivery}"

    @classmethod
    def read(cls, text: str) -> "Ticket":
        """The ticket of an id.

        >>> Ticket.read("import:17#3")
        Ticket(key='import:17', delivery=3)
        """
        key, _, delivery = text.rpartition("#")
        return cls(key, int(delivery))


class Holding(StrEnum):
    """What a queue knows of a ticket."""

    WAITING = "waiting"
    RUNNING = "running"
    GONE = "gone"  # never seen, lost, or over


@attrs.frozen
class Retry:
    """How often an order is tried, and how long it waits after each failure: twice as long each time."""

    attempts: int = 8
    first_seconds: int = 10
    most_seconds: int = 3_600

    def wait_seconds(self, failed: int) -> int:
        """The wait after so many failures.

        >>> [Retry().wait_seconds(failed) for failed in (1, 2, 3, 20)]
        [10, 20, 40, 3600]
        """
        return int(min(self.first_seconds * 2 ** min(failed - 1, 30), self.most_seconds))


class Superseded(Exception):
    """The order was cancelled, or somebody else does it: whoever did it so far must stop."""


class Interrupted(Exception):
    """The worker ends: the order goes on elsewhere, from its last step."""


class Hopeless(Exception):
    """An order that no further attempt can help; the message is for a person."""


Payload = Mapping[str, Any]
"""Ids, cursors and names as JSON, at most some kilobytes: never data."""


def next_daily(at: time, zone: ZoneInfo, after: datetime) -> datetime:
    """The next time that the clock on the wall of a zone shows `at`, once a day also where the hour comes twice.

    An hour that is left out in spring is taken as if it was there: 02:30 becomes 03:30.

    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> next_daily(time(2, 30), berlin, datetime.fromisoformat("2026-03-28T12:00+00:00")).isoformat()
    '2026-03-29T02:30:00+01:00'
    """
    day = after.astimezone(zone).date()
    while (found := datetime.combine(day, at, zone)) <= after:
        day += timedelta(days=1)
    return found
