"""The tables behind each seal as the database hashes or writes them in one go: see `domain.records.Digest`.

Rows come by way of the indexes, in the order of seal, sequence, line and lot, and so need not be sorted. No proof
rests on that: their places are hashed, too, and a digest that differs is made again from sorted rows. PostgreSQL hashes
by itself; SQLite writes one text per seal and table, since fetching rows one by one costs as much as all the rest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection

from treuwerk.domain.records import digest_of_tables
from treuwerk.store.recording import rows

_NOTHING = sha256().hexdigest()
CREDITS, TRANSACTIONS, NO_ACCRUAL = "\x1d", "\x1e", "\x1f"
"""What stands between the credits of an accrual, between transactions, and for one that is no accrual."""
_ONE_BY_ONE = ("hashjoin", "mergejoin", "seqscan", "bitmapscan", "hashagg")

_SEALED = ("seal a CROSS JOIN sealed s CROSS JOIN {table} t WHERE a.number BETWEEN {first} AND {last} "
           "AND s.sequence BETWEEN a.first_sequence AND a.last_sequence "
           "AND t.account_id = s.account_id AND t.{key} = s.transaction_id GROUP BY a.number ORDER BY a.number")
_KEYS = {"journal": "id", "posting": "transaction_id", "lot_use": "transaction_id"}
_PLACE = "s.sequence - a.first_sequence + 1"
_JOURNAL = (_PLACE, "t.account_id", "t.id", "t.kind", "t.business_key", "t.occurred_on", "t.booked_at", "t.actor",
            "t.cause", "t.evidence", "t.refers_to")
_LEG = (_PLACE, "t.line", "t.book", "t.unit", "t.amount", "t.active_from", "t.expires_at", "t.keeps_until")
_USE = (_PLACE, "t.line", "t.lot_transaction_id", "t.lot_line", "t.amount")
_QUOTED = {"t.kind", "t.occurred_on", "t.evidence", "t.book", "t.unit"}
_ESCAPED = {"t.business_key", "t.actor", "t.cause"}
_NULLABLE = {"t.refers_to", "t.active_from", "t.expires_at", "t.keeps_until"}
_OWN = "('participant', 'pending')"  # credits of an accrual
_LINES = {"journal": _JOURNAL, "posting": _LEG, "lot_use": _USE}


class SealTables(NamedTuple):
    """What stands behind a seal: its digest, how many transactions, accruals and postings, and its explanations.

    `newest` is the latest instant at which one of them was booked. `explained` are the different explanations of
    accruals, each with the credits that it stands for; None where they cannot be told apart, and none on PostgreSQL,
    which compares them by itself.
    """

    number: int
    digest: str
    records: int
    accruals: int
    newest: int
    legs: int
    explained: set[tuple[bytes, str]] | None


def sealed_tables(connection: Connection, first: int, last: int) -> Iterator[SealTables]:
    """What stands behind the seals of these numbers; not one behind which there is nothing."""
    hashed = _by_sqlite if connection.dialect.name == "sqlite" else _by_postgresql
    with by_index(connection):
        legs, uses = ({number: (digest, found) for number, digest, found in hashed(connection, table, first, last)}
                      for table in ("posting", "lot_use"))
        for number, transactions, explanations, records, accruals, newest, explained in _heads(connection, first, last):
            of_legs, count = legs.get(number, (_NOTHING, 0))
            digest = digest_of_tables(transactions, explanations, of_legs, uses.get(number, (_NOTHING, 0))[0])
            yield SealTables(number, digest, records, accruals, newest, count, explained)


def _heads(connection: Connection, first: int, last: int) -> Iterator[Any]:
    """(number, digest of transactions, of explanations, how many there are, accruals, newest, explained) of each."""
    of = _SEALED.format(table="journal", key="id", first=int(first), last=int(last))
    if connection.dialect.name == "postgresql":
        yield from rows(connection, (
            f"SELECT a.number, {_sha(_written(_JOURNAL))}, {_sha(_EXPLANATION)}, COUNT(*), "
            f"COUNT(*) FILTER (WHERE t.kind = 'accrual'), MAX(t.booked_at), ARRAY[]::text[] FROM {of}"))
        return
    given = f"CASE WHEN t.kind = 'accrual' THEN {credits_of('t', 'sqlite')} ELSE char(31) END"
    for number, transactions, explanations, records, accruals, newest, credited in rows(connection, (
            f"SELECT a.number, {_blob(_as_list(_JOURNAL))}, {_blob('t.explanation')}, COUNT(*), "
            f"SUM(t.kind = 'accrual'), MAX(t.booked_at), group_concat({given}, char(30)) FROM {of}")):
        yield (number, _hashed(transactions), _hashed(explanations), records, accruals, newest,
               _explained(explanations, credited, records))


def _explained(explanations: bytes, given: str, records: int) -> set[tuple[bytes, str]] | None:
    """Each explanation of accruals with what was given, once; None where they hold what should only part them."""
    texts, lists = explanations.split(b"\n"), given.split(TRANSACTIONS)
    if len(texts) != records or len(lists) != records:
        return None
    return {pair for pair in set(zip(texts, lists, strict=True)) if pair[1] != NO_ACCRUAL}


def _by_sqlite(connection: Connection, table: str, first: int, last: int) -> Iterator[tuple[int, str, int]]:
    of = _SEALED.format(table=table, key=_KEYS[table], first=int(first), last=int(last))
    for number, written, found in rows(
            connection, f"SELECT a.number, {_blob(_as_list(_LINES[table]))}, COUNT(*) FROM {of}"):
        yield number, _hashed(written), found


def _by_postgresql(connection: Connection, table: str, first: int, last: int) -> Iterator[tuple[int, str, int]]:
    of = _SEALED.format(table=table, key=_KEYS[table], first=int(first), last=int(last))
    yield from rows(connection, f"SELECT a.number, {_sha(_written(_LINES[table]))}, COUNT(*) FROM {of}")


def explained_accruals(connection: Connection, first: int, last: int) -> Iterator[tuple[int, str, str]]:
    """(sequence, explanation, credits) of the accruals in a range of the sequence."""
    with by_index(connection):
        yield from rows(connection, (
            f"SELECT s.sequence, j.explanation, {credits_of('j', connection.dialect.name)} FROM sealed s "
            "CROSS JOIN journal j "
            f"WHERE s.sequence BETWEEN {int(first)} AND {int(last)} AND j.account_id = s.account_id "
            "AND j.id = s.transaction_id AND j.kind = 'accrual' ORDER BY s.sequence"))


def waiting_accruals(connection: Connection) -> Iterator[tuple[int, int, str, str]]:
    """(account, transaction, explanation, credits) of the accruals that no seal covers yet."""
    yield from rows(connection, (
        f"SELECT j.account_id, j.id, j.explanation, {credits_of('j', connection.dialect.name)} FROM unsealed w "
        "JOIN journal j ON j.account_id = w.account_id AND j.id = w.transaction_id WHERE j.kind = 'accrual'"))


def equal_credits(connection: Connection) -> Iterator[tuple[str, int, str, int, int]]:
    """(explanation, line, unit, amount, how often) of all credits of accruals."""
    connection.exec_driver_sql("SET LOCAL enable_sort = off")  # it takes them for more than they are, and would sort
    yield from rows(connection, (
        "SELECT j.explanation, p.line, p.unit, p.amount, COUNT(*) FROM journal j JOIN posting p "
        f"ON p.account_id = j.account_id AND p.transaction_id = j.id WHERE j.kind = 'accrual' AND p.book IN {_OWN} "
        "GROUP BY 1, 2, 3, 4"))
    connection.exec_driver_sql("SET LOCAL enable_sort = on")


def credits_of(journal: str, dialect: str) -> str:
    """An expression for the credits of an accrual: line, unit, amount of each."""
    of = (f"FROM posting p WHERE p.account_id = {journal}.account_id AND p.transaction_id = {journal}.id "
          f"AND p.book IN {_OWN}")
    if dialect == "sqlite":
        return f"COALESCE((SELECT group_concat(p.line || ',' || p.unit || ',' || p.amount, char(29)) {of}), '')"
    return f"COALESCE((SELECT string_agg(concat(p.line, ',', p.unit, ',', p.amount), chr(29)) {of}), '')"


@contextmanager
def by_index(connection: Connection) -> Iterator[None]:
    """Joins by way of the indexes: with wide rows, the large ones that PostgreSQL prefers would go over the disk."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.exec_driver_sql("; ".join(f"SET LOCAL enable_{way} = off" for way in _ONE_BY_ONE))
    connection.exec_driver_sql("SET LOCAL join_collapse_limit = 1")  # tables in the order in which they are named
    yield
    connection.exec_driver_sql("; ".join(f"SET LOCAL enable_{way} = on" for way in _ONE_BY_ONE))
    connection.exec_driver_sql("SET LOCAL join_collapse_limit = 8")


def _hashed(lines: bytes) -> str:
    hashed = sha256(lines)
    hashed.update(b"\n")
    return hashed.hexdigest()


def _as_list(columns: tuple[str, ...]) -> str:
    return f"json_array({', '.join(columns)})"


def _blob(line: str) -> str:
    return f"CAST(group_concat({line}, char(10)) AS BLOB)"


def _sha(line: str) -> str:
    return f"encode(sha256(convert_to(string_agg({line}, ''), 'UTF8')), 'hex')"


_EXPLANATION = "t.explanation || chr(10)"


def _written(columns: tuple[str, ...]) -> str:
    """Few arguments, since each costs: what stands between two values is one text."""
    values, before = [], "["
    for column in columns:
        mark = '"' if column in _QUOTED else ""
        values += [f"'{before}{mark}'", _value(column)]
        before = f"{mark},"
    return f"concat({', '.join(values)}, '{before[:-1]}]' || chr(10))"


def _value(column: str) -> str:
    if column in _ESCAPED:
        return f"to_json({column})"
    return f"COALESCE({column}::text, 'null')" if column in _NULLABLE else column
