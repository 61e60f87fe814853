"""Balance rows of participants, changed by whole batches in the order of their accounts."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

_ADD = (
    "ON CONFLICT (account_id, unit) DO UPDATE SET posted = balance.posted + excluded.posted, "
    "pending = balance.pending + excluded.pending, keeps_until = CASE WHEN balance.keeps_until IS NULL "
    "OR excluded.keeps_until > balance.keeps_until THEN excluded.keeps_until ELSE balance.keeps_until END, "
    "version = balance.version + 1")
_SQLITE = (
    "INSERT INTO balance (account_id, unit, posted, held, pending, deficit, keeps_until, version) "
    "VALUES (?, ?, ?, 0, ?, 0, ?, 1) " + _ADD)
_POSTGRESQL = text(
    "INSERT INTO balance (account_id, unit, posted, held, pending, deficit, keeps_until, version) "
    "SELECT account_id, unit, posted, 0, pending, 0, keeps_until, 1 FROM unnest(CAST(:accounts AS bigint[]), "
    "CAST(:units AS text[]), CAST(:posted AS bigint[]), CAST(:pending AS bigint[]), CAST(:kept AS bigint[])) "
    "AS change(account_id, unit, posted, pending, keeps_until) ORDER BY account_id, unit " + _ADD)
_Change = Mapping[tuple[int, str], int]
_NONE: _Change = {}


def credit(connection: Connection, changes: _Change, pending: _Change = _NONE, kept: _Change = _NONE) -> None:
    """Add amounts to balances by (account, unit); accounts are locked in ascending order, and only from here on.

    `pending` is the part of `changes` that waits for an act; `kept` until when activity keeps all points of the unit.
    """
    ordered = [(*key, amount - pending.get(key, 0), pending.get(key, 0), kept.get(key))
               for key, amount in sorted(changes.items())]
    if not ordered:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_SQLITE, ordered)
    else:
        columns = map(list, zip(*ordered, strict=True))
        connection.execute(_POSTGRESQL, dict(zip(("accounts", "units", "posted", "pending", "kept"), columns,
                                                 strict=True)))
