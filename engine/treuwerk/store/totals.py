"""What counts for totals, and what is booked of them, in statements whose number does not depend on the data."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, text

from treuwerk.domain.ledger import TransactionKind
from treuwerk.store.arrays import columns, paired
from treuwerk.store.assemblies import Place
from treuwerk.store.bulk import insert_rows
from treuwerk.store.credited import Credited, all_pairs, with_reversals
from treuwerk.store.tables import total, total_booking, total_day, total_line

_TURN = 0x746F746C  # of batches that count for totals, among the advisory locks of PostgreSQL
_TURNS = 64
_AT_ONCE = 5_000
Total = tuple[int, str]
"""Account and total."""
Sums = dict[str, tuple[int, int]]
"""Amount in ten-thousandths and number of lines, by ISO day."""


class CountedLine(NamedTuple):
    """What a purchase line or activity counts for: as it came, and net of what is gone.

    `gone` are pieces of which neither a correction nor a reversal tells.
    """

    account_id: int
    total: str
    line_id: int
    day: str
    quantity: int
    amount: int
    kept: int
    gone: int = 0


class State(NamedTuple):
    """What a total came to when it was looked at last: the amount, and its worth as JSON."""

    counted: int
    awards: str


def take_turns(connection: Connection, accounts: Collection[int]) -> None:
    """Let batches be alone that count for the same accounts: neither sees what the other has not committed.

    Some accounts share a turn, so that there are few locks. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn, n) FROM unnest(CAST(:turns AS int[])) AS n"), {
            "turn": _TURN, "turns": sorted({account % _TURNS for account in accounts})})


def note_lines(connection: Connection, lines: Sequence[CountedLine]) -> None:
    """Keep what new lines count for."""
    insert_rows(connection, total_line, lines)


def note_bookings(connection: Connection, rows: Sequence[tuple[int, str, int]]) -> None:
    """Keep what was booked of totals: account, total and transaction."""
    insert_rows(connection, total_booking, rows)


def set_kept(connection: Connection, lines: Sequence[CountedLine]) -> None:
    """Note what is left of lines."""
    _put(connection, total_line, lines, {"kept": "{new}", "gone": "{new}"})


def add_to_days(connection: Connection, more: Mapping[tuple[int, str, str], tuple[int, int]]) -> None:
    """Add to the sums of days: by account, total and day an amount and a number of lines, both may be below zero."""
    rows = [(*at, *added) for at, added in sorted(more.items()) if any(added)]
    _put(connection, total_day, rows, {"amount": "{old} + {new}", "lines": "{old} + {new}"})


def set_states(connection: Connection, states: Mapping[Total, State]) -> None:
    """Note what totals come to by now."""
    _put(connection, total, [(*at, *state) for at, state in sorted(states.items())],
         {"counted": "{new}", "awards": "{new}"})


def _put(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], changes: Mapping[str, str]) -> None:
    """Insert rows; where there is one of the same key, its columns change as said. One statement on PostgreSQL."""
    if not rows:
        return
    names = [column.name for column in table.columns]
    sets = ", ".join(f"{name} = " + how.format(old=f"{table.name}.{name}", new=f"excluded.{name}")
                     for name, how in changes.items())
    put = (f"INSERT INTO {table.name} ({', '.join(names)}) {{source}} "
           f"ON CONFLICT ({', '.join(column.name for column in table.primary_key)}) DO UPDATE SET {sets}")
    if connection.dialect.name == "postgresql":
        arrays = ", ".join(f"CAST(:c{at} AS {column.type.compile(connection.dialect).split()[0]}[])"
                           for at, column in enumerate(table.columns))
        connection.execute(text(put.format(source=f"SELECT * FROM unnest({arrays})")), columns(rows))
    else:
        connection.exec_driver_sql(put.format(source=f"VALUES ({', '.join('?' * len(names))})"), list(rows))


_PAIRED = {
    "sqlite": "(SELECT json_extract(value, '$[0]') AS account_id, json_extract(value, '$[1]') AS other "
              "FROM json_each(:pairs)) p CROSS",
    "postgresql": "unnest(CAST(:accounts AS bigint[]), CAST(:others AS {kind}[])) AS p(account_id, other)"}
