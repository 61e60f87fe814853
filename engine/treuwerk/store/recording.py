"""The canonical text of transactions, written by the database: the same to the letter as `domain.records.record`.

Reading the rows and writing the text in Python costs three times as much.
"""

from collections.abc import Iterator
from contextlib import closing
from itertools import count
from typing import Any

from sqlalchemy import Connection, text

_AT_ONCE = 2_000
_numbers = count(1)

_SQLITE_USES = (
    "COALESCE((SELECT group_concat(of_lot) FROM (SELECT printf('[\"%d\",%d,%d]', u.lot_transaction_id, u.lot_line, "
    "u.amount) AS of_lot FROM lot_use u WHERE u.account_id = p.account_id AND u.transaction_id = p.transaction_id "
    "AND u.line = p.line ORDER BY u.lot_transaction_id, u.lot_line)), '')")
_SQLITE_LEGS = (
    "(SELECT group_concat(leg) FROM (SELECT printf('[%d,\"%s\",\"%s\",%d,%s,%s,%s,[%s]]', p.line, p.book, p.unit, "
    "p.amount, COALESCE(p.active_from, 'null'), COALESCE(p.expires_at, 'null'), COALESCE(p.keeps_until, 'null'), "
    "{uses}) AS leg FROM posting p WHERE p.account_id = j.account_id AND p.transaction_id = j.id ORDER BY p.line))")
_SQLITE = (
    "printf('{{\"account\":\"%d\",\"id\":\"%d\",\"kind\":\"%s\",\"key\":%s,\"occurred_on\":\"%s\",\"booked_at\":%d,"
    "\"actor\":%s,\"cause\":%s,\"evidence\":\"%s\",\"explanation\":%s,\"refers_to\":%s,\"postings\":[%s]}}', "
    "j.account_id, j.id, j.kind, json_quote(j.business_key), j.occurred_on, j.booked_at, json_quote(j.actor), "
    "json_quote(j.cause), j.evidence, j.explanation, COALESCE('\"' || j.refers_to || '\"', 'null'), {legs})")

_POSTGRESQL_USES = (
    "COALESCE((SELECT string_agg('[\"' || u.lot_transaction_id || '\",' || u.lot_line || ',' || u.amount || ']', ',' "
    "ORDER BY u.lot_transaction_id, u.lot_line) FROM lot_use u WHERE u.account_id = p.account_id "
    "AND u.transaction_id = p.transaction_id AND u.line = p.line), '')")
_POSTGRESQL_LEGS = (
    "COALESCE((SELECT string_agg(format('[%s,\"%s\",\"%s\",%s,%s,%s,%s,[%s]]', p.line, p.book, p.unit, p.amount, "
    "COALESCE(p.active_from::text, 'null'), COALESCE(p.expires_at::text, 'null'), "
    "COALESCE(p.keeps_until::text, 'null'), {uses}), ',' ORDER BY p.line) FROM posting p "
    "WHERE p.account_id = j.account_id AND p.transaction_id = j.id), '')")
_POSTGRESQL = (
    "'{{\"account\":\"' || j.account_id || '\",\"id\":\"' || j.id || '\",\"kind\":\"' || j.kind || '\",\"key\":' || "
    "to_json(j.business_key)::text || ',\"occurred_on\":\"' || j.occurred_on || '\",\"booked_at\":' || j.booked_at || "
    "',\"actor\":' || to_json(j.actor)::text || ',\"cause\":' || to_json(j.cause)::text || ',\"evidence\":\"' || "
    "j.evidence || '\",\"explanation\":' || j.explanation || ',\"refers_to\":' || "
    "COALESCE('\"' || j.refers_to || '\"', 'null') || ',\"postings\":[' || {legs} || ']}}'")
_PARTS = {"sqlite": (_SQLITE, _SQLITE_LEGS, _SQLITE_USES),
          "postgresql": (_POSTGRESQL, _POSTGRESQL_LEGS, _POSTGRESQL_USES)}


def record_text(connection: Connection) -> str:
    """An expression of SQL for the record of the journal's row ``j``."""
    whole, legs, uses = _PARTS[connection.dialect.name]
    traced = bool(connection.execute(text("SELECT EXISTS (SELECT 1 FROM lot_use)")).scalar())
    return whole.format(legs=legs.format(uses=uses if traced else "''"))


def sealed_records(connection: Connection, first: int, last: int) -> Iterator[tuple[int, str, str, str]]:
    """(sequence, kind, explanation, record) of a range of the sequence, in its order.

    A number whose transaction the journal lacks is passed over: counting finds it.
    """
    statement = (
        f"SELECT s.sequence, j.kind, j.explanation, {record_text(connection)} AS record FROM sealed s "
        "CROSS JOIN journal j WHERE j.account_id = s.account_id AND j.id = s.transaction_id "
        f"AND s.sequence BETWEEN {int(first)} AND {int(last)} ORDER BY s.sequence")
    yield from _row_by_row(connection, statement)


def _row_by_row(connection: Connection, statement: str) -> Iterator[Any]:
    """Rows by way of the indexes: with wide rows, the large joins that PostgreSQL prefers would go over the disk."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; "
                                   "SET LOCAL enable_seqscan = off")
    yield from rows(connection, statement)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on; "
                                   "SET LOCAL enable_seqscan = on")


def rows(connection: Connection, statement: str) -> Iterator[Any]:
    """Rows of a statement as plain tuples, as they come: by the driver's own cursor, since each is read only once."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        with closing(driver.execute(statement)) as cursor:
            yield from cursor
        return
    with driver.cursor(name=f"rows_{next(_numbers)}") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(statement, binary=True)
        yield from cursor
