"""Lines that may make a whole, and what is booked of it, in statements whose number does not depend on the data."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from treuwerk.domain.assemblies import COMPLETION
from treuwerk.domain.recalculations import lowered
from treuwerk.store.arrays import paired
from treuwerk.store.bulk import insert_rows
from treuwerk.store.credited import Credited, all_pairs, with_reversals
from treuwerk.store.tables import assembly_booking, assembly_line, assembly_terms

_TURN = 0x61736D62  # of batches that complete orders, among the advisory locks of PostgreSQL
_TURNS = 64
_AT_ONCE = 5_000
Place = tuple[int, int]
"""Account and line."""
Group = tuple[int, str]
"""Account and order."""


class OrderLine(NamedTuple):
    """A line of an order with what it rests on. `alone` is what it earned by itself, as the journal explains it."""

    account_id: int
    order_key: str
    line_id: int
    purchase_key: str
    brings: str
    stated: str
    awards: str
    since: str
    terms: str
    day: str
    quantity: int
    source: str
    order: str
    alone: str


def take_turns(connection: Connection, accounts: Collection[int]) -> None:
    """Let batches be alone that bring goods of the same accounts: neither sees what the other has not committed.

    Some accounts share a turn, so that there are few locks. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn, n) FROM unnest(CAST(:turns AS int[])) AS n"), {
            "turn": _TURN, "turns": sorted({account % _TURNS for account in accounts})})


def note_terms(connection: Connection, number: str, detail: str) -> None:
    """Keep terms by their digest, once."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(assembly_terms).on_conflict_do_nothing(), [{"id": number, "detail": detail}])


def terms(connection: Connection) -> dict[str, str]:
    """All terms by which orders were judged."""
    return {row.id: row.detail for row in connection.execute(select(assembly_terms))}


def note_lines(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep lines of orders, in the order of their columns."""
    insert_rows(connection, assembly_line, rows)


def note_bookings(connection: Connection, rows: Sequence[tuple[int, int, int]]) -> None:
    """Keep what was booked of lines: account, line and transaction."""
    insert_rows(connection, assembly_booking, rows)


def set_since(connection: Connection, rows: Iterable[tuple[OrderLine, str, str]]) -> None:
    """Note since when lines are part of a whole, and by which terms."""
    values = [{"account": line.account_id, "of": line.order_key, "line": line.line_id, "day": since, "by": by}
              for line, since, by in rows]
    if values:
        connection.execute(update(assembly_line).where(
            assembly_line.c.account_id == bindparam("account"), assembly_line.c.order_key == bindparam("of"),
            assembly_line.c.line_id == bindparam("line")).values(since=bindparam("day"), terms=bindparam("by")), values)


def set_awards(connection: Connection, lines: Iterable[OrderLine]) -> None:
    """Note what lines are worth as part of a whole, once a limit cut that."""
    values = [{"account": one.account_id, "of": one.order_key, "line": one.line_id, "worth": one.awards}
              for one in lines]
    if values:
        connection.execute(update(assembly_line).where(
            assembly_line.c.account_id == bindparam("account"), assembly_line.c.order_key == bindparam("of"),
            assembly_line.c.line_id == bindparam("line")).values(awards=bindparam("worth")), values)


_PAIRED = {
    "sqlite": "(SELECT json_extract(value, '$[0]') AS account_id, json_extract(value, '$[1]') AS other "
              "FROM json_each(:pairs)) p CROSS",
    "postgresql": "unnest(CAST(:accounts AS bigint[]), CAST(:others AS {kind}[])) AS p(account_id, other)"}
_COLUMNS = ", ".join(f"a.{column.name}" for column in assembly_line.columns)
_LINES = (
    f"SELECT {_COLUMNS}, l.occurred_on, l.quantity, l.source, l.order_number, COALESCE(j.explanation, '[]'), "
    "(SELECT r.explanation FROM journal r WHERE r.account_id = a.account_id AND r.refers_to = a.line_id "
    f"AND r.kind = 'reversal' AND r.business_key LIKE '{COMPLETION}%' ORDER BY r.id DESC LIMIT 1) "
    "FROM {pairs} JOIN assembly_line a ON a.account_id = p.account_id AND a.order_key = p.other "
    "JOIN purchase_line l ON l.account_id = a.account_id AND l.id = a.line_id "
    "LEFT JOIN journal j ON j.account_id = a.account_id AND j.id = a.line_id AND j.kind = 'accrual'")
_GROUPS = ("SELECT DISTINCT a.account_id, a.order_key FROM {pairs} "
           "JOIN assembly_line a ON a.account_id = p.account_id AND a.line_id = p.other")
