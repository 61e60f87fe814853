"""The chain: committed transactions get their gapless sequence, batch by batch.

Bulk batches seal themselves. Single bookings wait in `unsealed`, so that none of them waits for the chain; they are
sealed together before anything is shown that rests on the chain.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, insert, select, text

from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import FIRST_HEAD, bucket_of, chained
from treuwerk.domain.records import Digest
from treuwerk.store.bulk import insert_rows
from treuwerk.store.journal import entries
from treuwerk.store.tables import journal, seal, sealed, unsealed

_ROOM = 2**20
_ANY_WAITS = text("SELECT EXISTS (SELECT 1 FROM unsealed)")
AT_ONCE = 5_000  # transactions under one seal of those that wait
_LOCK = text("SELECT pg_advisory_xact_lock(7305807861349)")  # any fixed number, the same for all writers
_DELTAS = text(
    "SELECT p.account_id, p.book, p.unit, SUM(p.amount) FROM sealed s JOIN posting p ON p.account_id = s.account_id "
    "AND p.transaction_id = s.transaction_id WHERE s.sequence BETWEEN :first AND :last "
    "AND p.book NOT IN ('participant', 'pending', 'held', 'deficit') GROUP BY p.account_id, p.book, p.unit")
_ADD_DELTA = text(
    "INSERT INTO balance_delta (source_id, bucket, book, unit, amount) "
    "VALUES (:source, :bucket, :book, :unit, :amount) "
    "ON CONFLICT (source_id, bucket, book, unit) DO UPDATE SET amount = balance_delta.amount + excluded.amount")
_NO_LONGER_WAITING = text(
    "DELETE FROM unsealed WHERE (account_id, transaction_id) IN (SELECT account_id, transaction_id FROM sealed "
    "WHERE sequence BETWEEN :first AND :last)")


def append_seal(connection: Connection, members: Sequence[tuple[int, int]], digest: str, now: int) -> int:
    """Seal (account, transaction) pairs in this order under the digest of their records; returns the seal's number.

    None of them was booked after `now`: who asks for the books of a past instant relies on it.
    Called last in a transaction: writers wait for each other from here to the commit. On PostgreSQL a lock makes them
    wait; were it missing, the unique previous head would let one of them fail instead of forking the chain.
    """
    last = _last_seal(connection)
    _number_members(connection, last, members)
    return _append(connection, last, len(members), digest, now)


def seal_pending(connection: Connection, now: int) -> int:
    """Seal what single bookings left behind, oldest first; returns how many transactions there were.

    Deltas of the books of the system are written per seal, bucket, book and unit. Two sealers at once take turns.
    """
    total, last = 0, _last_seal(connection)
    while members := _waiting(connection):
        _number_members(connection, last, members)
        first, final = last.last_sequence + 1, last.last_sequence + len(members)
        digest, newest = Digest(), now
        for entry in entries(connection, first, final):
            digest.add(entry.row, entry.postings, entry.uses)
            newest = max(newest, entry.row.booked_at)
        _append(connection, last, len(members), digest.hexadecimal(), newest)
        _add_deltas(connection, members[0][1], first, final)
        connection.execute(_NO_LONGER_WAITING, {"first": first, "last": final})
        total, last = total + len(members), _last_seal(connection)
    return total


def ids_behind(connection: Connection, now: int) -> Iterator[int]:
    """Ids for rows made at `now`, larger than those of the batches before, also where the clock was set back.

    Single bookings that no seal covers yet count on from their account's last id, and so stay within the room between.
    """
    newest = select(sealed.c.transaction_id).order_by(sealed.c.sequence.desc()).limit(1)
    return row_ids(now, behind=(connection.execute(newest).scalar() or 0) + _ROOM)


def waiting_for_a_seal(connection: Connection) -> int:
    """How many transactions no seal covers yet."""
    return int(connection.execute(text("SELECT COUNT(*) FROM unsealed")).scalar_one())


@attrs.frozen
class _Last:
    """The end of the chain."""

    number: int
    last_sequence: int
    head: str
    sealed_at: int


def _last_seal(connection: Connection) -> _Last:
    """The end of the chain, which stays the end until this transaction is over."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)
    row = connection.execute(select(seal.c.number, seal.c.last_sequence, seal.c.head, seal.c.sealed_at)
                             .order_by(seal.c.number.desc()).limit(1)).one_or_none()
    return _Last(*row) if row else _Last(0, 0, FIRST_HEAD, 0)


def _number_members(connection: Connection, last: _Last, members: Sequence[tuple[int, int]]) -> None:
    first = last.last_sequence + 1
    insert_rows(connection, sealed, [(first + i, *member) for i, member in enumerate(members)])


def _append(connection: Connection, last: _Last, count: int, digest: str, now: int) -> int:
    """A clock that was set back does not let a seal seem older than the one before."""
    number, first, final = last.number + 1, last.last_sequence + 1, last.last_sequence + count
    connection.execute(insert(seal).values(
        number=number, first_sequence=first, last_sequence=final, digest=digest, previous_head=last.head,
        head=chained(last.head, number, first, final, digest), sealed_at=max(now, last.sealed_at)))
    return number


def _waiting(connection: Connection) -> list[tuple[int, int]]:
    if not connection.execute(_ANY_WAITS).scalar():  # SQLite would go through the whole journal to find none
        return []
    query = select(unsealed).join(journal, (journal.c.account_id == unsealed.c.account_id)
                                  & (journal.c.id == unsealed.c.transaction_id))
    rows = connection.execute(query.order_by(journal.c.booked_at, journal.c.account_id, journal.c.id).limit(AT_ONCE))
    return [(row.account_id, row.transaction_id) for row in rows]


def _add_deltas(connection: Connection, source: int, first: int, final: int) -> None:
    sums: dict[tuple[int, str, str], int] = {}
    for account_id, book, unit, amount in connection.execute(_DELTAS, {"first": first, "last": final}):
        key = (bucket_of(account_id), book, unit)
        sums[key] = sums.get(key, 0) + int(amount)
    rows: list[dict[str, Any]] = [
        {"source": source, "bucket": bucket, "book": book, "unit": unit, "amount": amount}
        for (bucket, book, unit), amount in sorted(sums.items()) if amount]
    if rows:
        connection.execute(_ADD_DELTA, rows)
