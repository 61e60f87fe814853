"""Withdrawals as they were declared, and what is known of those who may declare one."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, union, update

from treuwerk.domain.ids import public_id
from treuwerk.domain.withdrawals import WITHDRAWAL
from treuwerk.store import work
from treuwerk.store.succession import successors
from treuwerk.store.tables import (
    app_user,
    identifier,
    order_event,
    order_withdrawal,
    participant,
    person,
    work_item,
)

_W = order_withdrawal.c


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """Keep one."""
    connection.execute(insert(order_withdrawal).values(**values))


def one(connection: Connection, number: int) -> Row[Any] | None:
    """One of them."""
    return connection.execute(select(order_withdrawal).where(_W.id == number)).one_or_none()


def assign(connection: Connection, number: int, values: Mapping[str, Any]) -> bool:
    """Keep whose order it is and what followed; False where somebody did before."""
    return connection.execute(update(order_withdrawal).where(_W.id == number, _W.order_id == 0).values(
        **values)).rowcount == 1


def answer(connection: Connection, number: int, words: str, now: int) -> bool:
    """Keep what was answered to one that belongs to no order; False where it does by now, or was answered before."""
    return connection.execute(update(order_withdrawal).where(
        _W.id == number, _W.order_id == 0, _W.answered_at == 0).values(answer=words, answered_at=now)).rowcount == 1


def of_receipt(connection: Connection, receipt: str) -> Row[Any] | None:
    """The one with a receipt of this hash."""
    return connection.execute(select(order_withdrawal).where(_W.receipt == receipt)).one_or_none()


def last_delivery(connection: Connection, account_id: int, number: int) -> int:
    """When pieces of an order arrived last, 0 where none did."""
    found: int | None = connection.execute(select(func.max(order_event.c.happened_at)).where(
        order_event.c.account_id == account_id, order_event.c.order_id == number,
        order_event.c.kind == "deliver")).scalar()
    return found or 0


def names_of(connection: Connection, account_id: int, user_id: int) -> set[str]:
    """Names of a company, of its people and of who ordered."""
    mine = successors(account_id)
    return set(connection.execute(union(
        select(participant.c.name).where(participant.c.account_id.in_(mine)),
        select(person.c.name).where(person.c.account_id.in_(mine)),
        select(app_user.c.name).where(app_user.c.user_id == user_id))).scalars())


def contacts_of(connection: Connection, account_id: int, user_id: int) -> set[str]:
    """Mail addresses and numbers by which they are known."""
    mine = successors(account_id)
    return set(connection.execute(union(
        select(participant.c.email).where(participant.c.account_id.in_(mine)),
        select(person.c.email).where(person.c.account_id.in_(mine)),
        select(app_user.c.email).where(app_user.c.user_id == user_id),
        select(identifier.c.value).where(identifier.c.account_id.in_(mine)),
        select(identifier.c.written_as).where(identifier.c.account_id.in_(mine)))).scalars())


def blank(connection: Connection, accounts: Sequence[int]) -> None:
    """Who declared what in words is forgotten; that it was declared stays."""
    mine = _W.account_id.in_(list(accounts))
    names = [public_id(WITHDRAWAL, 0, number) for number in connection.execute(select(_W.id).where(mine)).scalars()]
    if names:
        connection.execute(update(work_item).where(
            work_item.c.kind == work.WITHDRAWAL, work_item.c.object.in_(names)).values(gist=""))
    connection.execute(update(order_withdrawal).where(mine).values(
        name="", contact="", words="", answer="", user_id=0))
