"""Users: people at a keyboard, with roles in the service centre or for companies that collect."""


import attrs
from sqlalchemy import Connection, delete, insert, select, update

from treuwerk.domain import ids
from treuwerk.domain.actors import LONGEST_NAME, acting_person, same_person
from treuwerk.domain.refusals import Refusal
from treuwerk.services.identity.session_keeping import end_all
from treuwerk.services.identity.sessions import ACTIVE, BLOCKED
from treuwerk.store.once import insert_once
from treuwerk.store.one_by_one import change_users_one_by_one
from treuwerk.store.tables import app_user, user_role

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


def free_name(connection: Connection, wanted: str) -> str:
    """The name, or with a number behind it where somebody of the service centre has it.

    Many identity providers let people choose how they are called. Nobody shall stand in the books as somebody else, or
    as the machine.
    """
    change_users_one_by_one(connection)
    try:
        name = acting_person("".join(filter(str.isprintable, wanted))[: LONGEST_NAME - 5])
    except Refusal:
        name = "User"
    names = connection.execute(select(app_user.c.name).where(
        app_user.c.user_id.in_(select(user_role.c.user_id)))).scalars().all()
    candidates = (name, *(f"{name} {number}" for number in range(2, len(names) + 3)))
    return next(one for one in candidates if not any(same_person(one, taken) for taken in names))


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
    """Give a role of the service centre; False where the user has it.

    Sessions of the user end, since rights are gained by a fresh sign-in. `source` is the identity provider that says
    so, or ``hand``; what was given by hand stays so.
    """
    row = {"user_id": user_id, "role": role, "source": source, "granted_by": granted_by, "granted_at": now}
    if not insert_once(connection, user_role, row):
        return False
    end_all(connection, user_id)
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
