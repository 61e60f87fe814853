"""Users: people at a keyboard, with roles in the service centre or for companies that collect."""

import attrs
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from treuwerk.domain import ids
from treuwerk.domain.refusals import Refusal
from treuwerk.services.session_keeping import end_all
from treuwerk.services.sessions import ACTIVE, BLOCKED
from treuwerk.store.tables import app_user, membership, user_role

BY_HAND = "hand"


@attrs.frozen
class User:
    """One user; instants in microseconds UTC."""

    user_id: int
    name: str
    email: str
    locale: str
    state: str
    created_at: int
    version: int

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_user_id(self.user_id)


def add_user(connection: Connection, name: str, now: int, *, email: str = "", locale: str = "") -> int:
    """Make a user who may do nothing yet; returns the id."""
    user_id = ids.new_account_id()
    connection.execute(insert(app_user).values(user_id=user_id, name=name, email=email, locale=locale, state=ACTIVE,
                                               created_at=now, changed_at=now, version=1))
    return user_id


def user_of(connection: Connection, user_id: int) -> User:
    """One user.

    Raises:
        Refusal: `unknown_user`.
    """
    columns = [app_user.c[field.name] for field in attrs.fields(User)]
    row = connection.execute(select(*columns).where(app_user.c.user_id == user_id)).one_or_none()
    if row is None:
        raise Refusal("unknown_user", "found no user of this id, expected one that treuwerk user list shows")
    return User(**row._mapping)


def block_user(connection: Connection, user_id: int, now: int) -> bool:
    """Let a user sign in no more; all sessions end at once. False where the user was blocked before."""
    changed = _set_state(connection, user_id, ACTIVE, BLOCKED, now)
    end_all(connection, user_id)
    return changed


def unblock_user(connection: Connection, user_id: int, now: int) -> bool:
    """Let a user sign in again; False where the user was not blocked."""
    return _set_state(connection, user_id, BLOCKED, ACTIVE, now)


def _set_state(connection: Connection, user_id: int, before: str, after: str, now: int) -> bool:
    user_of(connection, user_id)
    return connection.execute(
        update(app_user).where(app_user.c.user_id == user_id, app_user.c.state == before)
        .values(state=after, changed_at=now, version=app_user.c.version + 1)).rowcount == 1


def grant_role(connection: Connection, user_id: int, role: str, now: int, *, granted_by: str,
               source: str = BY_HAND) -> bool:
    """Give a role of the service centre; False where the user has it. Sessions have it with their next request.

    `source` is the identity provider that says so, or ``hand``.
    """
    try:
        with connection.begin_nested():
            connection.execute(insert(user_role).values(user_id=user_id, role=role, source=source,
                                                        granted_by=granted_by, granted_at=now))
    except IntegrityError:
        return False
    return True


def withdraw_role(connection: Connection, user_id: int, role: str) -> bool:
    """Take a role of the service centre; False where the user did not have it."""
    return connection.execute(delete(user_role).where(
        user_role.c.user_id == user_id, user_role.c.role == role)).rowcount == 1


def roles_of_user(connection: Connection, user_id: int) -> dict[str, str]:
    """The roles of a user in the service centre, each with its source."""
    rows = connection.execute(select(user_role.c.role, user_role.c.source).where(
        user_role.c.user_id == user_id).order_by(user_role.c.role))
    return {row.role: row.source for row in rows}


def add_membership(connection: Connection, user_id: int, account_id: int, now: int, *, role: str,
                   person_id: int = 0) -> bool:
    """Let a user act for a person of a company (0: the company itself); False where the user does so already."""
    try:
        with connection.begin_nested():
            connection.execute(insert(membership).values(account_id=account_id, person_id=person_id, user_id=user_id,
                                                         role=role, since=now))
    except IntegrityError:
        return False
    return True
