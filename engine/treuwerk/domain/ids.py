"""Ids that the application makes itself, so that no table needs a sequence.

Accounts are random, which spreads them over shards. Rows behind an account are ordered by time: 42 bits of
milliseconds since 2020 and 21 bits that begin at random, so that two processes do not meet.
"""

import secrets
from collections.abc import Iterator
from itertools import count

_MILLISECONDS_UNTIL_2020 = 1_577_836_800_000
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_WIDTH = 26
_PLACES = range(5 * (_WIDTH - 2), -1, -10)
_RANDOM_BITS = 21
_LARGEST = 2**63 - 1
TRANSACTION = "txn"
PURCHASE = "pur"
ADJUSTMENT = "adj"
MERGE = "mrg"
USER = "usr"
SUBMISSION = "sub"
HELD_FILE = "hld"
REWARD_ORDER = "ord"
HANDOVER = "hov"
PAYMENT = "pay"
MAPPING = "map"
RECALCULATION = "rec"
PROPOSAL = "prp"
TIER_GRANT = "tgr"


def new_account_id() -> int:
    """A random positive 63-bit id."""
    return secrets.randbits(63) | 1 << 62


def row_ids(now: int, behind: int = 0) -> Iterator[int]:
    """Endless ids for rows made at `now` (microseconds UTC), each larger than the one before, and than `behind`."""
    milliseconds = now // 1000 - _MILLISECONDS_UNTIL_2020
    # Random also behind others: two that begin at once must not meet, nor one and what a killed one left.
    return count(max(milliseconds << _RANDOM_BITS, behind + 1) + secrets.randbits(_RANDOM_BITS - 1))


def first_row_id(now: int) -> int:
    """No row that is made after `now` has a smaller id, unless its clock went back."""
    number = (now // 1000 - _MILLISECONDS_UNTIL_2020) << _RANDOM_BITS
    return max(-_LARGEST, min(number, _LARGEST))  # days of year 1 or 9999 can be asked for, but no row can be so old


def made_at(row_id: int) -> int:
    """When a row was made, in microseconds UTC, to the millisecond."""
    return ((row_id >> _RANDOM_BITS) + _MILLISECONDS_UNTIL_2020) * 1000


def public_id(prefix: str, account_id: int, row_id: int) -> str:
    """The id that people see: prefix and 26 characters that hold the account and the row.

    >>> public_id("txn", 1, 2)
    'txn_0000000000000g000000000002'
    """
    number = (account_id << 64) | row_id
    return f"{prefix}_{''.join([_PAIRS[number >> place & 1023] for place in _PLACES])}"


def public_user_id(user_id: int) -> str:
    """The id under which a user stands where no name may stand."""
    return public_id(USER, 0, user_id)


def account_and_row(text: str) -> tuple[str, int, int]:
    """Prefix, account and row of a public id.

    Raises:
        ValueError: the text is no id of ours.
    """
    prefix, _, body = text.strip().lower().partition("_")
    if len(body) != _WIDTH or not prefix or any(character not in _ALPHABET for character in body):
        raise ValueError(f"{text!r} is no id: expected a prefix such as txn_ and {_WIDTH} letters and digits")
    number = 0
    for character in body:
        number = number * 32 + _ALPHABET.index(character)
    account_id, row_id = number >> 64, number & (2**64 - 1)
    if max(account_id, row_id) >= 2**63:
        raise ValueError(f"{text!r} is no id: expected a prefix such as txn_ and the id of a row that can exist")
    return prefix, account_id, row_id
