"""Who waits for pieces of a variant, and the messages that are left for them once there are some."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, tuple_, update

from treuwerk.domain.ids import public_user_id, row_ids
from treuwerk.domain.rewards import RewardState
from treuwerk.store.once import insert_once
from treuwerk.store.tables import account, app_user, outbox, reward, reward_stock, reward_variant, stock_watch

TOPIC = "reward_in_stock"
"""Of messages to people that there are pieces again."""
_AT_ONCE = 500
_W = stock_watch.c


def add(connection: Connection, account_id: int, user_id: int, variant: str, now: int) -> bool:
    """Let somebody wait; False where that is so already."""
    return insert_once(connection, stock_watch, {
        "account_id": account_id, "user_id": user_id, "variant": variant, "watched_at": now})


def take(connection: Connection, account_id: int, user_id: int, variant: str) -> bool:
    """Let somebody wait no longer; False where nobody did."""
    return connection.execute(delete(stock_watch).where(
        _W.account_id == account_id, _W.user_id == user_id, _W.variant == variant)).rowcount == 1


def of_person(connection: Connection, account_id: int, user_id: int) -> list[str]:
    """The variants that somebody waits for, the newest wait first."""
    return list(connection.execute(select(_W.variant).where(_W.account_id == account_id, _W.user_id == user_id)
                                   .order_by(_W.watched_at.desc(), _W.variant)).scalars())


def count(connection: Connection, account_id: int, user_id: int) -> int:
    """How many those are."""
    return connection.execute(select(func.count()).select_from(stock_watch).where(
        _W.account_id == account_id, _W.user_id == user_id)).scalar_one()


def tell(connection: Connection, variants: Collection[str], now: int) -> int:
    """Leave a message for everybody who waits for one of these variants, if there are pieces now; each is told once.

    To be called in the transaction that changed the stock. The answer is how many were told.
    """
    told = 0
    wanted = sorted(variants)
    for start in range(0, len(wanted), _AT_ONCE):
        rows = _waiting(connection, wanted[start : start + _AT_ONCE])
        for first in range(0, len(rows), _AT_ONCE):
            told += _tell(connection, rows[first : first + _AT_ONCE], now)
    return told


def _waiting(connection: Connection, variants: Collection[str]) -> Sequence[Any]:
    """Who waits for what is there now: published, and with pieces or without a limit."""
    stock, owner = reward_stock.c, reward_variant.c
    there = or_(stock.variant.is_(None), stock.on_hand > stock.reserved)
    return connection.execute(
        select(_W.account_id, _W.user_id, _W.variant, owner.number, account.c.bucket, app_user.c.locale)
        .join(account, account.c.account_id == _W.account_id)
        .join(reward_variant, owner.variant == _W.variant)
        .join(reward, and_(reward.c.number == owner.number, reward.c.state == RewardState.PUBLISHED.value))
        .outerjoin(reward_stock, stock.variant == _W.variant)
        .outerjoin(app_user, app_user.c.user_id == _W.user_id)
        .where(_W.variant.in_(variants), there).order_by(_W.account_id, _W.user_id, _W.variant)).all()


def _tell(connection: Connection, rows: Collection[Any], now: int) -> int:
    """Only who still waited is told: another change of the stock may have been faster."""
    keys = [(row.account_id, row.user_id, row.variant) for row in rows]
    gone = connection.execute(delete(stock_watch).where(tuple_(_W.account_id, _W.user_id, _W.variant).in_(keys))
                              .returning(_W.account_id, _W.user_id, _W.variant)).all()
    ours, numbers = {tuple(row) for row in gone}, row_ids(now)
    messages = [{"account_id": row.account_id, "id": next(numbers), "bucket": row.bucket, "topic": TOPIC,
                 "payload": _payload(row), "created_at": now} for row in rows
                if (row.account_id, row.user_id, row.variant) in ours]
    if messages:
        connection.execute(insert(outbox), messages)
    return len(messages)


def _payload(row: Any) -> str:
    return json.dumps({"user": public_user_id(row.user_id), "reward": row.number, "variant": row.variant,
                       "locale": row.locale or ""}, ensure_ascii=False, sort_keys=True)


def move(connection: Connection, before: int, after: int, users: Collection[int]) -> None:
    """Users go on waiting where they go to; what they wait for there already stays."""
    other = stock_watch.alias()
    there = exists().where(other.c.account_id == after, other.c.user_id == _W.user_id, other.c.variant == _W.variant)
    mine = and_(_W.account_id == before, _W.user_id.in_(sorted(users)))
    connection.execute(update(stock_watch).where(mine, ~there).values(account_id=after))
    connection.execute(delete(stock_watch).where(mine))


def forget(connection: Connection, accounts: Collection[int]) -> None:
    """Whatever people of these accounts wait for."""
    connection.execute(delete(stock_watch).where(_W.account_id.in_(accounts)))
