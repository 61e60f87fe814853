"""The laws of the ledger: what a booking consists of, how time is told, and how the chain is made.

Amounts are whole numbers, instants are microseconds since 1970 UTC. A transaction has one *home account*; all its
postings are stored with it, also the leg of a system book such as ``issuance``. Per unit they add up to zero.
"""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
BUCKETS = 1024
FIRST_HEAD = "0" * 64
LAST_INSTANT = 253_402_300_799_999_999
"""The end of the year 9999, the last that a calendar here knows."""
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


LOT_BOOKS = (Book.PARTICIPANT.value, Book.PENDING.value)
"""Books whose points lie in lots."""
OWN_BOOKS = (*LOT_BOOKS, Book.HELD.value, Book.DEFICIT.value)
"""Books of a participant; their sums stand in the balance."""


class TransactionKind(StrEnum):
    """Why points moved."""

    ACCRUAL = "accrual"
    COMPLETION = "completion"
    RECALCULATION = "recalculation"
    TOTAL = "total"
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


def instant(when: datetime) -> int:
    """Microseconds since 1970 UTC of an aware datetime; exact, unlike a float timestamp."""
    return (when - EPOCH) // MICROSECOND


def moment(micros: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return EPOCH + micros * MICROSECOND


def start_of_day(day: date, zone: ZoneInfo) -> int:
    """The first instant of a civil day in a zone."""
    return instant(datetime(day.year, day.month, day.day, tzinfo=zone))


def end_of_day(day: date, zone: ZoneInfo) -> int:
    """The first instant behind a civil day in a zone; `FOREVER` behind the last day that there is."""
    return start_of_day(day + timedelta(days=1), zone) if day < date.max else FOREVER


def bucket_of(account_id: int) -> int:
    """The shard of an account, 0 to 1023: Fibonacci hashing of the id, the same on every database."""
    return (account_id * 11_400_714_819_323_198_485 % 2**64) >> 54


def chained(previous_head: str, number: int, first: int, last: int, digest: str) -> str:
    """The next head of the chain: SHA-256 over previous head, seal number, first and last sequence, and digest.

    The hashed text is these five, separated by one space each; heads and digests are lower-case hexadecimal.
    """
    return sha256(f"{previous_head} {number} {first} {last} {digest}".encode("ascii")).hexdigest()
