"""The journal as a stream, in the order of its sequence and in flat memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, case, select

from treuwerk.domain.ledger import FOREVER
from treuwerk.domain.records import JournalRow, PostingRow, Use
from treuwerk.store.tables import (
    account,
    activity,
    journal,
    lot,
    lot_use,
    posting,
    purchase_identity,
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
    uses: Mapping[int, Sequence[Use]] = MappingProxyType({})


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


def all_transactions(connection: Connection) -> Iterator[tuple[JournalRow, tuple[str, str] | None, list[PostingRow]]]:
    """Every transaction, sealed or not, with kind and business key of the one it refers to, and its postings."""
    other = journal.alias()
    heads = select(journal, other.c.kind, other.c.business_key).outerjoin(
        other, and_(other.c.account_id == journal.c.account_id, other.c.id == journal.c.refers_to))
    order = (posting.c.account_id, posting.c.transaction_id, posting.c.line)
    groups = groupby(_stream(connection, select(posting).order_by(*order)), key=itemgetter(0, 1))
    of, legs = next(groups, (None, iter(())))
    for head in _stream(connection, heads.order_by(journal.c.account_id, journal.c.id)):
        while of is not None and of < tuple(head[:2]):
            of, legs = next(groups, (None, iter(())))
        mine = [PostingRow(*leg) for leg in legs] if of == tuple(head[:2]) else []
        yield JournalRow(*head[:-2]), None if head[-1] is None else (head[-2], head[-1]), mine


def lots_with_keys(connection: Connection) -> Iterator[Any]:
    """Every lot with kind and business key of the transaction that made it."""
    yield from _stream(connection, select(lot, journal.c.kind, journal.c.business_key).join(
        journal, and_(journal.c.account_id == lot.c.account_id, journal.c.id == lot.c.transaction_id)))


def seals(connection: Connection) -> Iterator[Any]:
    """All seals in their order."""
    yield from _stream(connection, select(seal).order_by(seal.c.number))


def claimed_activities(connection: Connection) -> Iterator[Any]:
    """Activities, each with key and content of its claim, and whether an accrual rests on just these."""
    claim = purchase_identity.c
    of = and_(journal.c.account_id == activity.c.account_id, journal.c.id == activity.c.id,
              journal.c.kind == "accrual", journal.c.business_key == claim.key, journal.c.evidence == claim.content)
    yield from _stream(connection, select(activity, claim.key, claim.content, case((journal.c.id.is_(None), 0), else_=1)
                                          .label("booked"))
                       .select_from(activity.join(purchase_identity, and_(activity.c.account_id == claim.account_id,
                                                                          activity.c.id == claim.line_id))
                                    .outerjoin(journal, of)))


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
