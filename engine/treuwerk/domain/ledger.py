"""The laws of the ledger: what a booking consists of, when points expire, and how the chain is made.

Amounts are whole numbers, instants are microseconds since 1970 UTC. A transaction has one *home account*; all its
postings are stored with it, also the leg of a system book such as ``issuance``. Per unit they add up to zero.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

import attrs

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BUCKETS = 1024
FIRST_HEAD = "0" * 64
FOREVER = 2**63 - 1
"""When a lot expires that never does."""


class Book(StrEnum):
    """The ledger accounts of a unit: first the four of a participant, then those of the system."""

    PARTICIPANT = "participant"
    """What can be spent, now or from a day on."""
    PENDING = "pending"
    """What waits for an act."""
    HELD = "held"
    """What is reserved."""
    DEFICIT = "deficit"
    """What was to be taken back and was no longer there; never above zero."""
    ISSUANCE = "issuance"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    CLAWBACK = "clawback"
    TRANSFER = "transfer"
    OPENING = "opening"


class TransactionKind(StrEnum):
    """Why points moved."""

    ACCRUAL = "accrual"
    ACTIVATION = "activation"
    REDEMPTION = "redemption"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    CANCELLATION = "cancellation"
    EXPIRY = "expiry"
    REVERSAL = "reversal"
    SETTLEMENT = "settlement"
    ADJUSTMENT = "adjustment"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    OPENING = "opening"
    MERGE_OUT = "merge_out"
    MERGE_IN = "merge_in"
    UNMERGE_OUT = "unmerge_out"
    UNMERGE_IN = "unmerge_in"


class Rounding(StrEnum):
    """To which calendar border an expiry is moved forward."""

    NONE = "none"
    END_OF_DAY = "end_of_day"
    END_OF_MONTH = "end_of_month"
    END_OF_YEAR = "end_of_year"


class ExpiryStart(StrEnum):
    """From which day the life of a lot is counted."""

    BOOKING = "booking"
    EVENT = "event"


@attrs.frozen
class Expiry:
    """Lots live `after_months` calendar months from `start`, then to the border that `rounding` names."""

    after_months: int = attrs.field(validator=attrs.validators.ge(0))
    rounding: Rounding = Rounding.END_OF_DAY
    start: ExpiryStart = ExpiryStart.BOOKING

    def expires_at(self, booked_at: int, occurred_on: date, zone: ZoneInfo) -> int:
        """The first instant at which the points are gone, in microseconds UTC."""
        booked = moment(booked_at).astimezone(zone)
        first = booked.date() if self.start is ExpiryStart.BOOKING else occurred_on
        last = months_later(first, self.after_months)
        if self.rounding is Rounding.NONE:
            wall = booked.time() if self.start is ExpiryStart.BOOKING else datetime.min.time()
            return instant(datetime.combine(last, wall, zone))
        return start_of_day(_end(last, self.rounding) + timedelta(days=1), zone)


def _end(day: date, rounding: Rounding) -> date:
    if rounding is Rounding.END_OF_YEAR:
        return date(day.year, 12, 31)
    if rounding is Rounding.END_OF_MONTH:
        return date(day.year, day.month, monthrange(day.year, day.month)[1])
    return day


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last day of that month where it has no such day.

    >>> months_later(date(2028, 2, 29), 12)
    datetime.date(2029, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def instant(when: datetime) -> int:
    """Microseconds since 1970 UTC of an aware datetime; exact, unlike a float timestamp."""
    return (when - EPOCH) // MICROSECOND


def moment(micros: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return EPOCH + micros * MICROSECOND


def start_of_day(day: date, zone: ZoneInfo) -> int:
    """The first instant of a civil day in a zone."""
    return instant(datetime(day.year, day.month, day.day, tzinfo=zone))


def bucket_of(account_id: int) -> int:
    """The shard of an account, 0 to 1023: Fibonacci hashing of the id, the same on every database."""
    return (account_id * 11_400_714_819_323_198_485 % 2**64) >> 54


def chained(previous_head: str, number: int, first: int, last: int, digest: str) -> str:
    """The next head of the chain: SHA-256 over previous head, seal number, first and last sequence, and digest.

    The hashed text is these five, separated by one space each; heads and digests are lower-case hexadecimal.
    """
    return sha256(f"{previous_head} {number} {first} {last} {digest}".encode("ascii")).hexdigest()
