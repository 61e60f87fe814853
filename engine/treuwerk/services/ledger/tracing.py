"""Points traced through the books: from which credits a booking took them, and what became of those of a credit."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection, Row, func, select, text

from treuwerk.domain import ids
from treuwerk.domain.ledger import FOREVER, Book, TransactionKind
from treuwerk.store.tables import activity, journal, lot_use, posting, purchase_line

_AT_ONCE = 500
_UNDOING = (TransactionKind.REVERSAL.value, TransactionKind.CANCELLATION.value)
_SELECTS_AT_ONCE = 100


@attrs.frozen
class Origin:
    """The booking that made a lot: its kind and day, and the document line or activity that it rests on, if any."""

    booking: str
    kind: str
    occurred_on: date
    document: str = ""
    line: str = ""
    activity: str = ""
    code: str = ""


@attrs.frozen
class Source:
    """Points that a booking took from a lot (above zero) or gave back to it (below); `expires_at` None: never."""

    unit: str
    amount: int
    expires_at: int | None
    origin: Origin


@attrs.frozen
class Sources:
    """Where the points of a booking came from, first to go first; `more`: there are further ones, not listed."""

    listed: tuple[Source, ...] = ()
    more: bool = False


@attrs.frozen
class Usage:
    """What another booking did to the points of a lot: taken above zero, given back below."""

    line: int
    booking: str
    kind: str
    occurred_on: date
    booked_at: int
    amount: int


@attrs.frozen
class Usages:
    """What became of the points of a booking's lots; `more`: there are further ones, not listed."""

    listed: tuple[Usage, ...] = ()
    more: bool = False


@attrs.frozen
class Related:
    """Another booking that this one refers to, or that refers to it; `amounts` are what it changed the balance by."""

    booking: str
    kind: str
    occurred_on: date
    booked_at: int = 0
    cause: str = ""
    amounts: Mapping[str, int] = attrs.field(factory=dict)


def origins(connection: Connection, account_id: int, transactions: Collection[int]) -> dict[int, Origin]:
    """The origins of lots by the transaction that made them."""
    wanted, found = sorted(transactions), dict[int, Origin]()
    for start in range(0, len(wanted), _AT_ONCE):
        rows = connection.execute(_origins().where(
            journal.c.account_id == account_id, journal.c.id.in_(wanted[start : start + _AT_ONCE])))
        found |= {row.id: _origin(row) for row in rows}
    return found


def _origins() -> Any:
    line = (purchase_line.c.account_id == journal.c.account_id) & (purchase_line.c.id == journal.c.id)
    act = (activity.c.account_id == journal.c.account_id) & (activity.c.id == journal.c.id)
    return select(journal.c.account_id, journal.c.id, journal.c.kind, journal.c.occurred_on, purchase_line.c.document,
                  purchase_line.c.line, activity.c.kind.label("activity"), activity.c.code).select_from(
        journal.join(purchase_line, line, isouter=True).join(activity, act, isouter=True))


def _origin(row: Row[Any]) -> Origin:
    return Origin(ids.public_id(ids.TRANSACTION, row.account_id, row.id), row.kind, date.fromisoformat(row.occurred_on),
                  row.document or "", row.line or "", row.activity or "", row.code or "")


def sources(connection: Connection, account_id: int, bookings: Collection[tuple[int, str]],
            limit: int = 20) -> dict[int, Sources]:
    """Sources of bookings, given as (transaction, kind), by transaction; at most `limit` lots of each.

    A capture spends what its hold took, so its lots are those of the book of held points.
    """
    uses = list[Row[Any]]()
    wanted = list(bookings)
    for start in range(0, len(wanted), _SELECTS_AT_ONCE):
        uses += _uses(connection, account_id, wanted[start : start + _SELECTS_AT_ONCE], limit + 1)
    made_by = origins(connection, account_id, {use.lot_transaction_id for use in uses})
    found: dict[int, list[Row[Any]]] = {}
    for use in uses:
        found.setdefault(use.transaction_id, []).append(use)
    return {transaction: Sources(tuple(_source(use, made_by) for use in sorted(rows[:limit], key=_first_to_go)),
                                 len(rows) > limit) for transaction, rows in found.items()}


