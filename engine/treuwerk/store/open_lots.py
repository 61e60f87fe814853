"""What an account has now, from its balance rows and as few of its open lots as possible.

A balance needs two sums besides its row: what is over and not swept yet, and what still waits for its day. Each is a
range of an index, so that the figures cost the same with ten open lots and with a hundred thousand. What goes next is a
sum over the lots that end together.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnClause, Connection, Row, column, text

from treuwerk.domain.ids import first_row_id
from treuwerk.domain.ledger import FOREVER
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables.ledger import begun, waiting

_OWN = "FROM lot l WHERE l.account_id = b.account_id AND l.unit = b.unit AND l.open"
_WAITING, _BEGUN = waiting("l"), begun("l", ":now")
_PARTS = (
    "SELECT b.account_id, b.unit, b.posted, b.held, b.pending, b.deficit, b.keeps_until, b.version, "
    f"(SELECT COALESCE(SUM(l.remaining), 0) {_OWN} AND l.expires_at <= :now AND l.book = 'participant') AS lapsed, "
    f"(SELECT COALESCE(SUM(l.remaining), 0) {_OWN} AND l.expires_at <= :now AND l.book = 'pending') AS pending_lapsed, "
    f"(SELECT COALESCE(SUM(l.remaining), 0) {_OWN} AND l.book = 'participant' AND {_WAITING} "
    "AND l.active_from > :now AND l.expires_at + 0 > :now) "
    # What waits, booked behind others by a clock that was ahead: not in the index of what waits.
    "+ (SELECT COALESCE(SUM(l.remaining), 0) FROM lot l WHERE l.account_id = b.account_id "
    "AND l.transaction_id >= :first AND l.unit = b.unit AND l.book = 'participant' AND l.remaining > 0 "
    f"AND NOT ({_WAITING}) AND NOT {_BEGUN} AND l.expires_at > :now) AS waiting, ")
_NAMES = ("account_id", "unit", "posted", "held", "pending", "deficit", "keeps_until", "version", "lapsed",
          "pending_lapsed", "waiting", "next", "going")
_COLUMNS: list[ColumnClause[Any]] = [column(name) for name in _NAMES]
_FIGURES = Prepared(text(
    _PARTS + "NULL AS next, 0 AS going FROM balance b WHERE b.account_id = :account").columns(*_COLUMNS))
_BALANCES = Prepared(text(
    "SELECT p.*, CASE WHEN p.next IS NULL THEN 0 WHEN NOT EXISTS (SELECT 1 FROM lot l "
    "WHERE l.account_id = p.account_id AND l.unit = p.unit AND l.open AND l.expires_at > p.next "
    "AND l.book = 'participant') THEN p.posted - p.lapsed - p.waiting "
    "ELSE (SELECT COALESCE(SUM(l.remaining), 0) FROM lot l "
    "WHERE l.account_id = p.account_id AND l.unit = p.unit AND l.open AND l.expires_at = p.next "
    f"AND l.book = 'participant' AND {_BEGUN}) END AS going FROM ({_PARTS}"
    f"(SELECT l.expires_at {_OWN} AND l.expires_at > :now AND l.expires_at < {FOREVER} AND l.book = 'participant' "
    f"AND {_BEGUN} ORDER BY l.expires_at LIMIT 1) AS next FROM balance b WHERE b.account_id = :account) p"
).columns(*_COLUMNS))
_ENDS = (f"CASE WHEN l.expires_at < COALESCE(b.keeps_until, {FOREVER}) THEN l.expires_at "
         f"ELSE COALESCE(b.keeps_until, {FOREVER}) END")
_STATE = f"CASE WHEN l.book = 'participant' AND {_BEGUN} THEN 'spendable' ELSE 'pending' END"
_FROM = ("FROM balance b JOIN lot l ON l.account_id = b.account_id AND l.unit = b.unit "
         f"WHERE b.account_id = :account AND l.open AND {_ENDS} > :now")
_CALENDAR = text(f"SELECT l.unit, {_STATE} AS state, {_ENDS} AS ends, SUM(l.remaining) AS points, "
                 f"MIN(CASE WHEN NOT {_BEGUN} THEN l.active_from END) AS starts {_FROM} "
                 "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
_LOTS = text(f"SELECT l.account_id, l.transaction_id, l.line, l.book, l.unit, l.amount, l.active_from, l.remaining, "
             f"{_ENDS} AS ends, {_STATE} AS state {_FROM} ORDER BY 5, 9, 2, 3")


def balance_parts(connection: Connection, account_id: int, now: int, with_expiry: bool) -> Sequence[Row[Any]]:
    """Per unit the balance row with `lapsed`, `pending_lapsed`, `waiting`, and what (`going`) goes when (`next`).

    What goes next is a sum over all lots that end at that instant, and can be left out.
    """
    values = {"account": account_id, "now": now, "first": first_row_id(now)}
    return (_BALANCES if with_expiry else _FIGURES).rows(connection, **values)


def lot_sums(connection: Connection, account_id: int, now: int) -> Sequence[Row[Any]]:
    """(unit, state, ends, points, starts) over all open lots that are not over. `starts`: the next becomes active."""
    return connection.execute(_CALENDAR, {"account": account_id, "now": now}).all()


def open_lots(connection: Connection, account_id: int, now: int) -> Sequence[Row[Any]]:
    """Open lots that are not over, in the order in which they would be spent, each with its state and end."""
    return connection.execute(_LOTS, {"account": account_id, "now": now}).all()
