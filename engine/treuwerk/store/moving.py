"""Writing one transaction with all that goes with it, on PostgreSQL in one statement: one way to the server and back.

That is postings, lots, uses, balances, its place in the next seal, and its message.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

import attrs
from sqlalchemy import Connection

from treuwerk.domain.ledger import FOREVER, Book, bucket_of
from treuwerk.domain.movements import Leg
from treuwerk.domain.records import JournalValues
from treuwerk.store.driver import executed, executed_many
from treuwerk.store.tables import journal, lot, lot_use, posting

MOVED = "points_moved"
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Rows = list[tuple[Any, ...]]
_PARTS = {Book.PARTICIPANT: 0, Book.HELD: 1, Book.PENDING: 2, Book.DEFICIT: 3}


@attrs.frozen
class _Transaction:
    """The rows of one transaction; those of an account's tables without the account's id."""

    row: JournalValues
    postings: Rows
    lots: Rows
    uses: Rows
    changed_lots: Rows
    balances: Rows
    new_balances: Rows
    message: tuple[int, str]


def write(connection: Connection, row: JournalValues, legs: Sequence[Leg], units_there: Iterable[str]) -> None:
    """Write a transaction of a locked account; `units_there` are those that have a balance row.

    Raises:
        sqlalchemy.exc.IntegrityError: the business key is taken, or a figure would fall below zero.
    """
    made = _made(row, legs, frozenset(units_there))
    if connection.dialect.name == "postgresql":
        executed(connection, _statement(made), _documents(made))
    else:
        _write_sqlite(connection, made)


def _made(row: JournalValues, legs: Sequence[Leg], units_there: frozenset[str]) -> _Transaction:
    account, number = row[:2]
    numbered = list(enumerate(legs, start=1))
    balances = _balance_changes(legs)
    return _Transaction(
        row,
        [(number, line, leg.book.value, leg.unit, leg.amount, leg.active_from, leg.expires_at, leg.keeps_until)
         for line, leg in numbered],
        [(number, line, leg.book.value, leg.unit, leg.amount, leg.amount, leg.active_from,
          FOREVER if leg.expires_at is None else leg.expires_at, True) for line, leg in numbered if leg.makes_lot],
        [(number, line, part.transaction_id, part.line, leg.book.value, -part.amount if leg.amount > 0 else part.amount)
         for line, leg in numbered for part in leg.parts],
        _lot_changes(legs),
        [(unit, *change, 0) for unit, change in balances.items() if unit in units_there],
        [(unit, *change, 1) for unit, change in balances.items() if unit not in units_there],
        (bucket_of(account), message_of(row, legs)))


def _balance_changes(legs: Sequence[Leg]) -> dict[str, list[int | None]]:
    """Unit → change of posted, held, pending and deficit, and until when the points are kept."""
    changes: dict[str, list[Any]] = {}
    for leg in legs:
        change = changes.setdefault(leg.unit, [0, 0, 0, 0, None])
        if leg.book in _PARTS:
            change[_PARTS[leg.book]] += -leg.amount if leg.book is Book.DEFICIT else leg.amount
        if leg.keeps_until is not None:
            change[4] = max(change[4] or 0, leg.keeps_until)
    return changes


def _lot_changes(legs: Sequence[Leg]) -> Rows:
    """Lot → points that it gains or loses; reserved points are out of their lots already."""
    changes: dict[tuple[int, int], int] = {}
    for leg in legs:
        if leg.book is not Book.HELD:
            for part in leg.parts:
                lot = (part.transaction_id, part.line)
                changes[lot] = changes.get(lot, 0) + (part.amount if leg.amount > 0 else -part.amount)
    return [(*lot, change) for lot, change in changes.items() if change]


def message_of(row: JournalValues, legs: Sequence[Leg]) -> str:
    """What the message about a transaction says: by unit, what the participant gained or lost."""
    amounts: dict[str, int] = {}
    for leg in legs:
        seen = leg.amount if leg.book in (Book.PARTICIPANT, Book.DEFICIT) else 0
        amounts[leg.unit] = amounts.get(leg.unit, 0) + seen
    listed = ", ".join([f"{quoted(unit)}: {amount}" for unit, amount in amounts.items()])
    return f'{{"transaction": "{row[1]}", "kind": {quoted(row[2])}, "amounts": {{{listed}}}}}'


_SQLITE: Mapping[str, str] = {
    "journal": "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "postings": "INSERT INTO posting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "lots": "INSERT INTO lot VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "uses": "INSERT INTO lot_use VALUES (?, ?, ?, ?, ?, ?, ?)",
    "changed_lots": "UPDATE lot SET remaining = remaining + ? WHERE account_id = ? AND transaction_id = ? AND line = ?",
    # By itself: SQLite writes the index of open lots anew wherever its column is named, also with the same value.
    "emptied_lots": "UPDATE lot SET open = remaining > 0 WHERE account_id = ? AND transaction_id = ? AND line = ? "
                    "AND open <> (remaining > 0)",
    "balances": "UPDATE balance SET posted = posted + :posted, held = held + :held, pending = pending + :pending, "
                "deficit = deficit + :deficit, keeps_until = CASE WHEN :kept > COALESCE(keeps_until, 0) THEN :kept "
                "ELSE keeps_until END, version = version + 1 WHERE account_id = :account AND unit = :unit",
    "new_balances": "INSERT INTO balance (account_id, unit, posted, held, pending, deficit, keeps_until, version) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "unsealed": "INSERT INTO unsealed VALUES (?, ?)",
    "message": "INSERT INTO outbox (account_id, id, bucket, topic, payload, created_at) VALUES (?, ?, ?, ?, ?, ?)",
}


def _write_sqlite(connection: Connection, made: _Transaction) -> None:
    account, number, booked_at = made.row[0], made.row[1], made.row[5]
    bucket, payload = made.message
    executed(connection, _SQLITE["journal"], made.row)
    for name in ("postings", "lots", "uses", "new_balances"):
        rows: Rows = getattr(made, name)
        if rows:
            executed_many(connection, _SQLITE[name], [(account, *row) for row in rows])
    for transaction_id, line, change in made.changed_lots:
        executed(connection, _SQLITE["changed_lots"], (change, account, transaction_id, line))
        executed(connection, _SQLITE["emptied_lots"], (account, transaction_id, line))
    for unit, posted, held, pending, deficit, kept, _ in made.balances:
        executed(connection, _SQLITE["balances"], {
            "account": account, "unit": unit, "posted": posted, "held": held, "pending": pending, "deficit": deficit,
            "kept": kept})
    executed(connection, _SQLITE["unsealed"], (account, number))
    executed(connection, _SQLITE["message"], (account, number, bucket, MOVED, payload, booked_at))


# Only the parts that a transaction needs, since each costs its time even without rows. psycopg keeps what it has parsed
# of statements up to 4,096 characters. What is updated comes as arrays: of those PostgreSQL expects few rows, and so
# looks them up one by one.
_PARTS_OF_POSTGRESQL: Mapping[str, str] = {
    "row": "booked AS (INSERT INTO journal SELECT * FROM json_populate_record(NULL::journal, %(journal)s))",
    "postings": "posted AS (INSERT INTO posting SELECT * FROM json_populate_recordset(NULL::posting, %(postings)s))",
    "lots": "made AS (INSERT INTO lot SELECT * FROM json_populate_recordset(NULL::lot, %(lots)s))",
    "uses": "used AS (INSERT INTO lot_use SELECT * FROM json_populate_recordset(NULL::lot_use, %(uses)s))",
    "changed_lots":
        "changed AS (UPDATE lot SET remaining = lot.remaining + c.change, open = lot.remaining + c.change > 0 "
        "FROM unnest(%(c0)s::bigint[], %(c1)s::bigint[], %(c2)s::bigint[]) AS c(transaction_id, line, change) "
        "WHERE lot.account_id = %(account)s AND lot.transaction_id = c.transaction_id AND lot.line = c.line)",
    "new_balances":
        "opened AS (INSERT INTO balance SELECT * FROM json_populate_recordset(NULL::balance, %(new_balances)s))",
    "balances":
        "kept AS (UPDATE balance SET posted = balance.posted + b.posted, held = balance.held + b.held, "
        "pending = balance.pending + b.pending, deficit = balance.deficit + b.deficit, "
        "keeps_until = GREATEST(balance.keeps_until, b.keeps_until), version = balance.version + 1 "
        "FROM unnest(%(b0)s::text[], %(b1)s::bigint[], %(b2)s::bigint[], %(b3)s::bigint[], %(b4)s::bigint[], "
        "%(b5)s::bigint[]) AS b(unit, posted, held, pending, deficit, keeps_until) "
        "WHERE balance.account_id = %(account)s AND balance.unit = b.unit)",
    "message":
        "told AS (INSERT INTO outbox (account_id, id, bucket, topic, payload, created_at) "
        f"VALUES (%(account)s, %(number)s, %(bucket)s, '{MOVED}', %(payload)s, %(booked_at)s))",
}


def _statement(made: _Transaction) -> str:
    parts = ", ".join(text for name, text in _PARTS_OF_POSTGRESQL.items() if getattr(made, name))
    return f"WITH {parts} INSERT INTO unsealed VALUES (%(account)s, %(number)s)"


_CHANGES = ("account_id", "unit", "posted", "held", "pending", "deficit", "keeps_until", "version")
_COLUMNS = {
    "postings": posting.columns.keys(), "lots": lot.columns.keys(), "uses": lot_use.columns.keys(),
    "new_balances": _CHANGES}


def _documents(made: _Transaction) -> dict[str, Any]:
    """The rows as JSON documents, whose keys are the columns of their tables."""
    account, number, booked_at = made.row[0], made.row[1], made.row[5]
    bucket, payload = made.message
    values = {"account": account, "number": number, "booked_at": booked_at, "bucket": bucket,
              "payload": payload,
              "journal": _encoded(dict(zip(journal.columns.keys(), made.row, strict=True)))}
    for prefix, changes, width in (("c", made.changed_lots, 3), ("b", made.balances, 6)):
        values |= {f"{prefix}{column}": [row[column] for row in changes] for column in range(width)}
    for name, columns in _COLUMNS.items():
        rows: Rows = getattr(made, name)
        values[name] = _encoded([dict(zip(columns, (account, *row), strict=False)) for row in rows]) if rows else "[]"
    return values
