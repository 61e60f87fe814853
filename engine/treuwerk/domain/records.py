"""The canonical texts of a transaction: what ``export journal`` prints, and what is hashed into the chain.

What is printed has keys in a fixed order, no spaces, UTF-8 unescaped, and ids as texts (they do not fit into a
JavaScript number). What is hashed says the same in lists, table by table, so that a database writes it in one go over
each table. Personal data never stands in either.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
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
_HASHED_AT_ONCE = 500  # transactions
_NULL = "null"


def record(row: JournalValues, postings: Iterable[PostingValues],
           uses: Mapping[int, Sequence[UseValues]] = NO_USES) -> str:
    """The text of one transaction as it is printed, with its postings in the order of their lines.

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
    """The digest of a seal over its transactions in their sequence; keeps few of their texts at a time.

    Each table has a SHA-256 of its own over lines, each followed by a line feed: transactions, explanations, postings,
    uses. The digest is SHA-256 over these four, with one space between.
    """

    def __init__(self) -> None:
        self._place = 0
        self._hashes = sha256(), sha256(), sha256(), sha256()
        self._lines: tuple[list[str], list[str], list[str], list[str]] = [], [], [], []

    def add(self, row: JournalValues, postings: Iterable[PostingValues],
            uses: Mapping[int, Sequence[UseValues]] = NO_USES) -> None:
        """The next transaction, with its postings in the order of their lines, and of each its uses in that of lots."""
        account, number, kind, key, day, booked_at, actor, cause, evidence, explanation, refers_to = row
        self._place = place = self._place + 1
        transactions, explanations, legs, lots = self._lines
        transactions.append(
            f'[{place},{account},{number},"{kind}",{encode_basestring(key)},"{day}",{booked_at},'
            f'{encode_basestring(actor)},{encode_basestring(cause)},"{evidence}",'
            f"{_NULL if refers_to is None else refers_to}]\n")
        explanations.append(f"{explanation}\n")
        legs += [  # without calls for each value: a batch makes them by the hundred thousand
            f'[{place},{line},"{book}","{unit}",{amount},null,null,null]\n'
            if active is None and ends is None and keeps is None else
            f'[{place},{line},"{book}","{unit}",{amount},{_NULL if active is None else active},'
            f"{_NULL if ends is None else ends},{_NULL if keeps is None else keeps}]\n"
            for _, _, line, book, unit, amount, active, ends, keeps in postings]
        for line in sorted(uses) if len(uses) > 1 else uses:
            lots += [f"[{place},{line},{lot},{lot_line},{amount}]\n"
                     for _, _, _, lot, lot_line, _, amount in uses[line]]
        if len(transactions) >= _HASHED_AT_ONCE:
            self._flush()

    def hexadecimal(self) -> str:
        """The digest of all transactions so far, as 64 lower-case hexadecimal digits."""
        self._flush()
        return digest_of_tables(*[each.hexdigest() for each in self._hashes])

    def _flush(self) -> None:
        for each, lines in zip(self._hashes, self._lines, strict=True):
            each.update("".join(lines).encode())
            lines.clear()


def digest_of_tables(transactions: str, explanations: str, postings: str, uses: str) -> str:
    """The digest of a seal from the hexadecimal SHA-256 of its four tables."""
    return sha256(f"{transactions} {explanations} {postings} {uses}".encode()).hexdigest()


def evidence_of(facts: str) -> str:
    """128 bits of SHA-256 over the facts of a purchase line or activity, by which it is known to be unchanged.

    PostgreSQL can hash so, too, and prove purchases where they are. Facts are separated by the unit separator U+001F,
    which no cell of a feed can hold.
    """
    return sha256(facts.encode()).hexdigest()[:32]
