"""The journal as a stream, in the order of its sequence and in flat memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, select

from treuwerk.domain.ledger import FOREVER, LOT_BOOKS, OWN_BOOKS
from treuwerk.domain.records import NO_USES, JournalRow, PostingRow, Use
from treuwerk.store.tables import (
    account,
    activity,
    balance_delta,
    journal,
    lot_use,
    outbox,
    posting,
    purchase_identity,
    purchase_line,
    seal,
    sealed,
)

_AT_ONCE = 5_000
_NOTHING: tuple[None, Iterator[Any]] = (None, iter(()))


class Entry(NamedTuple):
    """One transaction with its place in the sequence."""

    sequence: int
    row: JournalRow
    postings: list[PostingRow]
    uses: Mapping[int, Sequence[Use]] = NO_USES


def entries(connection: Connection, first: int = 1, last: int = FOREVER) -> Iterator[Entry]:
    """Sealed transactions of a range of the sequence. One that the journal lacks is passed over: counting finds it."""
    within = sealed.c.sequence.between(first, last)
    heads = _stream(connection, select(sealed.c.sequence, journal).select_from(sealed.join(journal, _is(journal.c.id)))
                    .where(within).order_by(sealed.c.sequence))
    legs = _Groups(_stream(connection, select(sealed.c.sequence, posting)
                           .select_from(sealed.join(posting, _is(posting.c.transaction_id)))
                           .where(within).order_by(sealed.c.sequence, posting.c.line)))
    uses = _Groups(_stream(connection, select(sealed.c.sequence, lot_use)
                           .select_from(sealed.join(lot_use, _is(lot_use.c.transaction_id)))
                           .where(within).order_by(sealed.c.sequence, lot_use.c.line, lot_use.c.lot_transaction_id,
                                                   lot_use.c.lot_line)))
    for head in heads:
        mine = [PostingRow(*leg[1:]) for leg in legs.of(head[0])]
        yield Entry(head[0], JournalRow(*head[1:]), mine, by_line(Use(*use[1:]) for use in uses.of(head[0])))


def by_line(uses: Iterable[Use]) -> dict[int, list[Use]]:
    """Uses by the line of their posting."""
    found: dict[int, list[Use]] = {}
    for use in uses:
        found.setdefault(use.line, []).append(use)
    return found


class _Groups:
    """Rows that come in the order of their sequence, handed out sequence by sequence."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._groups: Iterator[tuple[int | None, Iterator[Any]]] = groupby(rows, key=itemgetter(0))
        self._sequence, self._group = next(self._groups, _NOTHING)

    def of(self, sequence: int) -> Iterator[Any]:
        """The rows of a sequence, which is larger than the one before."""
        while self._sequence is not None and self._sequence < sequence:
            self._sequence, self._group = next(self._groups, _NOTHING)
        return self._group if self._sequence == sequence else iter(())


def seals(connection: Connection) -> Iterator[Any]:
    """All seals in their order."""
    yield from _stream(connection, select(seal).order_by(seal.c.number))


def claimed_purchases(connection: Connection) -> Iterator[Any]:
    """Purchase lines, each with key and content of its claim; with the cause of its transaction, where it earned."""
    claim, line = purchase_identity.c, purchase_line.c
    query = select(purchase_line, claim.key, claim.content, journal.c.cause).select_from(
        purchase_identity.join(purchase_line, and_(line.account_id == claim.account_id, line.id == claim.line_id))
        .outerjoin(journal, and_(journal.c.account_id == line.account_id, journal.c.id == line.id)))
    yield from _stream(connection, query)


def claimed_activities(connection: Connection) -> Iterator[Any]:
    """Activities, each with key and content of its claim."""
    claim = purchase_identity.c
    yield from _stream(connection, select(activity, claim.key, claim.content).join(
        purchase_identity, and_(activity.c.account_id == claim.account_id, activity.c.id == claim.line_id)))


def transactions_by_time(connection: Connection) -> Iterator[Any]:
    """(account, booking instant, number of accruals), in this order."""
    of = (journal.c.account_id, journal.c.booked_at)
    accruals = select(*of, func.count()).where(journal.c.kind == "accrual")
    yield from _stream(connection, accruals.group_by(*of).order_by(*of))


def credits_by_time(connection: Connection) -> Iterator[Any]:
    """(account, booking instant, unit, points of accruals), in this order."""
    of = (journal.c.account_id, journal.c.booked_at)
    mine = and_(posting.c.account_id == journal.c.account_id, posting.c.transaction_id == journal.c.id,
                posting.c.book.in_(LOT_BOOKS))
    yield from _stream(connection, select(*of, posting.c.unit, func.sum(posting.c.amount)).select_from(
        journal.join(posting, mine)).where(journal.c.kind == "accrual").group_by(*of, posting.c.unit).order_by(*of))


def messages(connection: Connection, topic: str) -> Iterator[Any]:
    """Messages of a topic by account and time."""
    query = select(outbox).where(outbox.c.topic == topic).order_by(outbox.c.account_id, outbox.c.created_at)
    yield from _stream(connection, query)


def system_postings(connection: Connection) -> Iterator[Any]:
    """(home account, book, unit, sum of postings) of the books of the system."""
    of = (posting.c.account_id, posting.c.book, posting.c.unit)
    yield from _stream(connection, select(*of, func.sum(posting.c.amount)).where(posting.c.book.not_in(OWN_BOOKS))
                       .group_by(*of))


def deltas(connection: Connection) -> Iterator[Any]:
    """(bucket, book, unit, sum of deltas) of the books of the system."""
    of = (balance_delta.c.bucket, balance_delta.c.book, balance_delta.c.unit)
    yield from _stream(connection, select(*of, func.sum(balance_delta.c.amount)).group_by(*of))


def account_buckets(connection: Connection) -> Iterator[Any]:
    """(account, bucket) of all accounts."""
    yield from _stream(connection, select(account.c.account_id, account.c.bucket))


def _is(transaction_id: Any) -> Any:
    table = transaction_id.table
    return and_(table.c.account_id == sealed.c.account_id, transaction_id == sealed.c.transaction_id)


def _stream(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """Rows as they come; the cursor of the server is closed also where the reader stops before the end."""
    with connection.execute(query, execution_options={"yield_per": _AT_ONCE}) as result:
        yield from result
