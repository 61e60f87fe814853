"""Laws that need more than a query: records and their digests, tapes of points, purchases and activities, buckets."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain.earning import fold, steps_from_json
from treuwerk.domain.ledger import LOT_BOOKS, TransactionKind, bucket_of
from treuwerk.domain.records import evidence_of
from treuwerk.services.attending import activity_evidence, activity_key
from treuwerk.services.matching import is_key_of
from treuwerk.store import journal
from treuwerk.store.recording import claimed_purchases, sealed_records, waiting_records

_ACCRUAL = TransactionKind.ACCRUAL.value
_HASHED_AT_ONCE = 500  # records
Seal = tuple[int, int, int]
"""Number, first and last sequence."""


def records_of(connection: Connection, seals: Sequence[Seal]) -> tuple[dict[int, str], list[str], dict[str, int]]:
    """Digests of seals by their numbers, accruals that are not explained, and how many records there are of what."""
    digests: dict[int, str] = {}
    wrong: list[str] = []
    figures = {"records": 0, "accruals": 0}
    for stretch in _stretches(seals):
        hashing = _Hashing(stretch, digests)
        for sequence, kind, explanation, text in sealed_records(connection, stretch[0][1], stretch[-1][2]):
            hashing.add(sequence, text)
            figures["records"] += 1
            if kind == _ACCRUAL:
                figures["accruals"] += 1
                if not explains(explanation, text):
                    wrong.append(f"sequence {sequence}: the explanation does not give the points of the transaction")
        hashing.finish()
    return digests, wrong, figures


def _stretches(seals: Sequence[Seal]) -> Iterator[list[Seal]]:
    """Seals that follow each other without a gap, which one scan can read."""
    stretch: list[Seal] = []
    for seal in seals:
        if stretch and (seal[1] != stretch[-1][2] + 1 or seal[2] < seal[1]):
            yield stretch
            stretch = []
        stretch.append(seal)
    if stretch:
        yield stretch


class _Hashing:
    """Digests of seals, from records that come in the order of the sequence."""

    def __init__(self, seals: Sequence[Seal], digests: dict[int, str]) -> None:
        self._seals, self._digests, self._at = seals, digests, 0
        self._hash, self._texts = sha256(), list[str]()

    def add(self, sequence: int, text: str) -> None:
        """The next record."""
        while sequence > self._seals[self._at][2]:
            self._close()
        if len(self._texts) >= _HASHED_AT_ONCE:
            self._flush()
        self._texts.append(text)

    def finish(self) -> None:
        """No record comes any more."""
        while self._at < len(self._seals):
            self._close()

    def _flush(self) -> None:
        self._hash.update("".join([f"{text}\n" for text in self._texts]).encode())
        self._texts.clear()

    def _close(self) -> None:
        self._flush()
        self._digests[self._seals[self._at][0]] = self._hash.hexdigest()
        self._hash, self._at = sha256(), self._at + 1


def wrong_while_waiting(connection: Connection) -> Iterator[str]:
    """Accruals without a seal whose points are not explained."""
    for account_id, number, kind, explanation, text in waiting_records(connection):
        if kind == _ACCRUAL and not explains(explanation, text):
            yield f"account {account_id}, transaction {number}: the explanation does not give its points"


def explains(explanation: str, record: str) -> bool:
    """Whether each credit in the record of an accrual has one explanation, whose tape folds to its points."""
    expected = _expected(explanation)
    if expected is None:
        return False
    postings = record[record.rindex('"postings":['):]
    credited = postings.count(',"participant","') + postings.count(',"pending","')
    return credited == len(expected) and all(one in postings or other in postings for one, other in expected)


@lru_cache(maxsize=65_536)  # the same explanation stands behind many lines
def _expected(explanation: str) -> tuple[tuple[str, ...], ...] | None:
    """How the postings begin that an explanation speaks of, in either book; None where it does not add up."""
    try:
        awards = json.loads(explanation)
        lines = {award["line"] for award in awards}
        sound = len(lines) == len(awards) and all(_adds_up(award) for award in awards)
        return tuple([tuple([f'[{award["line"]},"{book}","{award["unit"]}",{award["points"]},' for book in LOT_BOOKS])
                      for award in awards]) if sound else None
    except (ValueError, KeyError, TypeError, ZeroDivisionError):
        return None


def _adds_up(award: Any) -> bool:
    figures = fold(steps_from_json(award["steps"]))
    return isinstance(award["points"], int) and bool(figures) and figures[-1] == award["points"]


def changed_purchases(connection: Connection, before: int, size: int,
                      runs: Counter[tuple[int, bool]]) -> Iterator[str]:
    """Purchase lines of a part of the claims that are not as they were claimed.

    `runs` counts lines by run, and whether they have an accrual that is booked under their claim.
    """
    for key, content, facts, fate, run, number in claimed_purchases(connection, before, size):
        runs[run, fate == "booked"] += 1
        account_id, seller, document, line, day, _ = facts.split("\x1f", 5)
        if evidence_of(facts) != content or fate == "other" or not is_key_of(key, seller, document, line, day[:4]):
            yield f"account {account_id}, purchase {number} ({document}, line {line}) is not as it was scored"


def changed_activities(connection: Connection, claims: Counter[bool]) -> Iterator[str]:
    """Activities that are not as they were claimed; `claims` counts those with and without an accrual."""
    for row in journal.claimed_activities(connection):
        facts = (row.kind, row.code, row.occurred_on, row.person_id)
        claims[row.booked == 1] += 1
        if (row.key, row.content) != (activity_key(*facts), activity_evidence(row.account_id, *facts)):
            yield f"account {row.account_id}, activity {row.id} ({row.kind} {row.code}) is not as it was booked"


def wrong_buckets(connection: Connection) -> Iterator[str]:
    """Accounts in a bucket that is not theirs."""
    for account_id, bucket in journal.account_buckets(connection):
        if bucket != bucket_of(account_id):
            yield f"account {account_id}: found bucket {bucket}, expected {bucket_of(account_id)}"