_OF_LINES = ("SELECT t.account_id, t.total, t.line_id, t.day, t.quantity, t.amount, t.kept, t.gone FROM {pairs} "
             "JOIN total_line t ON t.account_id = p.account_id AND t.line_id = p.other")
_OF_TOTALS = ("SELECT t.account_id, t.total, t.line_id, t.day, t.quantity, t.amount, t.kept, t.gone FROM {pairs} "
              "JOIN total_line t ON t.account_id = p.account_id AND t.total = p.other")
_DAYS = ("SELECT t.account_id, t.total, t.day, t.amount, t.lines FROM {pairs} "
         "JOIN total_day t ON t.account_id = p.account_id AND t.total = p.other")
_STATES = ("SELECT t.account_id, t.total, t.counted, t.awards FROM {pairs} "
           "JOIN total t ON t.account_id = p.account_id AND t.total = p.other")
_CREDITED = (
    "SELECT b.account_id, b.total, j.id, j.explanation, r.explanation FROM {pairs} "
    "JOIN total_booking b ON b.account_id = p.account_id AND b.total = p.other "
    "JOIN journal j ON j.account_id = b.account_id AND j.id = b.transaction_id LEFT JOIN journal r "
    "ON r.account_id = j.account_id AND r.refers_to = j.id AND r.kind = 'reversal' "
    "ORDER BY j.account_id, j.id, r.id")


def _found(connection: Connection, statement: str, pairs: Iterable[tuple[int, Any]], kind: str) -> Any:
    wanted = sorted(set(pairs))
    if not wanted:
        return []
    among = _PAIRED[connection.dialect.name].format(kind=kind)
    return connection.execute(text(statement.format(pairs=among)), paired(connection, wanted, "others"))


def lines_at(connection: Connection, places: Iterable[Place]) -> list[CountedLine]:
    """What purchase lines and activities count for; those that count for nothing are left out."""
    return [CountedLine._make(row) for row in _found(connection, _OF_LINES, places, "bigint")]


def lines_of(connection: Connection, totals: Iterable[Total]) -> list[CountedLine]:
    """All that counts for totals."""
    return [CountedLine._make(row) for row in _found(connection, _OF_TOTALS, totals, "text")]


def days(connection: Connection, totals: Iterable[Total]) -> dict[Total, Sums]:
    """What counts for totals by day."""
    found: dict[Total, Sums] = {}
    for account, of, day, amount, lines in _found(connection, _DAYS, totals, "text"):
        found.setdefault((account, of), {})[day] = amount, lines
    return found


def states(connection: Connection, totals: Iterable[Total]) -> dict[Total, State]:
    """What totals came to when they were looked at last."""
    return {(account, of): State(*state) for account, of, *state in _found(connection, _STATES, totals, "text")}


def credited(connection: Connection, totals: Iterable[Total]) -> dict[Total, list[Credited]]:
    """What was booked of totals, oldest first."""
    return with_reversals(((account, name), *more, TransactionKind.TOTAL.value)
                          for account, name, *more in _found(connection, _CREDITED, totals, "text"))


def all_totals(connection: Connection) -> Iterator[list[Total]]:
    """All totals for which something counts or counted, some thousand at a time."""
    return all_pairs(connection, total_line.c.account_id, total_line.c.total)


_STRAY = text("SELECT j.account_id, j.id FROM journal j LEFT JOIN total_booking b ON b.account_id = j.account_id "
              "AND b.transaction_id = j.id WHERE j.kind = 'total' AND b.total IS NULL ORDER BY j.account_id, j.id")
_GIVEN = text(
    "SELECT j.account_id, j.id, j.explanation, p.line, p.unit, p.amount FROM journal j LEFT JOIN posting p "
    "ON p.account_id = j.account_id AND p.transaction_id = j.id AND p.book IN ('participant', 'pending') "
    "WHERE j.kind = 'total' ORDER BY j.account_id, j.id, p.line")


def strays(connection: Connection) -> Iterator[tuple[int, int]]:
    """Bookings of totals that belong to none: account and id."""
    yield from ((account, number) for account, number in connection.execute(_STRAY))


def given(connection: Connection) -> Iterator[Sequence[Any]]:
    """Legs of bookings of totals: account, id, explanation, line, unit and amount."""
    yield from connection.execute(_GIVEN, execution_options={"yield_per": _AT_ONCE})
