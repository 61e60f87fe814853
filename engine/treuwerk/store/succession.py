"""Accounts that stand for one participant, because one was merged into the other, over any number of merges.

What belongs to an account that was given up keeps its place, and is found from the one that stayed. The selects stand
inside other statements, so that nothing is asked twice.
"""

from collections.abc import Collection

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, literal, select

from treuwerk.store.tables import account, account_merge
from treuwerk.store.tables.base import WHOLE

_STANDS = account_merge.c.undone_at.is_(None)


def successors(account_id: int, *, ever: bool = False) -> Select[int]:
    """The account and those that it was merged into; `ever`: also by merges that are undone since."""
    line = select(literal(account_id, WHOLE).label("account_id")).cte("successors", recursive=True)
    step = select(account_merge.c.into_account_id).join(line, account_merge.c.account_id == line.c.account_id)
    line = line.union(step if ever else step.where(_STANDS))
    return select(line.c.account_id)


def stands_for(account_id: int | BindParameter[int]) -> Select[int]:
    """The account and those that were merged into it; with a parameter for what is prepared once."""
    begin = literal(account_id, WHOLE) if isinstance(account_id, int) else account_id
    line = select(begin.label("account_id")).cte("stands_for", recursive=True)
    line = line.union(select(account_merge.c.account_id).join(
        line, account_merge.c.into_account_id == line.c.account_id).where(_STANDS))
    return select(line.c.account_id)


def belongs(column: ColumnElement[int], account_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """Whether a row is one of an account, or of one that was merged into it."""
    return column.in_(stands_for(account_id))


def successor(connection: Connection, account_id: int) -> int:
    """The account that an account is part of now: itself, unless it was given up."""
    line = successors(account_id).subquery()
    given_up = select(account_merge.c.account_id).where(_STANDS)
    found: int = connection.execute(select(line.c.account_id).where(line.c.account_id.not_in(given_up))).scalar_one()
    return found


def is_successor(connection: Connection, account_id: int, other: int) -> bool:
    """Whether an account is the other one by now, or was it from the beginning."""
    line = successors(account_id).subquery()
    found = select(line.c.account_id).where(line.c.account_id == other)
    return account_id == other or connection.execute(found).first() is not None


def successors_of(connection: Connection, accounts: Collection[int]) -> dict[int, set[int]]:
    """Each of some accounts with those that it was merged into, one statement."""
    first = account.c.account_id
    line = select(first.label("origin"), first.label("account_id")).where(first.in_(sorted(accounts))).cte(
        "successors_of", recursive=True)
    line = line.union(select(line.c.origin, account_merge.c.into_account_id).join(
        line, account_merge.c.account_id == line.c.account_id).where(_STANDS))
    found: dict[int, set[int]] = {account_id: {account_id} for account_id in accounts}
    for origin, account_id in connection.execute(select(line.c.origin, line.c.account_id)):
        found[origin].add(account_id)
    return found
