"""What many reversals rest on, and what they change: accruals, lots and balances of accounts that are locked.

The number of statements does not depend on how many reversals there are.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from treuwerk.domain.assemblies import COMPLETION
from treuwerk.domain.ledger import Book
from treuwerk.domain.lots import Lot
from treuwerk.domain.recalculations import lowered
from treuwerk.store.arrays import columns, paired
from treuwerk.store.debits import LostRows
from treuwerk.store.spending import Pair

Place = tuple[int, int]
"""Account and transaction."""


class OwnLot(NamedTuple):
    """A lot that an accrual made, or the act that made its points spendable; `accrual` is the former."""

    account_id: int
    accrual: int
    book: str
    unit: str
    lot: Lot


_PAIRS = {"sqlite": "json_each(:pairs) q CROSS JOIN",
          "postgresql": "unnest(CAST(:accounts AS bigint[]), CAST(:numbers AS bigint[])) AS q(account_id, number) JOIN"}
_IS = {"sqlite": "{0}.account_id = json_extract(q.value, '$[0]') AND {0}.{1} = json_extract(q.value, '$[1]')",
       "postgresql": "{0}.account_id = q.account_id AND {0}.{1} = q.number"}


def _for_pairs(columns: str, table: str, column: str, more: str = "") -> Mapping[str, Any]:
    """A look into a table for each of many (account, number)."""
    short = table[0]
    return {dialect: text(f"SELECT {columns} FROM {_PAIRS[dialect]} {table} {short} "
                          f"ON {_IS[dialect].format(short, column)} {more}") for dialect in _PAIRS}


# What was judged anew since is worth less: the latest breakdown comes last.
_ACCRUALS = _for_pairs(
    "j.account_id, j.id, j.explanation, r.explanation", "journal", "id",
    f"LEFT JOIN journal r ON r.account_id = j.account_id AND r.refers_to = j.id AND r.kind = 'reversal' "
    f"AND r.business_key LIKE '{COMPLETION}%' WHERE j.kind = 'accrual' ORDER BY j.account_id, j.id, r.id")
_ACTIVATIONS = _for_pairs("j.account_id, j.id, j.refers_to", "journal", "refers_to", "WHERE j.kind = 'activation'")
_LOTS = _for_pairs("l.account_id, l.transaction_id, l.line, l.book, l.unit, l.remaining, l.expires_at", "lot",
                   "transaction_id")
_WENT = _for_pairs(
    "j.account_id, j.refers_to, p.unit, SUM(p.amount)", "journal", "refers_to",
    "JOIN posting p ON p.account_id = j.account_id AND p.transaction_id = j.id "
    "WHERE j.kind = 'reversal' AND p.book = 'expired' GROUP BY j.account_id, j.refers_to, p.unit")
# The leg behind the one that took points from a lot tells where they went.
_EXPIRED = _for_pairs(
    "l.account_id, l.transaction_id, l.unit, SUM(u.amount)", "lot", "transaction_id",
    "JOIN lot_use u ON u.account_id = l.account_id AND u.lot_transaction_id = l.transaction_id "
    "AND u.lot_line = l.line JOIN posting i ON i.account_id = u.account_id AND i.transaction_id = u.transaction_id "
    "AND i.line = u.line + 1 WHERE u.amount > 0 AND u.book = 'participant' AND i.book = 'expired' AND i.amount > 0 "
    "GROUP BY l.account_id, l.transaction_id, l.unit")
_FIRST = (
    "SELECT account_id, unit, transaction_id, line, remaining, expires_at FROM ("
    "SELECT l.account_id, l.unit, l.transaction_id, l.line, l.remaining, l.expires_at, {wanted} AS wanted, "
    "SUM(l.remaining) OVER (PARTITION BY l.account_id, l.unit ORDER BY l.expires_at, l.transaction_id, l.line) "
    "- l.remaining AS before FROM {pairs} lot l ON {same} WHERE l.open AND l.book = 'participant') f "
    "WHERE f.before < f.wanted ORDER BY account_id, unit, expires_at, transaction_id, line")
_FIRST_LOTS = {
    "sqlite": text(_FIRST.format(
        wanted="json_extract(q.value, '$[2]')", pairs="json_each(:pairs) q CROSS JOIN",
        same="l.account_id = json_extract(q.value, '$[0]') AND l.unit = json_extract(q.value, '$[1]')")),
    "postgresql": text(_FIRST.format(
        wanted="q.wanted", pairs="unnest(CAST(:accounts AS bigint[]), CAST(:units AS text[]), CAST(:wanted AS "
                                 "bigint[])) AS q(account_id, unit, wanted) JOIN",
        same="l.account_id = q.account_id AND l.unit = q.unit"))}
_BALANCE: Mapping[str, Any] = {
    "sqlite": "UPDATE balance SET posted = posted + ?, pending = pending + ?, deficit = deficit + ?, "
              "version = version + 1 WHERE account_id = ? AND unit = ?",
    "postgresql": text(
        "UPDATE balance SET posted = balance.posted + c.posted, pending = balance.pending + c.pending, "
        "deficit = balance.deficit + c.deficit, version = balance.version + 1 FROM unnest(CAST(:c0 AS bigint[]), "
        "CAST(:c1 AS bigint[]), CAST(:c2 AS bigint[]), CAST(:c3 AS bigint[]), CAST(:c4 AS text[])) "
        "AS c(posted, pending, deficit, account_id, unit) "
        "WHERE balance.account_id = c.account_id AND balance.unit = c.unit"),
}


def _bound(connection: Connection, places: Collection[Place]) -> dict[str, Any]:
    return paired(connection, list(places), "numbers")


def _looked_up(connection: Connection, statement: Mapping[str, Any], places: Collection[Place]) -> Iterable[Any]:
    return connection.execute(statement[connection.dialect.name], _bound(connection, places)).all() if places else ()


def explanations(connection: Connection, accruals: Collection[Place]) -> dict[Place, str]:
    """The stored breakdown of each accrual, as it counts by now."""
    return {(account, number): lowered(said, latest)
            for account, number, said, latest in _looked_up(connection, _ACCRUALS, accruals)}


def own_lots(connection: Connection, accruals: Collection[Place]) -> list[OwnLot]:
    """What is left of the points of accruals, also of those that waited for an act and were activated."""
    found = [*_looked_up(connection, _LOTS, accruals)]
    behind = {place: place[1] for place in accruals}
    waited = {(row[0], row[1]) for row in found if row[3] == Book.PENDING.value}
    for account, number, accrual in _looked_up(connection, _ACTIVATIONS, sorted(waited)):
        behind[account, number] = accrual
    found += _looked_up(connection, _LOTS, sorted(behind.keys() - set(accruals)))
    return [OwnLot(account, behind[account, number], book, unit, Lot(number, line, remaining, expires_at))
            for account, number, line, book, unit, remaining, expires_at in found]


def expired_of(connection: Connection, accruals: Collection[Place],
               lots: Iterable[OwnLot]) -> dict[tuple[Place, str], int]:
    """By accrual and unit: what of its points was booked out as expired, less what reversals took there since."""
    behind = {place: place for place in accruals}
    behind |= {(one.account_id, one.lot.transaction_id): (one.account_id, one.accrual) for one in lots
               if (one.account_id, one.accrual) in behind}
    sums: dict[tuple[Place, str], int] = {}
    for account, number, unit, amount in [*_looked_up(connection, _EXPIRED, sorted(behind)),
                                          *_looked_up(connection, _WENT, sorted(accruals))]:
        key = behind[account, number], unit
        sums[key] = sums.get(key, 0) + int(amount)  # what reversals took there is below zero
    return sums


def first_lots(connection: Connection, wanted: Mapping[Pair, int]) -> dict[Pair, list[Lot]]:
    """Open lots by account and unit in the order of spending, active or not: enough for what is wanted, or all."""
    if not wanted:
        return {}
    rows = [(account, unit, points) for (account, unit), points in wanted.items()]
    values: dict[str, Any] = {"pairs": json.dumps(rows)} if connection.dialect.name == "sqlite" else dict(
        zip(("accounts", "units", "wanted"), map(list, zip(*rows, strict=True)), strict=True))
    found: dict[Pair, list[Lot]] = {}
    for account, unit, *lot in connection.execute(_FIRST_LOTS[connection.dialect.name], values):
        found.setdefault((account, unit), []).append(Lot._make(lot))
    return found


def change_balances(connection: Connection, changes: Mapping[Pair, Sequence[int]]) -> None:
    """Change posted, pending and deficit of balances by (account, unit).

    Raises:
        LostRows: one of them is not there.
        sqlalchemy.exc.IntegrityError: a figure would fall below zero.
    """
    rows = [(*change, *pair) for pair, change in sorted(changes.items())]
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        changed = connection.exec_driver_sql(_BALANCE["sqlite"], rows).rowcount
    else:
        changed = connection.execute(_BALANCE["postgresql"], columns(rows)).rowcount
    if changed != len(rows):
        raise LostRows(f"found {changed} balances to change, expected {len(rows)}; nothing of this is stored")
