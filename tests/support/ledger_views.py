"""What people see of an account, from the ledger and from the plain one, for comparing."""

from collections.abc import Iterator
from math import inf
from typing import Any

from sqlalchemy import func, select

from tests.support.ledger_worlds import SECOND, SPENDABLE, START
from tests.support.naive_ledger import Naive
from treuwerk.services.account.statements import statement
from treuwerk.services.ledger.balances import balances
from treuwerk.store.tables import balance, lot, posting
from treuwerk.store.tables import hold as hold_table


def seen(connection: Any, account_id: int, now: int) -> dict[str, tuple[int, int, int, int, int]]:
    """Unit → available, pending, held, missing, lost: as people see them."""
    lost = {unit: -int(amount) for unit, amount in connection.execute(
        select(posting.c.unit, func.sum(posting.c.amount))
        .where(posting.c.account_id == account_id, posting.c.book == "clawback").group_by(posting.c.unit))}
    return {unit: (one.available, one.pending, one.held, one.deficit, lost.get(unit, 0))
            for unit, one in balances(connection, SPENDABLE, account_id, now).items()}


def expected(naive: Naive) -> dict[str, tuple[int, int, int, int, int]]:
    return {unit: (naive.spendable(unit) - naive.deficit.get(unit, 0), pending(naive, unit), naive.held(unit),
                   naive.deficit.get(unit, 0), naive.lost.get(unit, 0)) for unit in SPENDABLE}


def pending(naive: Naive, unit: str) -> int:
    everything = [*naive.alive(unit), *naive.alive(unit, waiting=True)]
    return sum(grain.left for grain in everything) - naive.spendable(unit)


def lots(connection: Any, account_id: int, now: int) -> list[tuple[Any, ...]]:
    """Open lots that have not expired: unit, remaining, end, active from; in the order of spending."""
    kept = func.coalesce(balance.c.keeps_until, 2**63 - 1)
    rows = connection.execute(
        select(lot.c.unit, lot.c.remaining, lot.c.expires_at, lot.c.active_from)
        .join(balance, (balance.c.account_id == lot.c.account_id) & (balance.c.unit == lot.c.unit))
        .where(lot.c.account_id == account_id, lot.c.remaining > 0, lot.c.expires_at > now, kept > now)
        .order_by(lot.c.unit, lot.c.book, lot.c.expires_at, lot.c.transaction_id, lot.c.line))
    return [tuple(row) for row in rows]


def plain_lots(naive: Naive) -> list[tuple[Any, ...]]:
    return [(grain.unit, grain.left, 2**63 - 1 if grain.until == inf else START + int(grain.until) * SECOND,
             None if grain.since is None else START + int(grain.since) * SECOND)
            for unit in sorted(SPENDABLE) for waiting in (False, True) for grain in naive.alive(unit, waiting=waiting)]


def open_holds(connection: Any, account_id: int) -> list[tuple[Any, ...]]:
    rows = connection.execute(select(hold_table.c.unit, hold_table.c.remaining, hold_table.c.expires_at)
                              .where(hold_table.c.account_id == account_id, hold_table.c.remaining > 0))
    return sorted(tuple(row) for row in rows)


def plain_holds(naive: Naive) -> list[tuple[Any, ...]]:
    return sorted((one.unit, one.points, START + int(one.until) * SECOND) for one in naive.holds if one.points)


def unbalanced(connection: Any, account_id: int) -> list[Any]:
    return list(connection.execute(select(posting.c.transaction_id).where(posting.c.account_id == account_id)
                                   .group_by(posting.c.transaction_id, posting.c.unit)
                                   .having(func.sum(posting.c.amount) != 0)))


def assert_statement_adds_up(connection: Any, account_id: int, unit: str) -> None:
    running = 0
    for entry in reversed(list(pages(connection, account_id, unit))):
        running += entry.amounts.get(unit, 0)
        assert entry.balance == running


def pages(connection: Any, account_id: int, unit: str) -> Iterator[Any]:
    cursor = None
    while True:
        page = statement(connection, account_id, unit, at=cursor, limit=7)
        yield from page.entries
        if page.next is None:
            return
        cursor = page.next
