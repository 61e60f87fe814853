"""Balance rows of participants, changed by whole batches in the order of their accounts."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

_ADD = (
    "ON CONFLICT (account_id, unit) DO UPDATE SET posted = balance.posted + excluded.posted, "
    "version = balance.version + 1")
_SQLITE = (
    "INSERT INTO balance (account_id, unit, posted, held, pending, deficit, version) VALUES (?, ?, ?, 0, 0, 0, 1) "
    + _ADD)
_POSTGRESQL = text(
    "INSERT INTO balance (account_id, unit, posted, held, pending, deficit, version) "
    "SELECT account_id, unit, posted, 0, 0, 0, 1 FROM unnest(CAST(:accounts AS bigint[]), CAST(:units AS text[]), "
    "CAST(:amounts AS bigint[])) AS change(account_id, unit, posted) ORDER BY account_id, unit " + _ADD)


def credit(connection: Connection, changes: Mapping[tuple[int, str], int]) -> None:
    """Add amounts to balances by (account, unit); accounts are locked in ascending order, and only from here on."""
    ordered = sorted((account, unit, amount) for (account, unit), amount in changes.items())
    if not ordered:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_SQLITE, ordered)
    else:
        accounts, units, amounts = map(list, zip(*ordered, strict=True))
        connection.execute(_POSTGRESQL, {"accounts": accounts, "units": units, "amounts": amounts})
