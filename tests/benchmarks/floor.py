"""The floor: the same rows, written by the driver's fastest bulk way into an empty schema, and nothing else.

Rows are read back from a cleared database and written again in batches of the same size, in the same order and with
the same settings. Only the writing is timed. `ledger_only` leaves out purchase lines, claims and seals.
Claims of documents have no order in which they were written: each batch gets its share of them.
"""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, func, select

from treuwerk.store.balances import credit
from treuwerk.store.bulk import insert_rows
from treuwerk.store.database import Database
from treuwerk.store.migrating import migrate
from treuwerk.store.tables import (
    document_claim,
    journal,
    lot,
    outbox,
    posting,
    purchase_identity,
    purchase_line,
    sealed,
)

LEDGER = ((journal, "id"), (posting, "transaction_id"), (lot, "transaction_id"))
REST = ((purchase_line, "id"), (purchase_identity, "line_id"), (sealed, "sequence"), (document_claim, "key"))


def measured(source: Database, target: Database, batch_lines: int, ledger_only: bool) -> float:
    """Seconds for writing the rows of `source` into `target`, which is empty."""
    migrate(target)
    tables = LEDGER if ledger_only else LEDGER + REST
    spent = 0.0
    with source.reading() as reader:
        streams = [(table, _rows(reader, table, column)) for table, column in tables]
        sizes = {posting: 2 * batch_lines, document_claim: _share(reader, batch_lines)}
        messages = [] if ledger_only else [tuple(row) for row in reader.execute(select(outbox))]
        while batch := [(table, list(islice(rows, sizes.get(table, batch_lines)))) for table, rows in streams]:
            if not batch[0][1]:
                break
            spent += _write(target, batch)
        started = time.perf_counter()
        with target.writing() as connection:
            insert_rows(connection, outbox, messages)
        return spent + time.perf_counter() - started


def _rows(reader: Connection, table: Table, column: str) -> Iterator[tuple[Any, ...]]:
    order = [table.c[column]] + ([table.c.line] if table is posting else [])
    for row in reader.execution_options(yield_per=5_000).execute(select(table).order_by(*order)):
        yield tuple(row)


def _share(reader: Connection, batch_lines: int) -> int:
    """Claims of documents for each batch."""
    count = {table: int(reader.execute(select(func.count()).select_from(table)).scalar_one())
             for table in (purchase_line, document_claim)}
    return -(-count[document_claim] * batch_lines // max(count[purchase_line], 1)) + 1


def _write(target: Database, batch: list[tuple[Table, list[tuple[Any, ...]]]]) -> float:
    credited: dict[tuple[int, str], int] = {}
    for account, _, _, _, unit, amount, *_ in batch[2][1]:  # of the lots
        credited[account, unit] = credited.get((account, unit), 0) + amount
    ordered = [(table, sorted(rows)) for table, rows in batch]
    started = time.perf_counter()
    with target.writing() as connection:
        for table, rows in ordered:
            insert_rows(connection, table, rows)
        credit(connection, credited)
    return time.perf_counter() - started
