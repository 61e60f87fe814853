"""What is due: points whose time is over, in all accounts or in some.

Who has due points is asked balance row by balance row, each with one look into the index of open lots, which begins
with account, unit and expiry. An index by expiry alone would make every clearing slower, to save a run of the night a
second per million accounts.
"""

from array import array
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, text

from treuwerk.store.many import among, listed
from treuwerk.store.tables import journal, seal, unsealed

# All open points of a unit are due where it was kept alive only until then; else those whose own time is over.
_IS_DUE = ("lot.open AND lot.book = 'participant' AND lot.account_id = b.account_id AND lot.unit = b.unit "
           "AND lot.expires_at <= CASE WHEN b.keeps_until <= :until THEN 9223372036854775807 ELSE :until END")
_ACCOUNTS = text("SELECT b.account_id FROM balance b WHERE b.posted > 0 "
                 f"AND EXISTS (SELECT 1 FROM lot WHERE {_IS_DUE}) "
                 "UNION SELECT account_id FROM hold WHERE hold.open AND hold.expires_at <= :until ORDER BY 1")
_LOTS = ("SELECT b.account_id, b.unit, lot.transaction_id, lot.line, lot.remaining, lot.expires_at, b.keeps_until "
         "FROM balance b CROSS JOIN lot WHERE b.posted > 0 AND b.account_id {among} AND " + _IS_DUE)
_HOLDS = ("SELECT account_id, id FROM hold WHERE hold.open AND hold.expires_at <= :until AND account_id {among} "
          "ORDER BY account_id, expires_at, id")
_SOON = text(
    "SELECT COALESCE(MAX(i.written_as), ''), COALESCE(MAX(p.name), ''), d.unit, d.due, CAST(d.points AS BIGINT) FROM ("
    "SELECT b.account_id, b.unit, CASE WHEN b.keeps_until < lot.expires_at THEN b.keeps_until ELSE lot.expires_at END "
    f"AS due, SUM(lot.remaining) AS points FROM balance b CROSS JOIN lot WHERE b.posted > 0 AND {_IS_DUE} "
    "GROUP BY 1, 2, 3) d LEFT JOIN participant p ON p.account_id = d.account_id "
    "LEFT JOIN identifier i ON i.account_id = d.account_id AND i.scheme = 'customer_number' "
    "WHERE d.due > :behind GROUP BY d.account_id, d.unit, d.due, d.points "
    "ORDER BY d.due, 1, d.unit")


class DueLot(NamedTuple):
    """A lot that is to expire; `kept_until` as in `Standing`."""

    account_id: int
    unit: str
    transaction_id: int
    line: int
    remaining: int
    expires_at: int
    kept_until: int | None

    @property
    def due(self) -> int:
        """The instant at which its points were gone."""
        return self.expires_at if self.kept_until is None else min(self.expires_at, self.kept_until)


def due_accounts(connection: Connection, until: int) -> "array[int]":
    """Accounts with points or holds whose time is over at `until`, in ascending order; eight bytes each."""
    rows = connection.execution_options(yield_per=5_000).execute(_ACCOUNTS, {"until": until})
    return array("q", (row[0] for row in rows))


def due_lots(connection: Connection, accounts: Collection[int], until: int) -> list[DueLot]:
    """The lots of these accounts whose points are gone at `until`, in no order."""
    rows = connection.execute(text(_LOTS.format(among=among(connection))), _values(connection, accounts, until))
    return [DueLot._make(row) for row in rows]


def due_holds(connection: Connection, accounts: Collection[int], until: int) -> list[tuple[int, int]]:
    """(account, hold) of open holds of these accounts that were over at `until`."""
    rows = connection.execute(text(_HOLDS.format(among=among(connection))), _values(connection, accounts, until))
    return [(row.account_id, row.id) for row in rows]


def newest_booking(connection: Connection) -> int | None:
    """The latest instant at which something was booked or sealed; None where nothing ever was."""
    sealed_at = connection.execute(select(seal.c.sealed_at).order_by(seal.c.number.desc()).limit(1)).scalar()
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
