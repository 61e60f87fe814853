"""Laws that need more than a query: digests of purchases and activities, messages, and books by bucket."""

import json
from collections.abc import Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from treuwerk.domain.ledger import bucket_of
from treuwerk.services.attending import activity_evidence, activity_key
from treuwerk.services.booking import CREDITED
from treuwerk.services.matching import is_key_of, purchase_evidence
from treuwerk.store import journal

_FACTS = slice(4, 18)  # columns of a purchase line from source to serials
_owner_and_time = itemgetter(0, 1)


def changed_purchases(connection: Connection) -> Iterator[str]:
    """Purchase lines that are not as they were claimed, whether they earned or not."""
    for row in journal.claimed_purchases(connection):
        facts = row[_FACTS]
        cause = f"{row.source}:{row.run_id}:{row.at_line}"
        if (purchase_evidence(row.account_id, facts) != row.content or not is_key_of(row.key, facts)
                or row.cause not in (None, cause)):
            yield (f"account {row.account_id}, purchase {row.id} ({row.document}, line {row.line}) "
                   "is not as it was scored")


def changed_activities(connection: Connection) -> Iterator[str]:
    """Activities that are not as they were claimed."""
    for row in journal.claimed_activities(connection):
        facts = (row.kind, row.code, row.occurred_on, row.person_id)
        if (row.key, row.content) != (activity_key(*facts), activity_evidence(row.account_id, *facts)):
            yield f"account {row.account_id}, activity {row.id} ({row.kind} {row.code}) is not as it was booked"


def wrong_messages(connection: Connection) -> Iterator[str]:
    """Accounts whose messages of one booking instant do not tell what was credited to them then."""
    told = ((row.account_id, row.created_at, row.bucket, row.payload)
            for row in journal.messages(connection, CREDITED))
    streams = (journal.transactions_by_time(connection), journal.credits_by_time(connection), told)
    for (account_id, at), rows in groupby(merge(*streams, key=_owner_and_time), _owner_and_time):
        if not _tells(account_id, list(rows)):
            yield f"account {account_id}, booked at {at}: the messages do not tell what was credited"


def _tells(account_id: int, rows: list[Any]) -> bool:
    """Whether rows of (…, transactions), (…, unit, points as text) and (…, bucket, payload) add up to nothing."""
    left: dict[str, int] = {}
    for row in rows:
        if len(row) == 3:
            left[""] = left.get("", 0) + row[2]
        elif isinstance(row[2], str):
            left[row[2]] = left.get(row[2], 0) + int(row[3])
        elif row[2] != bucket_of(account_id) or not _subtracted(left, row[3]):
            return False
    return not any(left.values())


def _subtracted(left: dict[str, int], payload: str) -> bool:
    try:
        content = json.loads(payload)
        for unit, points in [("", content["transactions"]), *content["points"].items()]:
            left[unit] = left.get(unit, 0) - points
    except (ValueError, LookupError, TypeError, AttributeError):
        return False
    return True


def wrong_system_books(connection: Connection) -> Iterator[str]:
    """Books of the system whose deltas are not the sums of their postings, by bucket."""
    left: dict[tuple[int, str, str], int] = {}
    for account_id, book, unit, amount in journal.system_postings(connection):
        key = (bucket_of(account_id), book, unit)
        left[key] = left.get(key, 0) + int(amount)
    for bucket, book, unit, amount in journal.deltas(connection):
        left[bucket, book, unit] = left.get((bucket, book, unit), 0) - int(amount)
    for (bucket, book, unit), amount in sorted(left.items()):
        if amount:
            yield f"bucket {bucket}, book {book}, unit {unit}: postings and deltas differ by {amount}"


def wrong_buckets(connection: Connection) -> Iterator[str]:
    """Accounts in a bucket that is not theirs."""
    for account_id, bucket in journal.account_buckets(connection):
        if bucket != bucket_of(account_id):
            yield f"account {account_id}: found bucket {bucket}, expected {bucket_of(account_id)}"
