"""The rows of an order of one line by bare keyed statements, which look at nothing and decide nothing: its floor.

Ids, texts and JSON are as long as those of real orders. The books are wrong afterwards.
"""

import random
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select

from treuwerk.domain.ids import row_ids
from treuwerk.domain.ledger import bucket_of
from treuwerk.store.database import Database
from treuwerk.store.driver import adding, both
from treuwerk.store.tables import (
    audit_entry,
    journal,
    lot,
    lot_use,
    order_event,
    order_line,
    outbox,
    posting,
    reward_order,
    reward_stock,
    unsealed,
)

Work = Callable[[random.Random, int, str], None]
_TAKE = both("UPDATE lot SET remaining = remaining - 1 WHERE account_id = :account_id "
             "AND transaction_id = :made AND line = :lot_line")
_BALANCE = both("UPDATE balance SET posted = posted - 1, version = version + 1 WHERE account_id = :account_id "
                "AND unit = 'bonus'")
_KEEP = both("UPDATE reward_stock SET reserved = reserved + 1, version = version + 1 WHERE variant = :variant")
_WRITTEN = (journal, posting, posting, lot_use, unsealed, outbox, reward_order, order_line, order_event, outbox,
            audit_entry)
_ADDED = {table.name: adding(table) for table in _WRITTEN}


def bare_orders(database: Database) -> Work:
    """What a client does: the statements of one order in one transaction, on PostgreSQL in one way to the server."""
    with database.reading() as connection:
        lots = {account: (made, line) for account, made, line in connection.execute(
            select(lot.c.account_id, lot.c.transaction_id, lot.c.line).where(lot.c.remaining > 1_000))}
        variants = list(connection.execute(select(reward_stock.c.variant).order_by(reward_stock.c.variant)).scalars())

    def order(chance: random.Random, account: int, key: str) -> None:
        if account in lots:
            statements = _statements(account, *lots[account], chance.choice(variants), key)
            database.run(lambda connection: _write(connection, statements))

    return order


def _write(connection: Connection, statements: list[tuple[Mapping[str, str], dict[str, Any]]]) -> None:
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        for statement, values in statements:
            driver.execute(statement["sqlite"], values)
        return
    with driver.pipeline():
        for statement, values in statements:
            driver.execute(statement["postgresql"], values)


def _statements(account: int, made: int, lot_line: int, variant: str,
                key: str) -> list[tuple[Mapping[str, str], dict[str, Any]]]:
    number = next(row_ids(int(key.rsplit("-", 1)[1]) // 1_000))
    known = {"account_id": account, "id": number, "made": made, "lot_line": lot_line, "variant": variant, "key": key,
             "transaction_id": number, "order_id": number, "bucket": bucket_of(account)}
    rows = [(_TAKE, known), (_BALANCE, known), (_KEEP, known)]
    for at, table in enumerate(_WRITTEN):
        rows.append((_ADDED[table.name], _row(table, known | {"line": at, "id": number + at})))
    return rows


def _row(table: Table, known: Mapping[str, Any]) -> dict[str, Any]:
    """A value for each column: what is known of it, else one as long as usual."""
    special = {"business_key": known["key"], "lot_transaction_id": known["made"], "book": "participant",
               "kind": "redemption", "unit": "bonus", "state": "ordered", "amount": 1, "quantity": 1, "reserved": 1,
               "action": "order.place", "actor": "benchmark"}
    long = {"evidence": 32, "payload": 90, "snapshot": 220, "destination": 140, "object": 30, "after": 50, "cause": 30}
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.name in known or column.name in special:
            values[column.name] = known.get(column.name, special.get(column.name))
        elif column.nullable:
            values[column.name] = None
        elif column.type.python_type is int:
            values[column.name] = 0
        else:
            values[column.name] = "0" * long.get(column.name, 10)
    return values
