"""Seats of experiences: planned by date, taken by orders."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from treuwerk.store import stock_watches
from treuwerk.store.tables import reward_seat, reward_stock

_E, _S = reward_seat.c, reward_stock.c


def planned(connection: Connection, variants: Collection[str], first: str = "") -> Sequence[Row[Any]]:
    """The dates of variants from one on, in the order of time."""
    return connection.execute(select(reward_seat).where(
        _E.variant.in_(sorted(variants)), _E.slot >= first).order_by(_E.variant, _E.slot)).all()


def plan(connection: Connection, known: Row[Any] | None, wanted: Mapping[str, Any], now: int) -> bool:
    """Write a date (variant, slot, place, capacity) of a locked variant; False where more seats are taken than that."""
    if known is None:
        connection.execute(insert(reward_seat).values(**wanted, taken=0, version=1, changed_at=now))
        return True
    return connection.execute(update(reward_seat).where(
        _E.variant == wanted["variant"], _E.slot == wanted["slot"], _E.taken <= wanted["capacity"]).values(
        place=wanted["place"], capacity=wanted["capacity"], version=_E.version + 1, changed_at=now)).rowcount == 1


def take(connection: Connection, variant: str, slot: str, pieces: int, now: int) -> bool:
    """Take seats on a date; False where there are not so many, or no such date."""
    return connection.execute(update(reward_seat).where(
        _E.variant == variant, _E.slot == slot, _E.capacity - _E.taken >= pieces).values(
        taken=_E.taken + pieces, version=_E.version + 1, changed_at=now)).rowcount == 1


def left(connection: Connection, variant: str, slot: str) -> int:
    """Seats that can be taken on a date; 0 where there is no such date."""
    return connection.execute(select(_E.capacity - _E.taken).where(
        _E.variant == variant, _E.slot == slot)).scalar() or 0


def give_back(connection: Connection, variant: str, slot: str, pieces: int, now: int) -> None:
    """Seats on a date can be taken again."""
    connection.execute(update(reward_seat).where(_E.variant == variant, _E.slot == slot).values(
        taken=_E.taken - pieces, version=_E.version + 1, changed_at=now))


def recount(connection: Connection, variant: str, first: str, now: int) -> None:
    """Set what is on hand of a locked variant: what is kept for orders, and free seats on dates from one on."""
    there = connection.execute(select(func.coalesce(func.sum(_E.capacity - _E.taken), 0)).where(
        _E.variant == variant, _E.slot >= first)).scalar_one()
    connection.execute(update(reward_stock).where(_S.variant == variant, _S.on_hand != _S.reserved + int(there)).values(
        on_hand=_S.reserved + int(there), version=_S.version + 1, changed_at=now))
    stock_watches.tell(connection, [variant], now)


def variants(connection: Connection) -> list[str]:
    """All variants that ever had dates."""
    return list(connection.execute(select(_E.variant).distinct().order_by(_E.variant)).scalars())
