"""Counters of caps and budgets, in statements whose number does not depend on how many there are.

Whoever may raise a counter takes its turn before anything else (`take_turns`), so that what it reads stays true until
it commits. Whoever lowers one needs no turn: that makes room at most. Counters are written behind the balances of their
accounts, which keeps transactions from waiting for each other in a circle.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zlib import crc32

from sqlalchemy import Connection, bindparam, select, text

from treuwerk.domain.limits import EVERYBODY, Place
from treuwerk.store.arrays import array, listed, paired
from treuwerk.store.bulk import insert_rows
from treuwerk.store.tables import account_merge, limit_use

TURNS = 64
"""Accounts share so many turns, and budgets as many others."""
_TURN = 0x6C696D69  # of who raises counters, among the advisory locks of PostgreSQL
UseRow = tuple[int, int, int, str, int]
"""A row of `limit_use` in the order of its columns."""


class Back(NamedTuple):
    """What the transaction `by` took back of the transaction `of`: its awards, as they are stored, with the points."""

    account_id: int
    by: int
    of: int
    awards: Iterable[Mapping[str, Any]]


def turns_of(accounts: Iterable[int], budgets: Iterable[str]) -> set[int]:
    """The turns of accounts and budgets."""
    return {account % TURNS for account in accounts} | {TURNS + crc32(code.encode()) % TURNS for code in budgets}


def take_turns(connection: Connection, turns: Collection[int]) -> None:
    """Let transactions be alone that may raise the same counters. SQLite has one writer anyway."""
    if turns and connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn, n) FROM unnest(CAST(:turns AS int[])) AS n"),
                           {"turn": _TURN, "turns": array(sorted(turns))})


_MERGED = select(account_merge.c.account_id, account_merge.c.into_account_id).where(
    account_merge.c.into_account_id.in_(bindparam("accounts", expanding=True)), account_merge.c.undone_at.is_(None))
_USED = {
    "sqlite": "SELECT c.account_id, c.counter, c.used FROM json_each(:pairs) p CROSS JOIN limit_counter c "
              "ON c.account_id = json_extract(p.value, '$[0]') AND c.counter = json_extract(p.value, '$[1]') "
              "UNION ALL SELECT :everybody, counter, SUM(points) FROM earning_budget "
              "WHERE counter IN (SELECT value FROM json_each(:budgets)) GROUP BY counter",
    "postgresql": "SELECT c.account_id, c.counter, c.used FROM unnest(CAST(:accounts AS bigint[]), "
                  "CAST(:counters AS text[])) AS p(account_id, counter) JOIN limit_counter c "
                  "ON c.account_id = p.account_id AND c.counter = p.counter UNION ALL "
                  "SELECT CAST(:everybody AS bigint), counter, CAST(SUM(points) AS bigint) FROM earning_budget "
                  "WHERE counter = ANY(CAST(:budgets AS text[])) GROUP BY counter",
}


def used(connection: Connection, places: Iterable[Place]) -> dict[Place, int]:
    """What is used of counters; those that nobody used are left out.

    What accounts used that were given up counts for those that they became, until they are two again.
    """
    wanted = sorted(set(places))
    if not wanted:
        return {}
    given_up = _given_up(connection, {account for account, _ in wanted if account != EVERYBODY})
    counts_for: dict[int, set[int]] = {}
    for account, into in given_up:
        counts_for.setdefault(account, set()).add(into)
    caps = [place for place in wanted if place[0] != EVERYBODY]
    caps += sorted({(account, counter) for account, some in counts_for.items() for into, counter in caps
                    if into in some} - set(caps))
    budgets = listed(connection, [counter for account, counter in wanted if account == EVERYBODY])
    rows = connection.execute(text(_USED[connection.dialect.name]), {
        **paired(connection, caps, "counters"), "budgets": budgets, "everybody": EVERYBODY})
    sums: dict[Place, int] = {}
    for account, counter, points in rows:
        for into in {account, *counts_for.get(account, ())}:
            sums[into, counter] = sums.get((into, counter), 0) + int(points)
    return sums


def _given_up(connection: Connection, accounts: Collection[int]) -> set[tuple[int, int]]:
    """Accounts that were given up, each with one of these that it became, also by way of others."""
    found, new = set[tuple[int, int]](), {(account, account) for account in accounts}
    while new:
        became = connection.execute(_MERGED, {"accounts": sorted({account for account, _ in new})}).all()
        new = {(account, last) for account, into in became for through, last in new if through == into} - found
        found |= new
    return found


_COUNT = {
    "sqlite": "INSERT INTO limit_counter (account_id, counter, used) SELECT json_extract(value, '$[0]'), "
              "json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(:rows) WHERE true ",
    "postgresql": "INSERT INTO limit_counter (account_id, counter, used) SELECT account_id, counter, points FROM "
                  "unnest(CAST(:accounts AS bigint[]), CAST(:counters AS text[]), CAST(:points AS bigint[])) "
                  "AS p(account_id, counter, points) ",
}
_COUNTED = "ON CONFLICT (account_id, counter) DO UPDATE SET used = limit_counter.used + excluded.used"
_LOWER = {
    "sqlite": "UPDATE limit_counter SET used = used + p.points FROM (SELECT json_extract(value, '$[0]') AS account_id, "
              "json_extract(value, '$[1]') AS counter, json_extract(value, '$[2]') AS points FROM json_each(:rows)) p ",
    "postgresql": "UPDATE limit_counter SET used = used + p.points FROM unnest(CAST(:accounts AS bigint[]), "
                  "CAST(:counters AS text[]), CAST(:points AS bigint[])) AS p(account_id, counter, points) ",
}
_LOWERED = "WHERE limit_counter.account_id = p.account_id AND limit_counter.counter = p.counter"
_SPEND = {
    "sqlite": "INSERT INTO earning_budget (counter, day, points) SELECT json_extract(value, '$[1]'), :day, "
              "json_extract(value, '$[2]') FROM json_each(:rows) WHERE true ",
    "postgresql": "INSERT INTO earning_budget (counter, day, points) SELECT counter, :day, points FROM "
                  "unnest(CAST(:counters AS text[]), CAST(:points AS bigint[])) AS p(counter, points) ",
}
_SPENT = "ON CONFLICT (counter, day) DO UPDATE SET points = earning_budget.points + excluded.points"


def write(connection: Connection, uses: Sequence[UseRow], day: str) -> None:
    """Keep what bookings used, or below zero gave back, and count it; `day` is that of the booking, ISO 8601.

    The balances of the accounts are locked already.
    """
    insert_rows(connection, limit_use, uses)
    sums: dict[Place, int] = {}
    for account, _, _, counter, amount in uses:
        place = (EVERYBODY if counter.startswith("budget|") else account), counter
        sums[place] = sums.get(place, 0) + amount
    ordered = sorted((*place, points) for place, points in sums.items())
    _count(connection, [row for row in ordered if row[0] != EVERYBODY and row[2] > 0], _COUNT, _COUNTED)
    _count(connection, [row for row in ordered if row[0] != EVERYBODY and row[2] < 0], _LOWER, _LOWERED)
    _count(connection, [row for row in ordered if row[0] == EVERYBODY], _SPEND, _SPENT, day=day)


def _count(connection: Connection, rows: Sequence[tuple[int, str, int]], change: Mapping[str, str], then: str,
           **more: str) -> None:
    if not rows:
        return
    dialect = connection.dialect.name
    values = {"rows": json.dumps(rows)} if dialect == "sqlite" else {
        "counters": array([row[1] for row in rows]), "points": array([row[2] for row in rows])}
    if dialect == "postgresql" and "account_id" in change[dialect]:
        values["accounts"] = array([row[0] for row in rows])
    connection.execute(text(change[dialect] + then), {**values, **more})


_USES = {
    "sqlite": "SELECT DISTINCT u.account_id, u.transaction_id, u.line, u.counter FROM json_each(:pairs) p "
              "CROSS JOIN limit_use u ON u.account_id = json_extract(p.value, '$[0]') "
              "AND u.transaction_id = json_extract(p.value, '$[1]')",
    "postgresql": "SELECT u.account_id, u.transaction_id, u.line, u.counter FROM unnest(CAST(:accounts AS bigint[]), "
                  "CAST(:numbers AS bigint[])) AS p(account_id, number) JOIN limit_use u "
                  "ON u.account_id = p.account_id AND u.transaction_id = p.number",
}


def give_back(connection: Connection, backs: Sequence[Back], day: str) -> None:
    """Give points of awards back to the limits that they used; their accounts are locked."""
    taken = [(one, award["line"], award["points"]) for one in backs for award in one.awards if award["points"]]
    if not taken:
        return
    places = sorted({(one.account_id, one.of) for one, _, _ in taken})
    counters: dict[tuple[int, int, int], list[str]] = {}
    for account, number, at, counter in connection.execute(
            text(_USES[connection.dialect.name]), paired(connection, places, "numbers")):
        counters.setdefault((account, number, at), []).append(counter)
    rows = [(one.account_id, one.by, line, counter, -points) for one, line, points in taken
            for counter in counters.get((one.account_id, one.of, line), ())]
    if rows:
        write(connection, rows, day)


def days_of_budgets(connection: Connection) -> list[tuple[str, str, int]]:
    """What budgets gave: counter, day of the booking and points, in their order."""
    return [(row.counter, row.day, row.points) for row in connection.execute(text(
        "SELECT counter, day, points FROM earning_budget ORDER BY counter, day"))]
