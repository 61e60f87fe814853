"""The expiry calendar by lot: which points go on a day, when they were earned and by what. Read-only.

Lots that end together lie together in the index of open lots, so a page costs the same whatever their number.
"""

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, Row, text

from treuwerk.domain.ledger import FOREVER
from treuwerk.domain.rights import Access
from treuwerk.services.account import own_account
from treuwerk.services.ledger.balances import ExpiringAmount
from treuwerk.services.ledger.tracing import Origin, origins

Place = tuple[int, int, int]
"""Where a page of lots ends: own end, transaction and line of its last one."""
_LOTS = (
    "SELECT * FROM (SELECT {number} AS day, l.expires_at, l.transaction_id, l.line, l.amount, l.remaining FROM lot l "
    "WHERE l.account_id = :account AND l.unit = :unit AND l.open AND l.expires_at BETWEEN :from{number} "
    "AND :until{number} AND l.book = 'participant' AND l.active_from <= :now {behind}"
    "ORDER BY l.expires_at, l.transaction_id, l.line LIMIT :rows) AS d{number}")
_BEHIND = "AND (l.expires_at, l.transaction_id, l.line) > (:end, :transaction, :line) "
_KEPT = text("SELECT keeps_until FROM balance WHERE account_id = :account AND unit = :unit")


@attrs.frozen
class ExpiringLot:
    """Points of one credit: how many there were, how many are left, and the booking that brought them."""

    amount: int
    remaining: int
    origin: Origin


@attrs.frozen
class ExpiringDay:
    """What is gone from an instant on, None for what stays, with the first of its lots; `more`: there are others."""

    amount: int
    expires_at: int | None
    lots: tuple[ExpiringLot, ...]
    more: bool


def days_with_lots(access: Access, connection: Connection, unit: str, calendar: Sequence[ExpiringAmount], now: int,
                   lots_of_a_day: int = 5) -> list[ExpiringDay]:
    """These entries of a calendar with their first lots, by three queries whatever their number."""
    account_id = own_account.account_of(access)
    ends = [FOREVER if one.expires_at is None else one.expires_at for one in calendar]
    rows = _lots(connection, account_id, unit, ends, now, lots_of_a_day + 1)
    shown = [[row for row in rows if row.day == number][:lots_of_a_day + 1] for number in range(len(ends))]
    made_by = origins(connection, account_id, {row.transaction_id for day in shown for row in day[:lots_of_a_day]})
    return [ExpiringDay(one.amount, one.expires_at, tuple(_lot(row, made_by) for row in day[:lots_of_a_day]),
                        len(day) > lots_of_a_day) for one, day in zip(calendar, shown, strict=True)]


def lots_of_day(access: Access, connection: Connection, unit: str, expires_at: int | None, now: int, *,
                after: Place | None = None, limit: int = 50) -> tuple[list[ExpiringLot], Place | None]:
    """Lots that end at an instant, in the order in which they would be spent, and where the next page begins."""
    account_id = own_account.account_of(access)
    rows = _lots(connection, account_id, unit, [FOREVER if expires_at is None else expires_at], now, limit + 1, after)
    shown = rows[:limit]
    made_by = origins(connection, account_id, {row.transaction_id for row in shown})
    last = shown[-1] if len(rows) > limit else None
    return ([_lot(row, made_by) for row in shown],
            (last.expires_at, last.transaction_id, last.line) if last is not None else None)


def _lots(connection: Connection, account_id: int, unit: str, ends: Sequence[int], now: int, rows: int,
          after: Place | None = None) -> list[Row[Any]]:
    if not ends:
        return []
    kept = connection.execute(_KEPT, {"account": account_id, "unit": unit}).scalar()
    values: dict[str, int | str] = {"account": account_id, "unit": unit, "now": now, "rows": rows}
    for number, end in enumerate(ends):
        # Where nothing is done for too long, all points go at once, however long their own lots would last.
        values |= {f"from{number}": end, f"until{number}": FOREVER if end == kept else end}
    if after is not None:
        values |= dict(zip(("end", "transaction", "line"), after, strict=True))
    parts = (_LOTS.format(number=number, behind=_BEHIND if after is not None else "") for number in range(len(ends)))
    return list(connection.execute(text(" UNION ALL ".join(parts)), values))


def _lot(row: Row[Any], made_by: dict[int, Origin]) -> ExpiringLot:
    return ExpiringLot(row.amount, row.remaining, made_by[row.transaction_id])
