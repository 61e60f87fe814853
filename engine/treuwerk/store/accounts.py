"""One account under lock: its balances, its lots, and what its transactions moved.

Whoever books reads the balance rows first and for update: that is the lock. Everything else is read in later
statements, which on PostgreSQL see what was committed while this one waited. In one statement together, lots could be
read as they were before the wait, and spent twice.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, or_, select
from sqlalchemy import text as sql

from treuwerk.domain.ledger import Book, TransactionKind
from treuwerk.domain.lots import Lot, Part
from treuwerk.domain.records import JournalRow
from treuwerk.store.driver import both, fetched
from treuwerk.store.tables import balance, journal, lot, lot_use, posting, purchase_line
from treuwerk.store.tables.ledger import begun

_TAKING_BACK = (TransactionKind.REVERSAL.value, TransactionKind.UNMERGE_OUT.value)
_AT_ONCE = 500
_SPENDING = (lot.c.expires_at, lot.c.transaction_id, lot.c.line)
_IN_DEFICIT = both("SELECT account_id, unit FROM balance WHERE deficit > 0 ORDER BY account_id, unit")
_OPEN = sql("lot.open")  # the bare column, as the partial index has it; "open = 1" would not meet its predicate


class Standing(NamedTuple):
    """The balance row of one unit: spendable, reserved, pending, missing points; `kept_until` see `PostingRow`."""

    posted: int = 0
    held: int = 0
    pending: int = 0
    deficit: int = 0
    kept_until: int | None = None


_STANDING = ("SELECT unit, posted, held, pending, deficit, keeps_until FROM balance WHERE account_id = :account "
             "ORDER BY unit")
_LOCK = both(_STANDING, postgresql_suffix=" FOR UPDATE")  # SQLite has one writer anyway


def lock(connection: Connection, account_id: int, units: Iterable[str] | None = None) -> dict[str, Standing]:
    """The standing of an account by unit, or of these units; nobody else changes it before this transaction ends."""
    if units is None:
        rows = fetched(connection, _LOCK, {"account": account_id})
    else:
        some = select(balance.c.unit, balance.c.posted, balance.c.held, balance.c.pending, balance.c.deficit,
                      balance.c.keeps_until).where(balance.c.account_id == account_id, balance.c.unit.in_(list(units)))
        rows = [tuple(row) for row in connection.execute(some.order_by(balance.c.unit).with_for_update())]
    return {unit: Standing(*parts) for unit, *parts in rows}


_VERSIONS = both("SELECT unit, version FROM balance WHERE account_id = :account")


def versions_of(connection: Connection, account_id: int) -> dict[str, int]:
    """The version of each balance of an account, without a lock; every booking changes it."""
    return dict(fetched(connection, _VERSIONS, {"account": account_id}))


def forgotten(connection: Connection, account_ids: Iterable[int], now: int) -> list[tuple[int, str]]:
    """(account, unit) of these accounts whose points went by inactivity and were not booked out yet.

    The rows of all of them are locked, in ascending order: whoever asks is about to change them.
    """
    ordered, found = sorted(account_ids), list[tuple[int, str]]()
    for start in range(0, len(ordered), _AT_ONCE):
        rows = connection.execute(
            select(balance.c.account_id, balance.c.unit, balance.c.posted, balance.c.keeps_until)
            .where(balance.c.account_id.in_(ordered[start:start + _AT_ONCE]))
            .order_by(balance.c.account_id, balance.c.unit).with_for_update())
        found += [(account_id, unit) for account_id, unit, posted, kept in rows
                  if posted and kept is not None and kept <= now]
    return found


_KEPT_BY = both("SELECT MAX(keeps_until) FROM posting WHERE account_id = :account AND transaction_id = :since "
                "AND unit = :unit")
_FORGOTTEN = both(
    "SELECT MIN(kept) FROM (SELECT p.transaction_id, j.booked_at, MAX(p.keeps_until) OVER (ORDER BY p.transaction_id, "
    "p.line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS kept FROM posting p JOIN journal j "
    "ON j.account_id = p.account_id AND j.id = p.transaction_id WHERE p.account_id = :account AND p.unit = :unit "
    "AND p.keeps_until IS NOT NULL) AS activity WHERE transaction_id > :since AND kept <= booked_at")


def forgotten_since(connection: Connection, account_id: int, unit: str, since: int, now: int) -> int | None:
    """When the points of a unit first went by inactivity behind a transaction and before later activity.

    What the transaction itself kept alive until now needs no look at the history of the account.
    """
    kept = fetched(connection, _KEPT_BY, {"account": account_id, "since": since, "unit": unit})[0][0]
    if kept is not None and kept > now:
        return None
    first: int | None = fetched(connection, _FORGOTTEN, {"account": account_id, "since": since, "unit": unit})[0][0]
    return first


_LAST = both("SELECT MAX(id) FROM journal WHERE account_id = :account")
_LAST_AND_KNOWN = both(
    "SELECT (SELECT MAX(id) FROM journal WHERE account_id = :account) AS last, known.* FROM (SELECT 1 AS one) AS one "
    "LEFT JOIN journal AS known ON known.account_id = :account AND known.business_key = :key")


def last_id(connection: Connection, account_id: int) -> int:
    """The largest id of its transactions, 0 without any."""
    return fetched(connection, _LAST, {"account": account_id})[0][0] or 0


def last_id_and_known(connection: Connection, account_id: int, key: str) -> tuple[int, JournalRow | None]:
    """The largest id of its transactions, and the one with this business key."""
    last, *row = fetched(connection, _LAST_AND_KNOWN, {"account": account_id, "key": key})[0]
    return last or 0, JournalRow(*row) if row[0] is not None else None


def transaction_by_id(connection: Connection, account_id: int, transaction_id: int) -> JournalRow | None:
    """The transaction with this id."""
    row = connection.execute(select(journal).where(
        journal.c.account_id == account_id, journal.c.id == transaction_id)).one_or_none()
    return JournalRow(*row) if row else None


_LOTS = ("SELECT transaction_id, line, remaining, expires_at FROM lot WHERE account_id = :account AND unit = :unit "
         f"AND open AND book = 'participant' AND {begun('lot', ':now')} ORDER BY expires_at, transaction_id, line")
_SOME_LOTS = [(some, both(f"{_LOTS} LIMIT {some}")) for some in (16, 256)]
_ALL_LOTS = both(_LOTS)


def open_lots(connection: Connection, account_id: int, unit: str, now: int, amount: int) -> list[Lot]:
    """Active lots in the order of spending, also those that have expired and were not booked out yet.

    As many as `amount` needs, or all there are. The first few are enough for nearly everybody, and cost the same
    whatever the account has.
    """
    of = {"account": account_id, "unit": unit, "now": now}
    for some, statement in _SOME_LOTS:
        found = [Lot(*row) for row in fetched(connection, statement, of)]
        if len(found) < some or sum([lot.remaining for lot in found]) >= amount:
            return found
    return [Lot(*row) for row in fetched(connection, _ALL_LOTS, of)]


def all_lots(connection: Connection, account_id: int, unit: str, book: Book) -> list[Lot]:
    """All open lots of a book in the order of spending, active or not."""
    return [Lot(*row) for row in connection.execute(_lots(account_id, unit).where(lot.c.book == book.value))]


def waiting_lots(connection: Connection, account_id: int, transaction_id: int) -> list[tuple[str, Lot]]:
    """Unit and lot of what a transaction brought and still waits for an act, by line."""
    rows = connection.execute(select(lot.c.unit, lot.c.transaction_id, lot.c.line, lot.c.remaining, lot.c.expires_at)
                              .where(lot.c.account_id == account_id, lot.c.transaction_id == transaction_id,
                                     lot.c.book == Book.PENDING.value, _OPEN).order_by(lot.c.line))
    return [(unit, Lot(*rest)) for unit, *rest in rows]


def _lots(account_id: int, unit: str) -> Select[*tuple[Any, ...]]:
    return select(lot.c.transaction_id, lot.c.line, lot.c.remaining, lot.c.expires_at).where(
        lot.c.account_id == account_id, lot.c.unit == unit, _OPEN).order_by(*_SPENDING)


def parts_of(connection: Connection, account_id: int, transaction_ids: Sequence[int], book: Book, *,
             given: bool = False) -> dict[str, list[Part]]:
    """By unit: what transactions took in a book from lots, or what they gave, in the order of spending."""
    moved = func.sum(lot_use.c.amount)
    rows = connection.execute(
        select(lot.c.unit, lot.c.transaction_id, lot.c.line, moved, lot.c.expires_at)
        .join(lot, and_(lot.c.account_id == lot_use.c.account_id, lot.c.transaction_id == lot_use.c.lot_transaction_id,
                        lot.c.line == lot_use.c.lot_line))
        .where(lot_use.c.account_id == account_id, lot_use.c.transaction_id.in_(transaction_ids),
               lot_use.c.book == book.value, lot_use.c.amount < 0 if given else lot_use.c.amount > 0)
        .group_by(lot.c.unit, lot.c.transaction_id, lot.c.line, lot.c.expires_at).order_by(*_SPENDING))
    found: dict[str, list[Part]] = {}
    for unit, lot_transaction, line, amount, expires_at in rows:
        found.setdefault(unit, []).append(Part(lot_transaction, line, abs(int(amount)), expires_at))
    return found


def referring(connection: Connection, account_id: int, transaction_id: int,
              kinds: Iterable[str] = ()) -> list[JournalRow]:
    """Transactions that refer to this one, oldest first; `kinds` narrows them."""
    query = select(journal).where(journal.c.account_id == account_id, journal.c.refers_to == transaction_id)
    wanted = list(kinds)
    if wanted:
        query = query.where(or_(*(journal.c.kind == kind for kind in wanted)))
    return [JournalRow(*row) for row in connection.execute(query.order_by(journal.c.id))]


def pieces_bought(connection: Connection, account_id: int, purchase_id: int) -> int | None:
    """Base units of a purchase line; None where the transaction rests on something else."""
    return connection.execute(select(purchase_line.c.quantity).where(
        purchase_line.c.account_id == account_id, purchase_line.c.id == purchase_id)).scalar_one_or_none()


def expired_of(connection: Connection, account_id: int, transaction_ids: Sequence[int]) -> dict[str, int]:
    """By unit: what of the lots that transactions made was booked out as expired, also behind a cancellation."""
    rows = connection.execute(_moved_into(Book.EXPIRED, lot.c.unit, account_id, transaction_ids))
    return {unit: int(amount) for unit, amount in rows}


def losses_of(connection: Connection, account_id: int, lot_transactions: Sequence[int],
              unit: str) -> tuple[dict[int, int], dict[int, int]]:
    """What the programme lost when credits were taken back and did not recover since, and the accrual behind each lot.

    `lot_transactions` are those that made the lots. Without a loss both answers are empty.
    """
    behind = {number: number for number in lot_transactions} | _activated(connection, account_id,
                                                                          journal.c.id.in_(lot_transactions))
    accruals = sorted(set(behind.values()))
    lost = select(journal.c.refers_to, func.sum(posting.c.amount)).join(posting, and_(
        posting.c.account_id == journal.c.account_id, posting.c.transaction_id == journal.c.id)).where(
        journal.c.account_id == account_id, journal.c.refers_to.in_(accruals),
        journal.c.kind.in_(_TAKING_BACK), posting.c.book == Book.CLAWBACK.value,
        posting.c.unit == unit).group_by(journal.c.refers_to)
    losses = {accrual: -int(amount) for accrual, amount in connection.execute(lost)}
    if not losses:
        return {}, {}
    origins = behind | {accrual: accrual for accrual in losses} | _activated(
        connection, account_id, journal.c.refers_to.in_(list(losses)))
    recovered = _moved_into(Book.CLAWBACK, lot_use.c.lot_transaction_id, account_id, list(origins))
    for number, amount in connection.execute(recovered.where(lot.c.unit == unit)):
        losses[origins[number]] -= int(amount)
    return losses, origins


def _activated(connection: Connection, account_id: int, condition: Any) -> dict[int, int]:
    """Activation → the accrual whose points it made spendable."""
    rows = connection.execute(select(journal.c.id, journal.c.refers_to).where(
        journal.c.account_id == account_id, journal.c.kind == TransactionKind.ACTIVATION.value, condition))
    return {row.id: row.refers_to for row in rows}


def _moved_into(book: Book, by: Any, account_id: int, transaction_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """What went from lots that transactions made into a book of the system: the leg behind the one that took it."""
    into = posting.alias("into")
    return (select(by, func.sum(lot_use.c.amount))
            .join(lot, and_(lot.c.account_id == lot_use.c.account_id,
                            lot.c.transaction_id == lot_use.c.lot_transaction_id, lot.c.line == lot_use.c.lot_line))
            .join(into, and_(into.c.account_id == lot_use.c.account_id,
                             into.c.transaction_id == lot_use.c.transaction_id, into.c.line == lot_use.c.line + 1))
            .where(lot_use.c.account_id == account_id, lot_use.c.lot_transaction_id.in_(transaction_ids),
                   lot_use.c.amount > 0, lot_use.c.book == Book.PARTICIPANT.value, into.c.book == book.value,
                   into.c.amount > 0)
            .group_by(by))


def booked_in(connection: Connection, account_id: int, transaction_ids: Sequence[int], book: Book) -> dict[str, int]:
    """By unit: the sum of these transactions in a book."""
    rows = connection.execute(select(posting.c.unit, func.sum(posting.c.amount)).where(
        posting.c.account_id == account_id, posting.c.transaction_id.in_(transaction_ids),
        posting.c.book == book.value).group_by(posting.c.unit))
    return {unit: int(amount) for unit, amount in rows}


def legs_of(connection: Connection, account_id: int, transaction_id: int) -> list[Any]:
    """All postings of a transaction in the order of their lines."""
    return list(connection.execute(select(posting).where(
        posting.c.account_id == account_id, posting.c.transaction_id == transaction_id).order_by(posting.c.line)))


def due_lots(connection: Connection, account_id: int, unit: str, now: int, kept_until: int | None) -> list[Lot]:
    """Open lots of points that have expired at `now`; all of them, where the unit was kept only until then."""
    query = _lots(account_id, unit).where(lot.c.book == Book.PARTICIPANT.value)
    if kept_until is None or kept_until > now:
        query = query.where(lot.c.expires_at <= now)
    return [Lot(*row) for row in connection.execute(query)]


def in_deficit(connection: Connection) -> list[tuple[int, str]]:
    """(account, unit) of all that owe points, in ascending order."""
    return fetched(connection, _IN_DEFICIT, ())
