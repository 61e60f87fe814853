"""Wish lists and what was looked at last: read and written for one person of a company."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import seen_reward, wish

_W, _S = wish.c, seen_reward.c


def wishes(connection: Connection, account_id: int, user_id: int) -> Sequence[str]:
    """Numbers of wished rewards, the newest wish first."""
    return [row.reward for row in _WISHES.rows(connection, account=account_id, user=user_id)]


_WISHES = Prepared(select(_W.reward).where(
    _W.account_id == bindparam("account"), _W.user_id == bindparam("user")).order_by(_W.added_at.desc(), _W.reward))


def add_wish(connection: Connection, account_id: int, user_id: int, number: str, now: int) -> bool:
    """Put a reward on the list; False where it stands there already."""
    written = connection.execute(_insert(connection, wish).values(
        account_id=account_id, user_id=user_id, reward=number, added_at=now).on_conflict_do_nothing()
        .returning(_W.reward))
    return written.one_or_none() is not None


def take_wish(connection: Connection, account_id: int, user_id: int, number: str) -> bool:
    """Take a reward off the list; False where it does not stand there."""
    return connection.execute(delete(wish).where(
        _W.account_id == account_id, _W.user_id == user_id, _W.reward == number)).rowcount == 1


def count(connection: Connection, account_id: int, user_id: int) -> int:
    """How long the list is."""
    return connection.execute(select(func.count()).select_from(wish).where(
        _W.account_id == account_id, _W.user_id == user_id)).scalar_one()


def seen(connection: Connection, account_id: int, user_id: int) -> Sequence[str]:
    """Rewards that were looked at, the last one first."""
    return [row.reward for row in _SEEN.rows(connection, account=account_id, user=user_id)]


_SEEN = Prepared(select(_S.reward).where(
    _S.account_id == bindparam("account"), _S.user_id == bindparam("user")).order_by(_S.seen_at.desc(), _S.reward))


def note_seen(connection: Connection, account_id: int, user_id: int, number: str, now: int, most: int) -> None:
    """Note that a reward was looked at; of what was seen before, the oldest beyond `most` are forgotten."""
    statement = _insert(connection, seen_reward).values(
        account_id=account_id, user_id=user_id, reward=number, seen_at=now)
    connection.execute(statement.on_conflict_do_update(
        index_elements=["account_id", "user_id", "reward"], set_={"seen_at": now}))
    old = seen(connection, account_id, user_id)[most:]
    if old:
        connection.execute(delete(seen_reward).where(
            _S.account_id == account_id, _S.user_id == user_id, _S.reward.in_(old)))


def forget(connection: Connection, accounts: Collection[int]) -> None:
    """Whatever people of these accounts wished for and looked at."""
    for table in (wish, seen_reward):
        connection.execute(delete(table).where(table.c.account_id.in_(accounts)))


def move(connection: Connection, before: int, after: int) -> list[list[Any]]:
    """Let wishes go along where their people go: user and reward of those that went. A wish that is there stays."""
    other = wish.alias()
    there = select(other.c.reward).where(other.c.account_id == after, other.c.user_id == _W.user_id,
                                         other.c.reward == _W.reward).exists()
    rows = connection.execute(update(wish).where(_W.account_id == before, ~there).values(account_id=after)
                              .returning(_W.user_id, _W.reward)).all()
    return sorted([row.user_id, row.reward] for row in rows)


def bring_back(connection: Connection, into: int, home: int, rows: Sequence[Sequence[Any]]) -> None:
    """Wishes that went along go home, unless they were taken off the list since."""
    for user_id, number in rows:
        mine = (_W.user_id == user_id, _W.reward == number)
        added = connection.execute(delete(wish).where(_W.account_id == into, *mine).returning(_W.added_at)).scalar()
        if added is not None:
            connection.execute(_insert(connection, wish).values(
                account_id=home, user_id=user_id, reward=number, added_at=added).on_conflict_do_nothing())


def _insert(connection: Connection, table: Table) -> Any:
    return (postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert)(table)