def _uses(connection: Connection, account_id: int, bookings: Sequence[tuple[int, str]], limit: int) -> list[Row[Any]]:
    """A few uses of each booking, however many it has: a statement must not cost what an expiry of all lots costs."""
    parts, values = list[str](), dict[str, object]({"account": account_id, "limit": limit})
    for number, (transaction, kind) in enumerate(bookings):
        book = "= 'held'" if kind == TransactionKind.CAPTURE else "<> 'held'"
        parts.append(f"SELECT * FROM (SELECT transaction_id, line, lot_transaction_id, lot_line, amount FROM lot_use "
                     f"WHERE account_id = :account AND transaction_id = :t{number} AND book {book} "
                     f"ORDER BY line, lot_transaction_id, lot_line LIMIT :limit) AS u{number}")
        values[f"t{number}"] = transaction
    if not parts:
        return []
    return list(connection.execute(text(
        # CROSS JOIN keeps SQLite from passing over all lots of the account and asking for the uses of each.
        f"SELECT u.*, l.unit, l.expires_at FROM ({' UNION ALL '.join(parts)}) u CROSS JOIN lot l "
        "WHERE l.account_id = :account AND l.transaction_id = u.lot_transaction_id AND l.line = u.lot_line"), values))


def _first_to_go(use: Row[Any]) -> tuple[str, int, int, int]:
    return use.unit, use.expires_at, use.lot_transaction_id, use.lot_line


def _source(use: Row[Any], made_by: dict[int, Origin]) -> Source:
    return Source(use.unit, use.amount, None if use.expires_at == FOREVER else use.expires_at,
                  made_by[use.lot_transaction_id])


def usages(connection: Connection, account_id: int, transaction: int, limit: int = 100) -> Usages:
    """What was done to the lots of a booking, oldest first. Moves between reserved and spent are not told twice."""
    rows = connection.execute(
        select(lot_use.c.lot_line, lot_use.c.amount, journal.c.account_id, journal.c.id, journal.c.kind,
               journal.c.occurred_on, journal.c.booked_at)
        .join(journal, (journal.c.account_id == lot_use.c.account_id) & (journal.c.id == lot_use.c.transaction_id))
        .where(lot_use.c.account_id == account_id, lot_use.c.lot_transaction_id == transaction,
               lot_use.c.book != Book.HELD.value)
        .order_by(journal.c.id, lot_use.c.line).limit(limit + 1)).all()
    return Usages(tuple(Usage(
        row.lot_line, ids.public_id(ids.TRANSACTION, row.account_id, row.id), row.kind,
        date.fromisoformat(row.occurred_on), row.booked_at, row.amount) for row in rows[:limit]), len(rows) > limit)


def related(connection: Connection, account_id: int, transaction: int, refers_to: int | None) -> tuple[Related, ...]:
    """The booking that this one refers to, and those that refer to it, in the order of time."""
    own = select(journal.c.account_id, journal.c.id, journal.c.kind, journal.c.occurred_on, journal.c.booked_at,
                 journal.c.cause).where(journal.c.account_id == account_id)
    rows = list(connection.execute(own.where(journal.c.id == refers_to))) if refers_to is not None else []
    rows += connection.execute(own.where(journal.c.refers_to == transaction)
                               .order_by(journal.c.id).limit(_SELECTS_AT_ONCE))
    amounts = _changes(connection, account_id, [row.id for row in rows]) if rows else {}
    return tuple(Related(ids.public_id(ids.TRANSACTION, row.account_id, row.id), row.kind,
                         date.fromisoformat(row.occurred_on), row.booked_at, row.cause, amounts.get(row.id, {}))
                 for row in rows)


def undone_by(connection: Connection, account_id: int, transactions: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The public ids of bookings that took these back, wholly or in part, oldest first."""
    rows = connection.execute(select(journal.c.refers_to, journal.c.id).where(
        journal.c.account_id == account_id, journal.c.refers_to.in_(transactions),
        journal.c.kind.in_(_UNDOING)).order_by(journal.c.id))
    found: dict[int, tuple[str, ...]] = {}
    for of, number in rows:
        found[of] = (*found.get(of, ()), ids.public_id(ids.TRANSACTION, account_id, number))
    return found


def _changes(connection: Connection, account_id: int, transactions: Sequence[int]) -> dict[int, dict[str, int]]:
    """What bookings changed the balance by: points less what is owed."""
    rows = connection.execute(select(posting.c.transaction_id, posting.c.unit, func.sum(posting.c.amount)).where(
        posting.c.account_id == account_id, posting.c.transaction_id.in_(transactions),
        posting.c.book.in_((Book.PARTICIPANT.value, Book.DEFICIT.value))).group_by(
        posting.c.transaction_id, posting.c.unit).order_by(posting.c.transaction_id, posting.c.unit))
    found: dict[int, dict[str, int]] = {}
    for number, unit, amount in rows:
        if amount:
            found.setdefault(number, {})[unit] = int(amount)
    return found
