"""Many debits at once: points leave their lots, and balances fall by what was taken, guarded row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

LotKey = tuple[int, int, int]
"""Account, transaction and line of a lot."""

# On PostgreSQL the uses, which are there already, say what goes from which lot: far less to send.
_LOT: dict[str, Any] = {
    "sqlite": "UPDATE lot SET remaining = remaining - ?, open = remaining > ? "
              "WHERE account_id = ? AND transaction_id = ? AND line = ?",
    "postgresql": text(
        "UPDATE lot SET remaining = lot.remaining - u.amount, open = lot.remaining > u.amount FROM ("
        "SELECT l.account_id, l.lot_transaction_id, l.lot_line, SUM(l.amount) AS amount FROM unnest("
        "CAST(:accounts AS bigint[]), CAST(:transactions AS bigint[])) AS t(account_id, transaction_id) JOIN lot_use l "
        "ON l.account_id = t.account_id AND l.transaction_id = t.transaction_id GROUP BY 1, 2, 3) AS u "
        "WHERE lot.account_id = u.account_id AND lot.transaction_id = u.lot_transaction_id AND lot.line = u.lot_line"),
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


def take_from_lots(connection: Connection, taken: Mapping[LotKey, int], by: Sequence[tuple[int, int]]) -> None:
    """Take points from lots; accounts are locked. `by` are the (account, transaction) whose uses that is.

    Raises:
        sqlalchemy.exc.IntegrityError: a lot holds less.
    """
    if connection.dialect.name == "sqlite":
        rows = [(amount, amount, *lot) for lot, amount in taken.items()]
        changed = connection.exec_driver_sql(_LOT["sqlite"], rows).rowcount
    else:
        accounts, transactions = zip(*by, strict=True)
        changed = connection.execute(_LOT["postgresql"], {
            "accounts": list(accounts), "transactions": list(transactions)}).rowcount
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
        columns = {f"c{i}": list(column) for i, column in enumerate(zip(*rows, strict=True))}
        changed = connection.execute(_BALANCE["postgresql"], columns).rowcount
    _check(changed, len(rows))


def _check(changed: int, expected: int) -> None:
    if changed != expected:
        raise LostRows(f"found {changed} rows to change, expected {expected}; nothing of this is stored")
