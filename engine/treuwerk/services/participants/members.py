"""The people of a company: those whom lists of the programme know, and those who can sign in."""

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, func, select

from treuwerk.domain.ids import public_user_id
from treuwerk.services.identity.sign_in_history import SIGNED_IN
from treuwerk.store.tables import app_user, local_login, membership, person, sign_in_event


@attrs.frozen
class Member:
    """A person of the company, or a user who acts for the company as such; `role` is empty without a login.

    `since` is when access began, `last_seen` the last sign-in, 0 where there was none within the kept half a year.
    `listed` says whether lists of the programme know the person.
    """

    person_id: int
    name: str
    email: str
    locale: str
    user_id: int = 0
    role: str = ""
    login: str = ""
    state: str = ""
    since: int = 0
    last_seen: int = 0
    listed: bool = False


def members_of(connection: Connection, account_id: int) -> list[Member]:
    """Everybody of a company: first the people by name, then users who are none of them. Two queries."""
    people: Sequence[Any] = connection.execute(select(person).where(person.c.account_id == account_id).order_by(
        person.c.name, person.c.id)).all()
    by_person: dict[int, list[Any]] = {}
    for user in users_of(connection, account_id):
        by_person.setdefault(user.person_id, []).append(user)
    rows = [_member(one, user) for one in people for user in by_person.pop(one.id, [None])]
    return rows + [_member(None, user) for users in by_person.values() for user in users]


def users_of(connection: Connection, account_id: int) -> Sequence[Any]:
    """Users who act for a company, by name, with their membership, login and last sign-in."""
    login = select(local_login.c.login).where(local_login.c.user_id == membership.c.user_id).order_by(
        local_login.c.login).limit(1).scalar_subquery()
    seen = select(func.max(sign_in_event.c.happened_at)).where(
        sign_in_event.c.user_id == membership.c.user_id, sign_in_event.c.outcome == SIGNED_IN).scalar_subquery()
    return connection.execute(
        select(membership.c.person_id, membership.c.role, membership.c.since, app_user.c.user_id, app_user.c.name,
               app_user.c.email, app_user.c.locale, app_user.c.state, login.label("login"),
               func.coalesce(seen, 0).label("last_seen"))
        .join(app_user, app_user.c.user_id == membership.c.user_id)
        .where(membership.c.account_id == account_id).order_by(app_user.c.name, app_user.c.user_id)).all()


def _member(known: Any, user: Any) -> Member:
    """`known` is the person of a list, None for nobody; `user` the login, None for none."""
    if user is None:
        return Member(known.id, known.name, known.email, known.locale, listed=True)
    nameless = user.email or user.login or public_user_id(user.user_id)
    name, email, locale = (known.name, known.email, known.locale) if known else (user.name or nameless, "", "")
    return Member(user.person_id, name, user.email or email, locale or user.locale, user.user_id, user.role,
                  user.login or "", user.state, user.since, user.last_seen, known is not None)
