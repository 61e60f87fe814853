"""Laws that need more than a query: records and their digests, tapes of points, purchases and activities, buckets."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import starmap
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain.document_kinds import EARNING_KINDS
from treuwerk.domain.earning import fold, steps_from_json
from treuwerk.domain.ledger import bucket_of
from treuwerk.domain.records import Digest, evidence_of
from treuwerk.services.clearing.attending import activity_evidence, activity_key
from treuwerk.services.clearing.occasions import NOBODY, is_occasion_key
from treuwerk.services.clearing.purchase_keys import is_key_of
from treuwerk.store import journal
from treuwerk.store.claims import counted_claims, doubtful_claims
from treuwerk.store.journal import entries
from treuwerk.store.sealed_tables import (
    CREDITS,
    equal_credits,
    explained_accruals,
    sealed_tables,
    waiting_accruals,
)

_KINDS = sorted(kind.value for kind in EARNING_KINDS)
Seal = tuple[int, int, int, str]
"""Number, first and last sequence, and digest."""


def records_of(connection: Connection,
               seals: Sequence[Seal]) -> tuple[dict[int, str], dict[int, int], list[str], dict[str, int]]:
    """What stands behind seals: digests and newest bookings by number, accruals that are not explained, and counts.

    Seals are in the order of their numbers.
    """
    stored = {seal[0]: seal for seal in seals}
    digests = dict.fromkeys(stored, Digest().hexadecimal())
    newest: dict[int, int] = {}
    wrong: list[str] = []
    figures = {"records": 0, "accruals": 0, "legs": 0}
    for number, digest, records, accruals, booked_at, legs, explained in sealed_tables(
            connection, seals[0][0], seals[-1][0]):
        _, first, last, expected = stored[number]
        newest[number] = booked_at
        digests[number] = digest if digest == expected else _digest_of(connection, first, last)
        figures["records"] += records
        figures["accruals"] += accruals
        figures["legs"] += legs
        if explained is None or not all(starmap(explains, explained)):
            wrong += unexplained(connection, first, last)
    return digests, newest, wrong, figures


def _digest_of(connection: Connection, first: int, last: int) -> str:
    """The digest as the writer makes it."""
    digest = Digest()
    for entry in entries(connection, first, last):
        digest.add(entry.row, entry.postings, entry.uses)
    return digest.hexadecimal()


def unexplained(connection: Connection, first: int, last: int) -> Iterator[str]:
    """Accruals of a range of the sequence whose explanation does not give their points."""
    for sequence, explanation, given in explained_accruals(connection, first, last):
        if not explains(explanation, given):
            yield f"sequence {sequence}: the explanation does not give the points of the transaction"


def wrong_while_waiting(connection: Connection) -> Iterator[str]:
    """Accruals without a seal whose points are not explained."""
    for account_id, number, explanation, given in waiting_accruals(connection):
        if not explains(explanation, given):
            yield f"account {account_id}, transaction {number}: the explanation does not give its points"


@lru_cache(maxsize=65_536)  # the same explanation stands behind many lines
def explains(explanation: str | bytes, given: str) -> bool:
    """Whether each credit that an accrual gave has one explanation, whose tape folds to its points."""
    awards = expected_credits(explanation)
    return awards is not None and sorted(given.split(CREDITS) if given else []) == sorted(awards)


def expected_credits(explanation: str | bytes) -> list[str] | None:
    """Line, unit and points of each award that an explanation speaks of; None where it does not add up."""
    try:
        awards = json.loads(explanation)
        lines = {award["line"] for award in awards}
        sound = len(lines) == len(awards) and all(_adds_up(award) for award in awards)
        return [f'{award["line"]},{award["unit"]},{award["points"]}' for award in awards] if sound else None
    except (ValueError, KeyError, TypeError, ZeroDivisionError):
        return None


def explained_first_lines(connection: Connection) -> int | None:
    """How many accruals have a credit on their first line, where all credits are explained; None where in doubt.

    An explanation that speaks of several lines belongs to as many credits on each. So, where every accrual has one on
    its first line, as the number of accruals tells, every one has all of its credits, and no other.
    """
    found: dict[str, Counter[int]] = {}
    expected: dict[str, set[str]] = {}
    for explanation, line, unit, amount, count in equal_credits(connection):
        if explanation not in expected:
            expected[explanation] = set(expected_credits(explanation) or ())
        if f"{line},{unit},{amount}" not in expected[explanation]:
            return None
        found.setdefault(explanation, Counter())[line] += count
    if any(len(lines) != len(expected[explanation]) or {*lines.values()} != {lines[1]}
           for explanation, lines in found.items()):
        return None
    return sum(lines[1] for lines in found.values())


def _adds_up(award: Any) -> bool:
    figures = fold(steps_from_json(award["steps"]))
    return type(award["points"]) is int and bool(figures) and figures[-1] == award["points"]


def changed_purchases(connection: Connection, part: int, runs: Counter[tuple[int, bool]]) -> Iterator[str]:
    """Purchase lines of a part of the claims that are not as they were claimed.

    `runs` counts lines by run, and whether they have an accrual that is booked under their claim.
    """
    found = counted_claims(connection, part, _KINDS)
    for (run, fate, _), count in found.items():
        runs[run, fate == "booked"] += count
    if all(sound and fate != "other" for _, fate, sound in found):
        return
    for key, content, facts, fate, number in doubtful_claims(connection, part, _KINDS):
        account_id, seller, document, line, day, _ = facts.split("\x1f", 5)
        if evidence_of(facts) != content or fate == "other" or not is_key_of(key, seller, document, line, day[:4]):
            yield f"account {account_id}, purchase {number} ({document}, line {line}) is not as it was scored"


def changed_activities(connection: Connection, claims: Counter[bool]) -> Iterator[str]:
    """Activities that are not as they were claimed; `claims` counts those with and without an accrual."""
    for row in journal.claimed_activities(connection):
        facts = (row.kind, row.code, row.occurred_on, row.person_id)
        claims[row.booked == 1] += 1
        known = is_occasion_key(row.key, row.kind, row.code) if row.person_id == NOBODY \
            else row.key == activity_key(*facts)
        if not known or row.content != activity_evidence(row.account_id, *facts):
            yield f"account {row.account_id}, activity {row.id} ({row.kind} {row.code}) is not as it was booked"


def wrong_buckets(connection: Connection) -> Iterator[str]:
    """Accounts in a bucket that is not theirs."""
    for account_id, bucket in journal.account_buckets(connection):
        if bucket != bucket_of(account_id):
            yield f"account {account_id}: found bucket {bucket}, expected {bucket_of(account_id)}"
