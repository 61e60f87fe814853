"""Accounts of a small world, by the customer numbers of their participants, and what lies in them."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any, TypeVar

from sqlalchemy import select

from tests.support.worlds import BERLIN, World
from treuwerk.domain.ledger import FOREVER, instant
from treuwerk.domain.refusals import Refusal
from treuwerk.services.finding import account_of
from treuwerk.services.ledger.balances import UnitBalance, balances
from treuwerk.store.sealing import seal_pending
from treuwerk.store.tables import journal, lot

T = TypeVar("T")
BRANDMAIER, DONNELLY, BLOCKED = "10017", "10109", "10200"


def at(local: str) -> int:
    """An instant by the clock of Berlin."""
    return instant(datetime.fromisoformat(local).replace(tzinfo=BERLIN))


def account(world: World, number: str = BRANDMAIER) -> int:
    """The account of a customer number."""
    with world.database.reading() as connection:
        return account_of(connection, number)


def held_by(world: World, account_id: int, now: int, unit: str = "bonus") -> UnitBalance:
    """What an account has of a unit."""
    with world.database.reading() as connection:
        return balances(connection, [unit], account_id, now)[unit]


def points_of(world: World, account_id: int, now: int, unit: str = "bonus") -> int:
    """What an account can spend of a unit; below zero is what it owes."""
    return held_by(world, account_id, now, unit).available


def open_lots(world: World, account_id: int, unit: str = "bonus") -> list[tuple[int, int | None]]:
    """Points and end of the open lots of an account, in the order of spending."""
    rows = world.rows(select(lot.c.remaining, lot.c.expires_at).where(
        lot.c.account_id == account_id, lot.c.unit == unit, lot.c.remaining > 0)
        .order_by(lot.c.expires_at, lot.c.transaction_id, lot.c.line))
    return [(points, None if end == FOREVER else end) for points, end in rows]


def booked(world: World, account_id: int, kind: str) -> list[int]:
    """The ids of an account's transactions of a kind, oldest first."""
    return [row[0] for row in world.rows(select(journal.c.id).where(
        journal.c.account_id == account_id, journal.c.kind == kind).order_by(journal.c.id))]


def refused(act: Callable[[], Any]) -> str:
    """The code with which an act is refused; empty where it is not."""
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    return ""


def all_at_once(acts: Sequence[Callable[[], T]]) -> list[T | str]:
    """What acts answer that are let loose together: their results, or the codes of their refusals."""
    barrier = Barrier(len(acts))

    def one(act: Callable[[], T]) -> T | str:
        barrier.wait()
        try:
            return act()
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def unproven(world: World, now: int) -> dict[str, str]:
    """The laws that do not hold once every booking has its seal, each with its first violation."""
    with world.database.writing() as connection:
        seal_pending(connection, now)
    return world.violated()


def codes(outcomes: Iterable[object]) -> list[str]:
    """The refusals among the outcomes, sorted."""
    return sorted(outcome for outcome in outcomes if isinstance(outcome, str))
