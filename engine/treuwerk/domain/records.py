"""The canonical text of a transaction: what is hashed into the chain, and what ``export journal`` prints.

Keys in a fixed order, no spaces, UTF-8 unescaped, ids as texts (they do not fit into a JavaScript number). Personal
data never stands in it.
"""

from collections.abc import Iterable
from hashlib import blake2b, sha256
from json.encoder import encode_basestring
from typing import NamedTuple


class JournalRow(NamedTuple):
    """A row of the journal in the order of its columns; a tuple, since batches make tens of thousands of them."""

    account_id: int
    id: int
    kind: str
    business_key: str
    occurred_on: str
    booked_at: int
    actor: str
    cause: str
    evidence: str
    explanation: str
    reverses: int | None


class PostingRow(NamedTuple):
    """A row of the postings in the order of its columns."""

    account_id: int
    transaction_id: int
    line: int
    book: str
    unit: str
    amount: int
    active_from: int | None
    expires_at: int | None


def record(row: JournalRow, postings: Iterable[PostingRow]) -> str:
    """The canonical text of one transaction with its postings in the order of their lines."""
    legs = ",".join(
        f'[{p[2]},"{p[3]}","{p[4]}",{p[5]},{_number(p[6])},{_number(p[7])}]' for p in postings)
    return (
        f'{{"account":"{row[0]}","id":"{row[1]}","kind":"{row[2]}","key":{encode_basestring(row[3])},'
        f'"occurred_on":"{row[4]}","booked_at":{row[5]},"actor":{encode_basestring(row[6])},"cause":{encode_basestring(row[7])},'
        f'"evidence":"{row[8]}","explanation":{row[9]},"reverses":{_reference(row[10])},"postings":[{legs}]}}'
    )


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


def _reference(value: int | None) -> str:
    return "null" if value is None else f'"{value}"'


def digest_of(records: Iterable[str]) -> str:
    """SHA-256 over the records of a seal in their sequence, each followed by a line feed."""
    return sha256(("\n".join([*records, ""])).encode()).hexdigest()


def evidence_of(facts: str) -> str:
    """A digest of 128 bits over the facts of a purchase line or activity, by which it is known to be unchanged.

    Facts are separated by the unit separator U+001F, which no cell of a feed can hold.
    """
    return blake2b(facts.encode(), digest_size=16).hexdigest()
