"""Points to measure on: opening balances in lots, written the fastest way, sealed, so that the ledger can be proven."""

import json
import random
from collections.abc import Iterator
from itertools import islice

from treuwerk.domain.ids import new_account_id, row_ids
from treuwerk.domain.ledger import FOREVER, Book, TransactionKind, bucket_of
from treuwerk.domain.records import Digest, JournalValues, PostingValues
from treuwerk.store.balances import credit
from treuwerk.store.bulk import insert_rows
from treuwerk.store.database import Database
from treuwerk.store.moving import MOVED
from treuwerk.store.sealing import append_seal
from treuwerk.store.tables import account, balance_delta, journal, lot, outbox, posting

POINTS, _AT_ONCE = 100, 20_000
UNIT = "bonus"
Lot = tuple[int, int]
"""Account, and the instant of expiry."""


def fill(database: Database, accounts: int, lots: int, due: int, lives: float, now: int, seed: int = 1) -> list[int]:
    """Lots of 100 points spread over accounts; a share that `lives` never expires, the rest is gone at `due`."""
    chance = random.Random(seed)
    people = sorted(new_account_id() for _ in range(accounts))
    with database.writing() as connection:
        insert_rows(connection, account, [(one, bucket_of(one), now) for one in people])
    wanted = ((people[chance.randrange(accounts)], FOREVER if chance.random() < lives else due) for _ in range(lots))
    number = 0
    while batch := sorted(islice(wanted, _AT_ONCE)):
        _write(database, batch, number, now)
        number += len(batch)
    return people


def _write(database: Database, lots: list[Lot], number: int, now: int) -> None:
    ids, digest = islice(row_ids(now), number * 2, None), Digest()
    heads: list[JournalValues] = []
    legs: list[PostingValues] = []
    rows: list[tuple[int, int, int, str, str, int, int, int, int, bool]] = []
    messages: list[tuple[int, int, int, str, str, int, None]] = []
    sums: dict[tuple[int, str], int] = {}
    for (owner, expires_at), txn in zip(lots, ids, strict=False):
        ends = None if expires_at == FOREVER else expires_at
        head = (owner, txn, TransactionKind.OPENING.value, f"opening|{txn}", "2025-01-01", now, "system", "benchmark",
                "0" * 32, "[]", None)
        mine = ((owner, txn, 1, Book.PARTICIPANT.value, UNIT, POINTS, now, ends, None),
                (owner, txn, 2, Book.OPENING.value, UNIT, -POINTS, None, None, None))
        heads.append(head)
        legs += mine
        rows.append((owner, txn, 1, Book.PARTICIPANT.value, UNIT, POINTS, POINTS, now, expires_at, True))
        sums[owner, UNIT] = sums.get((owner, UNIT), 0) + POINTS
        digest.add(head, mine)
        messages.append((owner, txn, bucket_of(owner), MOVED, json.dumps(
            {"transaction": str(txn), "kind": head[2], "amounts": {UNIT: POINTS}}), now, None))
    with database.writing() as connection:
        for table, values in ((journal, heads), (posting, legs), (lot, rows), (outbox, messages)):
            insert_rows(connection, table, values)
        insert_rows(connection, balance_delta, list(_deltas(sums, heads[0][1])))
        credit(connection, sums)
        append_seal(connection, [head[:2] for head in heads], digest.hexadecimal(), now)


def _deltas(sums: dict[tuple[int, str], int], source: int) -> Iterator[tuple[int, int, str, str, int]]:
    buckets: dict[int, int] = {}
    for (owner, _), points in sums.items():
        buckets[bucket_of(owner)] = buckets.get(bucket_of(owner), 0) - points
    for bucket, points in sorted(buckets.items()):
        yield source, bucket, Book.OPENING.value, UNIT, points
