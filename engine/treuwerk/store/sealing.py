"""The chain: committed transactions get their gapless sequence, batch by batch."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, text

from treuwerk.domain.ledger import FIRST_HEAD, chained
from treuwerk.domain.records import Digest, record
from treuwerk.store.bulk import insert_rows
from treuwerk.store.journal import unsealed_entries
from treuwerk.store.tables import seal, sealed, unsealed

_LOCK = text("SELECT pg_advisory_xact_lock(7305807861349)")  # any fixed number, the same for all writers


def append_seal(connection: Connection, members: Sequence[tuple[int, int]], digest: str, now: int) -> int:
    """Seal (account, transaction) pairs in this order under the digest of their records; returns the seal's number.

    Called last in a transaction: writers wait for each other from here to the commit. On PostgreSQL a lock makes them
    wait; were it missing, the unique previous head would let one of them fail instead of forking the chain.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)
    last = connection.execute(select(seal.c.number, seal.c.last_sequence, seal.c.head)
                              .order_by(seal.c.number.desc()).limit(1)).one_or_none()
    number, before, previous = (last.number + 1, last.last_sequence, last.head) if last else (1, 0, FIRST_HEAD)
    first, final = before + 1, before + len(members)
    insert_rows(connection, sealed, [(first + i, *member) for i, member in enumerate(members)])
    connection.execute(insert(seal).values(
        number=number, first_sequence=first, last_sequence=final, digest=digest, previous_head=previous,
        head=chained(previous, number, first, final, digest), sealed_at=now))
    return number


def seal_pending(connection: Connection, now: int) -> int:
    """Seal what single bookings left behind, in the order of their ids; returns how many there were.

    Called in a writing transaction. Whoever seals at the same time is waited for, so that afterwards all that was
    committed before has its place in the sequence.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)
    members, digest = [], Digest()
    for entry in unsealed_entries(connection):
        members.append((entry.row.account_id, entry.row.id))
        digest.add(record(entry.row, entry.postings, entry.uses))
    if members:
        append_seal(connection, members, digest.hexadecimal(), now)
        connection.execute(
            delete(unsealed).where(unsealed.c.account_id == bindparam("account"),
                                   unsealed.c.transaction_id == bindparam("transaction")),
            [{"account": account_id, "transaction": transaction_id} for account_id, transaction_id in members])
    return len(members)
