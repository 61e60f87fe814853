"""Guards: triggers by which the database itself refuses to change what is written in the books.

What is committed to an append-only table stays as it is; of lots, holds and balances only the running figures change.
On PostgreSQL one trigger per table fires once per statement, also where replication is set up, so that bulk inserts pay
nothing; on SQLite there is a trigger for changes and one for removals.
"""

from collections.abc import Iterator, Mapping, Sequence

import attrs
from sqlalchemy import Connection, text

APPEND_ONLY = ("journal", "posting", "lot_use", "sealed", "seal", "closing", "audit_entry", "purchase_identity")
FIXED_COLUMNS: Mapping[str, Sequence[str]] = {
    "lot": ("account_id", "transaction_id", "line", "book", "unit", "amount", "active_from", "expires_at"),
    "hold": ("account_id", "id", "unit", "amount"),
    "balance": ("account_id", "unit"),
    "balance_delta": ("source_id", "bucket", "book", "unit"),
}
"""Columns of the other tables that are never changed; rows of these tables are never removed."""
GUARDED = (*APPEND_ONLY, *FIXED_COLUMNS)

THERE, MISSING, CHANGED, OFF = "there", "missing", "changed", "switched off"
_FUNCTION = "treuwerk_append_only"
_BODY = (
    "BEGIN RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP "
    "USING ERRCODE = 'restrict_violation', "
    "HINT = 'book a reversal, a cancellation or an adjustment instead'; END")
_BEFORE_ALL = 2 + 8 + 16 + 32  # bits of pg_trigger.tgtype: before delete, update, truncate; once per statement


@attrs.frozen
class Guard:
    """One trigger and how it was found: there, missing, changed or switched off."""

    table: str
    name: str
    state: str

    @property
    def stands(self) -> bool:
        """Whether it guards its table."""
        return self.state == THERE


def put_up(connection: Connection, tables: Sequence[str] = GUARDED) -> None:
    """Make the guards of these tables, which have none yet."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql "
                                f"AS $body${_BODY}$body$"))
    for statement in _statements(connection.dialect.name, tables):
        connection.execute(text(statement))


def take_down(connection: Connection) -> None:
    """Remove the guards, whatever is left of them; with the tables they go by themselves."""
    take_down_from(connection, GUARDED)
    drop_function(connection)


def take_down_from(connection: Connection, tables: Sequence[str]) -> None:
    """Remove what is left of the guards of these tables."""
    for guard in guards(connection):
        if guard.table in tables and guard.state != MISSING:
            behind = f' ON "{guard.table}"' if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER {guard.name}{behind}"))


def drop_function(connection: Connection) -> None:
    """Remove what the guards of PostgreSQL call, once they are gone."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP FUNCTION IF EXISTS {_FUNCTION}()"))


def put_back(connection: Connection) -> list[Guard]:
    """Make anew what is missing, changed or switched off; returns what was found so."""
    found = [guard for guard in guards(connection) if not guard.stands]
    if found:
        take_down(connection)
        put_up(connection)
    return found


def guards(connection: Connection) -> list[Guard]:
    """Every guard that should stand, with its state."""
    find = _found_on_postgresql if connection.dialect.name == "postgresql" else _found_on_sqlite
    return list(find(connection))


def _statements(dialect: str, tables: Sequence[str]) -> Iterator[str]:
    for table in tables:
        if dialect == "postgresql":
            name, columns = f"{table}_guard", _columns(table)
            yield (f'CREATE TRIGGER {name} BEFORE UPDATE{columns} OR DELETE OR TRUNCATE ON "{table}" '
                   f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()")
            yield f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER {name}'
        else:
            yield from _sqlite_triggers(table).values()


def _columns(table: str) -> str:
    return f" OF {', '.join(FIXED_COLUMNS[table])}" if table in FIXED_COLUMNS else ""


def _sqlite_triggers(table: str) -> dict[str, str]:
    refused = (f"SELECT RAISE(ABORT, '{table} is append-only: %s refused; "
               "book a reversal, a cancellation or an adjustment instead')")
    return {
        f"{table}_guard_update":
            f'CREATE TRIGGER {table}_guard_update BEFORE UPDATE{_columns(table)} ON "{table}" '
            f"BEGIN {refused % 'UPDATE'}; END",
        f"{table}_guard_delete":
            f'CREATE TRIGGER {table}_guard_delete BEFORE DELETE ON "{table}" BEGIN {refused % "DELETE"}; END',
    }


def _found_on_sqlite(connection: Connection) -> Iterator[Guard]:
    there = {row.name: row.sql for row in connection.execute(text(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))}
    for table in GUARDED:
        for name, statement in _sqlite_triggers(table).items():
            state = MISSING if name not in there else THERE if there[name] == statement else CHANGED
            yield Guard(table, name, state)


def _found_on_postgresql(connection: Connection) -> Iterator[Guard]:
    there = {row.table: row for row in connection.execute(text(
        "SELECT c.relname AS table, t.tgtype AS type, t.tgenabled AS enabled, p.prosrc AS body, "
        "t.tgqual IS NULL AS always, ARRAY(SELECT a.attname::text FROM unnest(t.tgattr) "
        "WITH ORDINALITY AS n(number, at) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = n.number "
        "ORDER BY n.at) AS columns "
        "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE NOT t.tgisinternal AND t.tgname = c.relname || '_guard' AND pg_table_is_visible(c.oid)"))}
    for table in GUARDED:
        row = there.get(table)
        if row is None:
            state = MISSING
        elif (row.type, row.body, row.always, row.columns) != (_BEFORE_ALL, _BODY, True,
                                                               list(FIXED_COLUMNS.get(table, ()))):
            state = CHANGED
        else:
            state = {"A": THERE, "D": OFF}.get(row.enabled, CHANGED)
        yield Guard(table, f"{table}_guard", state)
