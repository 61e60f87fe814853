"""The books as they stood at the end of a past day: from journal, postings and lot uses alone.

Today's balances and lots are not read here, since they go on changing. A transaction counts when its place in the
sequence is not behind the closing and its booking lies before the end of the day. The same statements answer for one
account and for all: sums over postings and uses in the order of their keys, without a row per lot in between.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text

from treuwerk.domain.ledger import FOREVER

SPENDABLE, PENDING, HELD, LAPSED, DEFICIT = "spendable", "pending", "held", "lapsed", "deficit"
"""States of points: usable; still waiting; reserved; over by their terms and not swept yet; owed."""

_OWN = "('participant', 'pending', 'held', 'deficit')"
# A credit that gives points back to their lots has uses and no terms; one that brings points makes a lot.
_MAKES_LOT = ("p.amount > 0 AND p.book IN ('participant', 'pending') AND (p.active_from IS NOT NULL OR NOT EXISTS ("
              "SELECT 1 FROM lot_use o WHERE o.account_id = p.account_id AND o.transaction_id = p.transaction_id "
              "AND o.line = p.line))")
_LAST_SEAL = text("SELECT last_sequence FROM seal WHERE sealed_at < :as_of ORDER BY number DESC LIMIT 1")
_END = f"COALESCE(p.expires_at, {FOREVER})"


def _counted(table: str) -> str:
    """The rows of a table whose transactions count; the joins are read in this order, which SQLite keeps.

    Nothing was booked after its seal, so up to the last seal before the end of the day the journal need not be asked.
    """
    of = table[-1]
    return (f"{table} CROSS JOIN sealed s WHERE s.account_id = {of}.account_id "
            f"AND s.transaction_id = {of}.transaction_id AND s.sequence <= :sequence AND (s.sequence <= :settled "
            f"OR EXISTS (SELECT 1 FROM journal b WHERE b.account_id = {of}.account_id "
            f"AND b.id = {of}.transaction_id AND b.booked_at < :as_of))")


def _terms(kept: bool) -> tuple[str, str, str]:
    """A table of last acts, its join, and the end of a lot `p`; the first two only where points go by inactivity."""
    if not kept:
        return "", "", _END
    table = (f"WITH kept AS (SELECT p.account_id, p.unit, MAX(p.keeps_until) AS until FROM {_counted('posting p')} "
             "AND p.keeps_until IS NOT NULL{of} GROUP BY p.account_id, p.unit) ")
    end = f"CASE WHEN {_END} < COALESCE(k.until, {FOREVER}) THEN {_END} ELSE COALESCE(k.until, {FOREVER}) END"
    return table, "LEFT JOIN kept k ON k.account_id = p.account_id AND k.unit = p.unit ", end


def _state(end: str) -> str:
    return (f"CASE WHEN {end} < :as_of THEN '{LAPSED}' WHEN p.book = 'pending' OR p.active_from IS NULL "
            f"OR p.active_from >= :as_of THEN '{PENDING}' ELSE '{SPENDABLE}' END")


def _sums(kept: bool) -> str:
    table, join, end = _terms(kept)
    made = (f"SELECT p.* FROM {_counted('posting p')} AND p.book IN ('participant', 'pending', 'deficit') "
            f"AND (p.book = 'deficit' OR ({_MAKES_LOT})){{of}}")
    # By itself, so that PostgreSQL looks for a lot by its whole key, and not for all postings of its account.
    used = ("used AS MATERIALIZED (SELECT u.account_id, u.lot_transaction_id, u.lot_line, u.book AS of_book, "
            f"u.amount AS used FROM {_counted('lot_use u')}{{of_u}}) ")
    return (f"{table}{',' if table else 'WITH'} {used}SELECT unit, state, ends, SUM(points) AS points FROM ("
            f"SELECT p.unit, CASE WHEN p.book = 'deficit' THEN '{DEFICIT}' ELSE {_state(end)} END AS state, "
            f"CASE WHEN p.book = 'deficit' THEN {FOREVER} ELSE {end} END AS ends, "
            f"CASE WHEN p.book = 'deficit' THEN -p.amount ELSE p.amount END AS points FROM ({made}) p {join}"
            f"UNION ALL SELECT p.unit, CASE WHEN u.of_book = 'held' THEN '{HELD}' ELSE {_state(end)} END, {end}, "
            "-u.used FROM used u JOIN posting p ON p.account_id = u.account_id "
            f"AND p.transaction_id = u.lot_transaction_id AND p.line = u.lot_line {join}"
            ") AS parts GROUP BY unit, state, ends HAVING SUM(points) <> 0 ORDER BY unit, state, ends")


def _lots(kept: bool) -> str:
    table, join, end = _terms(kept)
    used = ("SELECT u.lot_transaction_id, u.lot_line, SUM(u.amount) AS gone "
            f"FROM {_counted('lot_use u')}{{of_u}} AND u.book <> 'held' GROUP BY u.lot_transaction_id, u.lot_line")
    return (f"{table}SELECT p.transaction_id, p.line, p.book, p.unit, p.amount, p.active_from, {end} AS ends, "
            f"{_state(end)} AS state, p.amount - COALESCE(u.gone, 0) AS remaining "
            f"FROM (SELECT p.* FROM {_counted('posting p')}{{of}} AND {_MAKES_LOT}) p {join}"
            f"LEFT JOIN ({used}) u ON u.lot_transaction_id = p.transaction_id AND u.lot_line = p.line "
            "WHERE p.amount > COALESCE(u.gone, 0) ORDER BY p.unit, ends, p.transaction_id, p.line")


_GONE = (f"SELECT u.lot_transaction_id AS made_by, u.lot_line AS line, SUM(u.amount) AS points "
         f"FROM {_counted('lot_use u')}{{of_u}} AND u.book <> 'held' AND u.lot_transaction_id BETWEEN :first AND :last "
         "GROUP BY u.lot_transaction_id, u.lot_line")
# Seen from the books of the system: what they gave came in, what they took went out.
_FLOWS = ("SELECT p.unit, CASE WHEN j.booked_at < :since THEN 1 ELSE 0 END AS earlier, j.kind, p.book, "
          "SUM(CASE WHEN p.amount < 0 THEN -p.amount ELSE 0 END) AS came, "
          "SUM(CASE WHEN p.amount > 0 THEN p.amount ELSE 0 END) AS went FROM posting p CROSS JOIN journal j "
          "CROSS JOIN sealed s WHERE j.account_id = p.account_id AND j.id = p.transaction_id AND j.booked_at < :as_of "
          "AND s.account_id = p.account_id AND s.transaction_id = p.transaction_id AND s.sequence <= :sequence "
          f"AND p.book NOT IN {_OWN} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4")


def lot_sums(connection: Connection, as_of: int, sequence: int, account_id: int | None = None) -> Sequence[Row[Any]]:
    """(unit, state, ends, points): outstanding points by state and by the instant at which they go."""
    return _rows(connection, _sums(_inactivity_counts(connection)), as_of, sequence, account_id)


def open_lots(connection: Connection, as_of: int, sequence: int, account_id: int) -> Sequence[Row[Any]]:
    """Lots of an account of which something was left, in the order of spending, each with its state."""
    return _rows(connection, _lots(_inactivity_counts(connection)), as_of, sequence, account_id)


def gone(connection: Connection, as_of: int, sequence: int, account_id: int,
         first: int, last: int) -> dict[tuple[int, int], int]:
    """What was taken by then from lots of transactions from `first` to `last`, by transaction and line."""
    rows = _rows(connection, _GONE, as_of, sequence, account_id, first=first, last=last)
    return {(row.made_by, row.line): int(row.points) for row in rows}


def flows(connection: Connection, as_of: int, sequence: int, since: int) -> Sequence[Row[Any]]:
    """(unit, earlier, kind, book, came, went): points from and to each book of the system, before `since` or not."""
    return _rows(connection, _FLOWS, as_of, sequence, None, since=since)


def _inactivity_counts(connection: Connection) -> bool:
    """Whether any act ever kept points; no answer rests on it, only the way to it."""
    return connection.execute(text("SELECT 1 FROM balance WHERE keeps_until IS NOT NULL LIMIT 1")).first() is not None


def _rows(connection: Connection, statement: str, as_of: int, sequence: int, account_id: int | None,
          **more: object) -> Sequence[Row[Any]]:
    values = {"as_of": as_of, "sequence": sequence, "settled": _settled(connection, as_of), **more}
    if account_id is not None:
        values["account"] = account_id
    return connection.execute(_statement(statement, account_id is not None), values).all()


def _settled(connection: Connection, as_of: int) -> int:
    """The last place in the sequence that was sealed before this instant."""
    return connection.execute(_LAST_SEAL, {"as_of": as_of}).scalar() or 0


@lru_cache(maxsize=32)
def _statement(statement: str, of_one: bool) -> TextClause:
    return text(statement.replace("{of_u}", " AND u.account_id = :account" if of_one else "")
                .replace("{of}", " AND p.account_id = :account" if of_one else ""))
