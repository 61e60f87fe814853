"""The canonical text of a transaction: what is hashed into the chain, and what ``export journal`` prints.

Keys in a fixed order, no spaces, UTF-8 unescaped, ids as texts (they do not fit into a JavaScript number). Personal
data never stands in it.
"""

from collections.abc import Iterable, Mapping, Sequence
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
    refers_to: int | None


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
    keeps_until: int | None


JournalValues = tuple[int, int, str, str, str, int, str, str, str, str, int | None]
"""A `JournalRow` without the names: what is made by the ten thousand."""
PostingValues = tuple[int, int, int, str, str, int, int | None, int | None, int | None]
"""A `PostingRow` without the names."""


class Use(NamedTuple):
    """Points that a posting took from a lot (above zero) or gave back to it (below), in the order of its columns."""

    account_id: int
    transaction_id: int
    line: int
    lot_transaction_id: int
    lot_line: int
    book: str
    amount: int


UseValues = tuple[int, int, int, int, int, str, int]
"""A `Use` without the names."""
NO_USES: Mapping[int, Sequence[UseValues]] = {}


def record(row: JournalValues, postings: Iterable[PostingValues],
           uses: Mapping[int, Sequence[UseValues]] = NO_USES) -> str:
    """The canonical text of one transaction with its postings in the order of their lines.

    `uses` are those of each line, in the order of the lots.
    """
    account, number, kind, key, day, booked_at, actor, cause, evidence, explanation, refers_to = row
    legs = ",".join([
        f'[{line},"{book}","{unit}",{amount},null,null,null,[{_lots(uses[line]) if line in uses else ""}]]'
        if active_from is None and expires_at is None and keeps_until is None else
        f'[{line},"{book}","{unit}",{amount},{_number(active_from)},{_number(expires_at)},{_number(keeps_until)},'
        f'[{_lots(uses[line]) if line in uses else ""}]]'
        for _, _, line, book, unit, amount, active_from, expires_at, keeps_until in postings])
    return (
        f'{{"account":"{account}","id":"{number}","kind":"{kind}","key":{encode_basestring(key)},'
        f'"occurred_on":"{day}","booked_at":{booked_at},"actor":{encode_basestring(actor)},'
        f'"cause":{encode_basestring(cause)},"evidence":"{evidence}","explanation":{explanation},'
        f'"refers_to":{_reference(refers_to)},"postings":[{legs}]}}'
    )


def _lots(uses: Sequence[UseValues]) -> str:
    return ",".join([f'["{lot}",{lot_line},{amount}]' for _, _, _, lot, lot_line, _, amount in uses])


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


def _reference(value: int | None) -> str:
    return "null" if value is None else f'"{value}"'


class Digest:
    """SHA-256 over the records of a seal in their sequence, each followed by a line feed; keeps none of them."""

    def __init__(self) -> None:
        self._hash = sha256()

    def add(self, text: str) -> None:
        """The next record."""
        self._hash.update(f"{text}\n".encode())

    def hexadecimal(self) -> str:
        """The digest of all records so far, as 64 lower-case hexadecimal digits."""
        return self._hash.hexdigest()


def digest_of(records: Iterable[str]) -> str:
    """The digest of these records."""
    digest = Digest()
    for text in records:
        digest.add(text)
    return digest.hexadecimal()


def evidence_of(facts: str) -> str:
    """A digest of 128 bits over the facts of a purchase line or activity, by which it is known to be unchanged.

    Facts are separated by the unit separator U+001F, which no cell of a feed can hold.
    """
    return blake2b(facts.encode(), digest_size=16).hexdigest()
