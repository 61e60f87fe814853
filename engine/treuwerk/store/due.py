"""What is due: points whose time is over, in all accounts or in some.

Who has due points is asked balance row by balance row, each with one look into the index of open lots, which begins
with account, unit and expiry. An index by expiry alone would make every clearing slower, to save a run of the night a
second per million accounts.
"""

import json
from array import array
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select, text

from treuwerk.domain.ledger import FOREVER
from treuwerk.store.accounts import Standing
from treuwerk.store.arrays import listed
from treuwerk.store.driver import executed_many, fetched
from treuwerk.store.many import among, by_index
from treuwerk.store.tables import journal, seal, unsealed

# All open points of a unit are due where it was kept alive only until then; else those whose own time is over.
_IS_DUE = ("lot.open AND lot.book = 'participant' AND lot.account_id = b.account_id AND lot.unit = b.unit "
           "AND lot.expires_at <= CASE WHEN b.keeps_until <= :until THEN 9223372036854775807 ELSE :until END")
_ACCOUNTS = text("SELECT b.account_id FROM balance b WHERE b.posted > 0 "
                 f"AND EXISTS (SELECT 1 FROM lot WHERE {_IS_DUE}) "
                 "UNION SELECT account_id FROM hold WHERE hold.open AND hold.expires_at <= :until ORDER BY 1")
_DUE_AT = "CASE WHEN b.keeps_until < lot.expires_at THEN b.keeps_until ELSE lot.expires_at END"
# A range of the index per account and unit. PostgreSQL finds and empties in one go, each lot by its place in the file;
# a look with an offset is never turned round, so that each pair is looked up once, whatever statistics say.
_PAIRS = ("json_each(:pairs) p CROSS JOIN lot WHERE lot.open AND lot.book = 'participant' "
          "AND lot.account_id = json_extract(p.value, '$[0]') AND lot.unit = json_extract(p.value, '$[1]') "
          "AND lot.expires_at <= json_extract(p.value, '$[2]')")
_FIND = {"sqlite": "SELECT lot.account_id, lot.unit, MIN(lot.expires_at, json_extract(p.value, '$[3]')), "
                   f"lot.transaction_id, lot.line, lot.remaining FROM {_PAIRS}"}
_EMPTY = ("UPDATE lot SET remaining = 0, open = 0 WHERE account_id = ? AND unit = ? AND open AND book = 'participant' "
          "AND expires_at <= ?")
_FIND_AND_EMPTY = {"postgresql": (
    "UPDATE lot SET remaining = 0, open = FALSE FROM (SELECT p.account_id, p.unit, LEAST(l.expires_at, p.kept) AS due, "
    "l.transaction_id, l.line, l.remaining, l.place FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[]) "
    "AS p(account_id, unit, until, kept) CROSS JOIN LATERAL (SELECT transaction_id, line, remaining, expires_at, "
    "ctid AS place FROM lot f WHERE f.account_id = p.account_id AND f.unit = p.unit AND f.open "
    "AND f.book = 'participant' AND f.expires_at <= p.until OFFSET 0) l OFFSET 0) d WHERE lot.ctid = d.place "
    "RETURNING d.account_id, d.unit, d.due, d.transaction_id, d.line, d.remaining")}
_HOLDS = ("SELECT account_id, id FROM hold WHERE hold.open AND hold.expires_at <= :until AND account_id {among} "
          "ORDER BY account_id, expires_at, id")
_SOON = text(
    "SELECT COALESCE(MAX(i.written_as), ''), COALESCE(MAX(p.name), ''), d.unit, d.due, CAST(d.points AS BIGINT) FROM ("
    f"SELECT b.account_id, b.unit, {_DUE_AT} AS due, SUM(lot.remaining) AS points FROM balance b CROSS JOIN lot "
    f"WHERE b.posted > 0 AND {_IS_DUE} "
    "GROUP BY 1, 2, 3) d LEFT JOIN participant p ON p.account_id = d.account_id "
    "LEFT JOIN identifier i ON i.account_id = d.account_id AND i.scheme = 'customer_number' "
    "WHERE d.due > :behind GROUP BY d.account_id, d.unit, d.due, d.points "
    "ORDER BY d.due, 1, d.unit")


DueLot = tuple[int, str, int, int, int, int]
"""Account, unit, the instant at which its points were gone, transaction, line, and the points that remain of a lot."""


def due_accounts(connection: Connection, until: int) -> "array[int]":
    """Accounts with points or holds whose time is over at `until`, in ascending order; eight bytes each."""
    by_index(connection)
    rows = connection.execution_options(yield_per=5_000).execute(_ACCOUNTS, {"until": until})
    return array("q", (row[0] for row in rows))


def take_due(connection: Connection, standings: Mapping[tuple[int, str], Standing], until: int) -> list[DueLot]:
    """Empty the lots of locked accounts and units whose points are gone at `until`; returns them as they were."""
    pairs = [(*pair, FOREVER if (kept := FOREVER if at.kept_until is None else at.kept_until) <= until else until, kept)
             for pair, at in standings.items() if at.posted]
    if not pairs:
        return []
    if connection.dialect.name == "postgresql":
        return fetched(connection, _FIND_AND_EMPTY, list(map(list, zip(*pairs, strict=True))))
    lots = fetched(connection, _FIND, {"pairs": json.dumps(pairs)})
    ranges = {(account_id, unit): (account_id, unit, limit) for account_id, unit, limit, _ in pairs}
    found = [ranges[pair] for pair in dict.fromkeys(lot[:2] for lot in lots)]
    executed_many(connection, _EMPTY, found)
    return lots


def due_holds(connection: Connection, accounts: Collection[int], until: int) -> list[tuple[int, int]]:
    """(account, hold) of open holds of these accounts that were over at `until`."""
    rows = connection.execute(text(_HOLDS.format(among=among(connection))), _values(connection, accounts, until))
    return [(row.account_id, row.id) for row in rows]


def newest_seal(connection: Connection) -> int | None:
    """The instant of the last seal; None where nothing was sealed yet."""
    return connection.execute(select(seal.c.sealed_at).order_by(seal.c.number.desc()).limit(1)).scalar()


def newest_booking(connection: Connection) -> int | None:
    """The latest instant at which something was booked or sealed; None where nothing ever was."""
    sealed_at = newest_seal(connection)
    is_waiting = (journal.c.account_id == unsealed.c.account_id) & (journal.c.id == unsealed.c.transaction_id)
    waiting = connection.execute(select(func.max(journal.c.booked_at)).select_from(
        unsealed.join(journal, is_waiting))).scalar()
    return max((at for at in (sealed_at, waiting) if at is not None), default=None)


def _values(connection: Connection, accounts: Collection[int], until: int) -> dict[str, Any]:
    return {"accounts": listed(connection, accounts), "until": until}


def points_due_between(connection: Connection, behind: int, until: int) -> Iterator[Any]:
    """(customer number, name, unit, instant, points) of what is gone later than `behind`, soonest first."""
    with connection.execution_options(yield_per=5_000).execute(_SOON, {"behind": behind, "until": until}) as rows:
        yield from rows
