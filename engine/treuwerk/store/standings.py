"""Points of many accounts as they stand, and who these are: what a simulation is laid beside."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from treuwerk.domain.participants import CUSTOMER_NUMBER
from treuwerk.store.tables import balance, identifier, participant

_AT_ONCE = 500


def standings(connection: Connection, units: Collection[str]) -> dict[tuple[int, str], int]:
    """Points by account and unit, below zero where something is owed; what waits for an act counts."""
    found = connection.execute(select(
        balance.c.account_id, balance.c.unit, balance.c.posted - balance.c.deficit).where(
        balance.c.unit.in_(sorted(units))))
    return {(account_id, unit): points for account_id, unit, points in found}


def named(connection: Connection, accounts: Collection[int]) -> dict[int, tuple[str, str]]:
    """Customer number (the first as it was written, empty without one) and name of accounts."""
    found = {row.account_id: ("", row.name) for row in _of(connection, accounts, select(
        participant.c.account_id, participant.c.name), participant.c.account_id)}
    numbers = select(identifier.c.account_id, identifier.c.written_as, identifier.c.value).where(
        identifier.c.scheme == CUSTOMER_NUMBER)
    for row in sorted(_of(connection, accounts, numbers, identifier.c.account_id),
                      key=lambda one: one.value, reverse=True):
        if row.account_id in found:
            found[row.account_id] = (row.written_as or row.value, found[row.account_id][1])
    return found


def _of(connection: Connection, accounts: Collection[int], query: Any, column: Any) -> Iterator[Row[Any]]:
    wanted = sorted(accounts)
    for start in range(0, len(wanted), _AT_ONCE):
        yield from connection.execute(query.where(column.in_(wanted[start:start + _AT_ONCE])))
