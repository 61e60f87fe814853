"""The journal as a stream, in the order of its sequence and in flat memory."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, select

from treuwerk.domain.records import JournalRow, PostingRow
from treuwerk.store.tables import journal, posting, purchase_line, seal, sealed

_AT_ONCE = 5_000


class Entry(NamedTuple):
    """One transaction with its place in the sequence."""

    sequence: int
    row: JournalRow
    postings: list[PostingRow]


def entries(connection: Connection) -> Iterator[Entry]:
    """All sealed transactions. One that the journal lacks is passed over: counting finds it."""
    heads = _stream(connection, select(sealed.c.sequence, journal).select_from(sealed.join(journal, _is(journal.c.id)))
                    .order_by(sealed.c.sequence))
    legs = _stream(connection, select(sealed.c.sequence, posting)
                   .select_from(sealed.join(posting, _is(posting.c.transaction_id)))
                   .order_by(sealed.c.sequence, posting.c.line))
    grouped = groupby(legs, key=lambda leg: leg[0])
    sequence, group = next(grouped, (None, iter(())))
    for head in heads:
        while sequence is not None and sequence < head[0]:
            sequence, group = next(grouped, (None, iter(())))
        mine = [PostingRow(*leg[1:]) for leg in group] if sequence == head[0] else []
        yield Entry(head[0], JournalRow(*head[1:]), mine)


def seals(connection: Connection) -> Iterator[Any]:
    """All seals in their order."""
    yield from _stream(connection, select(seal).order_by(seal.c.number))


def scored_purchases(connection: Connection) -> Iterator[Any]:
    """Purchase lines that earned, each with the evidence and the cause that its transaction names."""
    query = select(purchase_line, journal.c.evidence, journal.c.cause).join(
        journal, and_(journal.c.account_id == purchase_line.c.account_id, journal.c.id == purchase_line.c.id))
    yield from _stream(connection, query)


def _is(transaction_id: Any) -> Any:
    table = transaction_id.table
    return and_(table.c.account_id == sealed.c.account_id, transaction_id == sealed.c.transaction_id)


def _stream(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """Rows as they come; the cursor of the server is closed also where the reader stops before the end."""
    with connection.execute(query, execution_options={"yield_per": _AT_ONCE}) as result:
        yield from result