_GONE = (
    "SELECT t.account_id, t.line_id, SUM(t.pieces), SUM(CASE WHEN t.key = 'superseded' OR c.kind IN "
    "('cancel', 'outdone', 'receipt') THEN t.pieces ELSE 0 END) FROM {pairs} "
    "JOIN taken_back t ON t.account_id = p.account_id AND t.line_id = p.other LEFT JOIN correction c ON c.key = t.key "
    "GROUP BY t.account_id, t.line_id")
_REVERSED = (
    "SELECT j.account_id, j.refers_to, j.explanation FROM {pairs} "
    "JOIN journal j ON j.account_id = p.account_id AND j.refers_to = p.other WHERE j.kind = 'reversal'")
_CREDITED = (
    "SELECT b.account_id, b.line_id, j.id, j.explanation, r.explanation, j.kind FROM {pairs} "
    "JOIN assembly_booking b ON b.account_id = p.account_id AND b.line_id = p.other "
    "JOIN journal j ON j.account_id = b.account_id AND j.id = b.transaction_id LEFT JOIN journal r "
    "ON r.account_id = j.account_id AND r.refers_to = j.id AND r.kind = 'reversal' "
    "ORDER BY j.account_id, j.id, r.id")


def _found(connection: Connection, statement: str, pairs: Iterable[tuple[int, Any]], kind: str = "bigint") -> Any:
    wanted = sorted(set(pairs))
    if not wanted:
        return []
    dialect = connection.dialect.name
    return connection.execute(text(statement.format(pairs=_PAIRED[dialect].format(kind=kind))),
                              paired(connection, wanted, "others"))


def groups_of(connection: Connection, lines: Iterable[Place]) -> set[Group]:
    """The orders that purchase lines belong to, where they may make a whole."""
    return {tuple(row) for row in _found(connection, _GROUPS, lines)}


def all_groups(connection: Connection) -> Iterator[list[Group]]:
    """All orders that may make a whole, some thousand at a time."""
    return all_pairs(connection, assembly_line.c.account_id, assembly_line.c.order_key)


_COMPLETIONS = text(
    "SELECT j.account_id, j.id, j.explanation, p.line, p.unit, p.amount, EXISTS (SELECT 1 FROM assembly_booking b "
    "JOIN assembly_line a ON a.account_id = b.account_id AND a.line_id = b.line_id WHERE b.account_id = j.account_id "
    "AND b.transaction_id = j.id AND COALESCE(j.refers_to, a.line_id) = a.line_id) FROM journal j LEFT JOIN posting p "
    "ON p.account_id = j.account_id AND p.transaction_id = j.id AND p.book IN ('participant', 'pending') "
    "WHERE j.kind IN ('completion', 'recalculation') ORDER BY j.account_id, j.id, p.line")


def completions(connection: Connection) -> Iterator[tuple[int, int, str, list[str], bool]]:
    """All bookings that complete lines: account, id, explanation, what they gave, and whether the line is known."""
    rows = connection.execute(_COMPLETIONS, execution_options={"yield_per": _AT_ONCE})
    for (account, number), group in groupby(rows, key=lambda row: (row[0], row[1])):
        legs = list(group)
        yield (account, number, legs[0][2], [f"{line},{unit},{amount}" for *_, line, unit, amount, _ in legs
                                             if line is not None], bool(legs[0][6]))


_LOWERINGS = (
    "SELECT j.account_id, j.refers_to, COUNT(*) FROM {pairs} "
    "JOIN journal j ON j.account_id = p.account_id AND j.refers_to = p.other "
    f"WHERE j.kind = 'reversal' AND j.business_key LIKE '{COMPLETION}%' GROUP BY j.account_id, j.refers_to")


def lowerings(connection: Connection, lines: Iterable[Place]) -> dict[Place, int]:
    """How often first bookings were lowered, since their lines are worth less by now."""
    return {(account, line): int(count) for account, line, count in _found(connection, _LOWERINGS, lines)}


def lines_of(connection: Connection, groups: Iterable[Group]) -> list[OrderLine]:
    """All lines of orders."""
    found = _found(connection, _LINES, groups, "text")
    return [OrderLine._make((*facts, lowered(earned, latest))) for *facts, earned, latest in found]


def gone(connection: Connection, lines: Iterable[Place]) -> dict[Place, tuple[int, int]]:
    """Pieces that are no longer there by line, and how many of them never were: cancelled, replaced, not received."""
    places = list(lines)
    found = {(account, line): (int(pieces), int(never)) for account, line, pieces, never in _found(
        connection, _GONE, places)}
    for account, line, explanation in _found(connection, _REVERSED, places):
        back = max((award.get("returned", 0) for award in json.loads(explanation)), default=0)
        pieces, never = found.get((account, line), (0, 0))
        found[account, line] = max(pieces, back), never  # by hand, too
    return found


def credited(connection: Connection, lines: Iterable[Place]) -> dict[Place, list[Credited]]:
    """What was booked of lines as part of a whole, oldest first."""
    return with_reversals(((account, line), *more) for account, line, *more in _found(connection, _CREDITED, lines))
