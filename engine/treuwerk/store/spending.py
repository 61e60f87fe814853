"""Lots that many redemptions are served from: per account and unit in the order of spending, as many as are needed."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, text

from treuwerk.domain.lots import Lot
from treuwerk.store.tables.ledger import begun

FIRST_LOTS = 16
Pair = tuple[int, str]
"""Account and unit."""

# A running sum tells which lots are needed; it looks at the first lots alone, and at all where these were too few.
_LATERAL = text(
    "SELECT w.account_id, w.unit, l.transaction_id, l.line, l.remaining, l.expires_at, l.place FROM unnest("
    "CAST(:accounts AS bigint[]), CAST(:units AS text[]), CAST(:wanted AS bigint[])) AS w(account_id, unit, wanted) "
    "CROSS JOIN LATERAL (SELECT f.*, SUM(remaining) OVER o - remaining AS before, ROW_NUMBER() OVER o AS place FROM ("
    "SELECT transaction_id, line, remaining, expires_at FROM lot WHERE lot.account_id = w.account_id "
    f"AND lot.unit = w.unit AND lot.open AND lot.book = 'participant' AND {begun('lot', ':now')} "
    "ORDER BY expires_at, transaction_id, line LIMIT :most) f WINDOW o AS (ORDER BY expires_at, transaction_id, line)"
    ") l WHERE l.before < w.wanted ORDER BY w.account_id, w.unit, l.place")
_ONE_BY_ONE = (
    "SELECT transaction_id, line, remaining, expires_at FROM lot WHERE account_id = ? AND unit = ? AND lot.open "
    f"AND book = 'participant' AND {begun('lot', '?')} ORDER BY expires_at, transaction_id, line")


def spendable_lots(connection: Connection, wanted: Mapping[Pair, int], now: int) -> dict[Pair, list[Lot]]:
    """Active lots of locked accounts that hold what is wanted; all there are, where they hold less."""
    if connection.dialect.name == "sqlite":
        return dict(_sqlite(connection, wanted, now))
    found = _postgresql(connection, wanted, now, FIRST_LOTS)
    short = {pair: points for pair, points in wanted.items()
             if len(found.get(pair, ())) == FIRST_LOTS and sum(lot.remaining for lot in found[pair]) < points}
    return found | _postgresql(connection, short, now, None)


def _sqlite(connection: Connection, wanted: Mapping[Pair, int], now: int) -> Iterator[tuple[Pair, list[Lot]]]:
    """There is no way to a server: each pair is read lot by lot until there is enough."""
    driver: Any = connection.connection.driver_connection
    for (account_id, unit), points in wanted.items():
        lots, missing = [], points
        for row in driver.execute(_ONE_BY_ONE, (account_id, unit, now)):
            lots.append(Lot._make(row))
            missing -= row[2]
            if missing <= 0:
                break
        yield (account_id, unit), lots


def _postgresql(connection: Connection, wanted: Mapping[Pair, int], now: int,
                most: int | None) -> dict[Pair, list[Lot]]:
    if not wanted:
        return {}
    accounts, units = zip(*wanted, strict=True)
    rows = connection.execute(_LATERAL, {"accounts": list(accounts), "units": list(units),
                                         "wanted": list(wanted.values()), "now": now, "most": most})
    found: dict[Pair, list[Lot]] = {}
    for account_id, unit, *lot, _ in rows:
        found.setdefault((account_id, unit), []).append(Lot._make(lot))
    return found
