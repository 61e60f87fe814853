"""Recalculations that were ordered: asked for, counted, booked or not."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from treuwerk.store.once import insert_once
from treuwerk.store.tables import (
    account_merge,
    app_user,
    local_login,
    membership,
    person,
    purchase_line,
    recalculation_order,
)

_OF = recalculation_order.c
_LATER = {"foreseen": "", "foreseen_at": 0, "version": 0, "booked_by": 0, "second": "", "decided_at": 0, "result": "",
          "said": "", "ended_at": 0}


def ask(connection: Connection, values: dict[str, Any]) -> bool:
    """Keep one; False where another one of the same article is not over, and nothing is changed."""
    return insert_once(connection, recalculation_order, {**values, **_LATER})


def by_id(connection: Connection, number: int) -> Row[Any] | None:
    """One of them."""
    return connection.execute(select(recalculation_order).where(_OF.id == number)).one_or_none()


def latest(connection: Connection, limit: int) -> Sequence[Row[Any]]:
    """The latest first."""
    return connection.execute(select(recalculation_order).order_by(_OF.id.desc()).limit(limit)).all()


def move(connection: Connection, number: int, states: Collection[str], *, counted: int | None = None,
         **values: Any) -> bool:
    """Change one that is in one of these states, and with `counted` was counted so often; False where it is not."""
    mine = [_OF.id == number, _OF.state.in_(sorted(states))]
    if counted is not None:
        mine.append(_OF.version == counted)
    return connection.execute(update(recalculation_order).where(*mine).values(**values)).rowcount == 1


def people_of_buyers(connection: Connection, numbers: Collection[str],
                     days: tuple[str, str]) -> tuple[set[int], set[str]]:
    """Ids of users, and names, addresses and logins, of all who belong to companies with such purchases.

    A company that was merged into another one counts with it. Both days are included.
    """
    of = purchase_line.c
    buyers = select(of.account_id).where(of.article_number.in_(sorted(numbers)), of.occurred_on.between(*days)).cte(
        "buyers", recursive=True)
    buyers = buyers.union(select(account_merge.c.into_account_id).join(
        buyers, account_merge.c.account_id == buyers.c.account_id).where(account_merge.c.undone_at.is_(None)))
    here = select(buyers.c.account_id)
    people = connection.execute(select(person.c.name, person.c.email, person.c.known_as).where(
        person.c.account_id.in_(here))).all()
    users = connection.execute(
        select(app_user.c.user_id, app_user.c.name, app_user.c.email, local_login.c.login)
        .select_from(membership.join(app_user, app_user.c.user_id == membership.c.user_id)
                     .join(local_login, local_login.c.user_id == app_user.c.user_id, isouter=True))
        .where(membership.c.account_id.in_(here))).all()
    names = {text for row in (*people, *(one[1:] for one in users)) for text in row if text}
    return {one.user_id for one in users}, names
