"""The books as they stood at the end of a past day: from journal, postings and lot uses alone.

Today's balances and lots are not read here, since they go on changing. A transaction counts when its place in the
sequence is not behind the closing and its booking lies before the end of the day. The same statements answer for one
account and for all.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

from treuwerk.domain.ledger import FOREVER

SPENDABLE, PENDING, HELD, LAPSED, DEFICIT = "spendable", "pending", "held", "lapsed", "deficit"
"""States of points: usable; still waiting; reserved; over by their terms and not swept yet; owed."""

_COUNTS = "s.sequence <= :sequence AND j.booked_at < :as_of"
_TOLD = (
    "told AS MATERIALIZED (SELECT j.account_id, j.id, j.kind, j.booked_at FROM sealed s JOIN journal j "
    f"ON j.account_id = s.account_id AND j.id = s.transaction_id WHERE {_COUNTS}" + "{of})")
_OF_ONE = " AND j.account_id = :account"
_USED = (
    "used AS MATERIALIZED (SELECT u.account_id, u.lot_transaction_id, u.lot_line, "
    "SUM(CASE WHEN u.book = 'held' THEN 0 ELSE u.amount END) AS gone, "
    "-SUM(CASE WHEN u.book = 'held' THEN u.amount ELSE 0 END) AS held "
    "FROM told t JOIN lot_use u ON u.account_id = t.account_id AND u.transaction_id = t.id "
    "GROUP BY u.account_id, u.lot_transaction_id, u.lot_line)")
_KEPT = (
    "kept AS MATERIALIZED (SELECT p.account_id, p.unit, MAX(p.keeps_until) AS until FROM told t JOIN posting p "
    "ON p.account_id = t.account_id AND p.transaction_id = t.id WHERE p.keeps_until IS NOT NULL "
    "GROUP BY p.account_id, p.unit)")
_ENDS = (
    f"CASE WHEN COALESCE(p.expires_at, {FOREVER}) < COALESCE(k.until, {FOREVER}) "
    f"THEN COALESCE(p.expires_at, {FOREVER}) ELSE COALESCE(k.until, {FOREVER}) END")
# A credit that gives points back has uses; one without made a lot of its own.
_MADE = (
    "made AS (SELECT p.account_id, p.transaction_id, p.line, p.book, p.unit, p.amount, p.active_from, "
    f"{_ENDS} AS ends, p.amount - COALESCE(u.gone, 0) AS remaining, COALESCE(u.held, 0) AS held "
    "FROM told t JOIN posting p ON p.account_id = t.account_id AND p.transaction_id = t.id "
    "LEFT JOIN used u ON u.account_id = p.account_id AND u.lot_transaction_id = p.transaction_id "
    "AND u.lot_line = p.line LEFT JOIN kept k ON k.account_id = p.account_id AND k.unit = p.unit "
    "WHERE p.book IN ('participant', 'pending') AND p.amount > 0 AND NOT EXISTS (SELECT 1 FROM lot_use o "
    "WHERE o.account_id = p.account_id AND o.transaction_id = p.transaction_id AND o.line = p.line))")
_STATE = (
    f"CASE WHEN ends < :as_of THEN '{LAPSED}' WHEN book = 'pending' OR active_from IS NULL OR active_from >= :as_of "
    f"THEN '{PENDING}' ELSE '{SPENDABLE}' END")
_LOTS = f"WITH {_TOLD}, {_USED}, {_KEPT}, {_MADE} "
_SUMS = (
    _LOTS + f"SELECT unit, {_STATE} AS state, ends, SUM(remaining) AS points FROM made WHERE remaining > 0 "
    "GROUP BY 1, 2, 3 "
    f"UNION ALL SELECT unit, '{HELD}', ends, SUM(held) FROM made WHERE held <> 0 GROUP BY 1, 2, 3 "
    f"UNION ALL SELECT p.unit, '{DEFICIT}', {FOREVER}, -SUM(p.amount) FROM told t JOIN posting p "
    "ON p.account_id = t.account_id AND p.transaction_id = t.id WHERE p.book = 'deficit' GROUP BY p.unit "
    "HAVING SUM(p.amount) <> 0 ORDER BY 1, 2, 3")
_OPEN = (
    _LOTS + f"SELECT made.*, {_STATE} AS state FROM made WHERE remaining > 0 "
    "ORDER BY unit, ends, transaction_id, line")
_LEFT = (
    _LOTS + "SELECT transaction_id, line, remaining FROM made WHERE transaction_id BETWEEN :first AND :last")
_BALANCE = (
    f"WITH {_TOLD} SELECT COALESCE(SUM(p.amount), 0) FROM told t JOIN posting p ON p.account_id = t.account_id "
    "AND p.transaction_id = t.id WHERE p.unit = :unit AND p.book IN ('participant', 'deficit')")
_MOVEMENTS = (
    f"WITH {_TOLD}, net AS (SELECT t.kind, p.unit, CASE WHEN t.booked_at < :since THEN 1 ELSE 0 END AS earlier, "
    "SUM(p.amount) AS points FROM told t JOIN posting p ON p.account_id = t.account_id AND p.transaction_id = t.id "
    "WHERE p.book IN ('participant', 'pending', 'held', 'deficit') "
    "GROUP BY t.account_id, t.id, t.kind, p.unit, 3) "
    "SELECT unit, earlier, kind, COUNT(*) AS transactions, SUM(CASE WHEN points > 0 THEN points ELSE 0 END) AS came, "
    "-SUM(CASE WHEN points < 0 THEN points ELSE 0 END) AS went FROM net GROUP BY unit, earlier, kind "
    "ORDER BY unit, earlier, kind")


def lot_sums(connection: Connection, as_of: int, sequence: int, account_id: int | None = None) -> Sequence[Row[Any]]:
    """(unit, state, ends, points): outstanding points by state and by the instant at which they go."""
    return _rows(connection, _SUMS, as_of, sequence, account_id)


def open_lots(connection: Connection, as_of: int, sequence: int, account_id: int) -> Sequence[Row[Any]]:
    """Lots of an account of which something was left, in the order of spending, each with its state."""
    return _rows(connection, _OPEN, as_of, sequence, account_id)


def remaining(connection: Connection, as_of: int, sequence: int, account_id: int,
              first: int, last: int) -> dict[tuple[int, int], int]:
    """What was left of the lots that transactions from `first` to `last` made, by transaction and line."""
    rows = _rows(connection, _LEFT, as_of, sequence, account_id, first=first, last=last)
    return {(row.transaction_id, row.line): int(row.remaining) for row in rows}


def balance(connection: Connection, as_of: int, sequence: int, account_id: int, unit: str) -> int:
    """What an account had of a unit, less what it owed."""
    return int(_rows(connection, _BALANCE, as_of, sequence, account_id, unit=unit)[0][0])


def movements(connection: Connection, as_of: int, sequence: int, since: int) -> Sequence[Row[Any]]:
    """(unit, earlier, kind, transactions, came, went): changes of participants' points, before `since` or not."""
    return _rows(connection, _MOVEMENTS, as_of, sequence, None, since=since)


def _rows(connection: Connection, statement: str, as_of: int, sequence: int, account_id: int | None,
          **more: object) -> Sequence[Row[Any]]:
    of = _OF_ONE if account_id is not None else ""
    values = {"as_of": as_of, "sequence": sequence, **more} | ({} if account_id is None else {"account": account_id})
    return connection.execute(text(statement.replace("{of}", of)), values).all()
