"""Many debits at once: points leave their lots, and balances fall by what was taken, guarded row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from treuwerk.domain.records import UseValues
from treuwerk.store.arrays import columns

LotKey = tuple[int, int, int]
"""Account, transaction and line of a lot."""

# A list with an offset is never turned round by PostgreSQL: each lot is looked up by its key.
_LOT: dict[str, Any] = {
    "sqlite": "UPDATE lot SET remaining = remaining - ?, open = remaining > ? "
              "WHERE account_id = ? AND transaction_id = ? AND line = ?",
    "postgresql": text(
        "UPDATE lot SET remaining = lot.remaining - u.amount, open = lot.remaining > u.amount FROM ("
        "SELECT amount, account_id, transaction_id, line FROM unnest(CAST(:c0 AS bigint[]), "
        "CAST(:c1 AS bigint[]), CAST(:c2 AS bigint[]), CAST(:c3 AS bigint[])) AS t(amount, account_id, transaction_id, "
        "line) OFFSET 0) AS u WHERE lot.account_id = u.account_id "
        "AND lot.transaction_id = u.transaction_id AND lot.line = u.line"),
}
_BALANCE: dict[str, Any] = {
    "sqlite": "UPDATE balance SET posted = posted - ?, keeps_until = CASE WHEN ? > COALESCE(keeps_until, 0) THEN ? "
              "ELSE keeps_until END, version = version + 1 WHERE account_id = ? AND unit = ?",
    "postgresql": text(
        "UPDATE balance SET posted = balance.posted - c.amount, keeps_until = GREATEST(balance.keeps_until, c.kept), "
        "version = balance.version + 1 FROM unnest(CAST(:c0 AS bigint[]), CAST(:c1 AS bigint[]), "
        "CAST(:c2 AS bigint[]), CAST(:c3 AS text[])) AS c(amount, kept, account_id, unit) "
        "WHERE balance.account_id = c.account_id AND balance.unit = c.unit"),
}


class LostRows(RuntimeError):
    """Fewer rows were there than were read under lock: somebody changes them without locking."""


def take_from_lots(connection: Connection, uses: Sequence[UseValues]) -> None:
    """Take what was used from lots, whose accounts are locked.

    Raises:
        sqlalchemy.exc.IntegrityError: a lot holds less.
    """
    taken: dict[LotKey, int] = {}
    for account, _, _, transaction_id, line, _, amount in uses:
        lot = account, transaction_id, line
        taken[lot] = taken.get(lot, 0) + amount
    if connection.dialect.name == "sqlite":
        rows = [(amount, amount, *lot) for lot, amount in taken.items()]
        changed = connection.exec_driver_sql(_LOT["sqlite"], rows).rowcount
    else:
        changed = connection.execute(_LOT["postgresql"], columns(
            (amount, *lot) for lot, amount in taken.items())).rowcount
    _check(changed, len(taken))


def lessen(connection: Connection, taken: Mapping[tuple[int, str], int], kept: Mapping[tuple[int, str], int]) -> None:
    """Take points from balances by (account, unit); `kept` as in `Standing`.

    Raises:
        sqlalchemy.exc.IntegrityError: a balance is smaller.
    """
    rows = [(amount, kept.get(key), *key) for key, amount in taken.items()]
    if connection.dialect.name == "sqlite":
        doubled = [(amount, until, until, *key) for amount, until, *key in rows]
        changed = connection.exec_driver_sql(_BALANCE["sqlite"], doubled).rowcount
    else:
        changed = connection.execute(_BALANCE["postgresql"], columns(rows)).rowcount
    _check(changed, len(rows))


def _check(changed: int, expected: int) -> None:
    if changed != expected:
        raise LostRows(f"found {changed} rows to change, expected {expected}; nothing of this is stored")
