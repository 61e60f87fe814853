"""Users and roles as the service centre manages them: noted in the audit, and never without somebody who may do it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Connection, exists, func, or_, select

from treuwerk.domain.folding import folded
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience, OutOfScope, Permission
from treuwerk.programme.roles import permissions_of, roles_of
from treuwerk.programme.settings import Settings
from treuwerk.services import users
from treuwerk.services.auditing import note_act
from treuwerk.services.session_keeping import ListedSession, end_all, end_own, sessions_of
from treuwerk.services.sessions import ACTIVE
from treuwerk.store.tables import app_user, local_login, membership, sign_in_event, user_role

MANAGE = "users.manage"
LONGEST_NAME = 100


@attrs.frozen
class ListedUser:
    """A user of the service centre. `roles` are by code with their source; `last_seen` is 0 where nobody signed in."""

    user_id: int
    name: str
    email: str
    state: str
    roles: Mapping[str, str]
    last_seen: int
    logins: tuple[str, ...]
    version: int

    @property
    def active(self) -> bool:
        """Whether the user may sign in."""
        return self.state == ACTIVE


def listed_users(access: Access, connection: Connection, text: str = "") -> list[ListedUser]:
    """Everybody of the service centre by name, the blocked ones last; `text` is a part of name or mail."""
    access.require(MANAGE)
    return _listed(connection, or_(exists().where(user_role.c.user_id == app_user.c.user_id),
                                   ~exists().where(membership.c.user_id == app_user.c.user_id)), text)


def one_user(access: Access, connection: Connection, user_id: int) -> ListedUser:
    """One user.

    Raises:
        OutOfScope: there is none of this id.
    """
    access.require(MANAGE)
    found = _listed(connection, app_user.c.user_id == user_id, "")
    if not found:
        raise OutOfScope
    return found[0]


def sessions_of_user(access: Access, connection: Connection, user_id: int, now: int) -> list[ListedSession]:
    """Where a user is signed in."""
    access.require(MANAGE)
    return sessions_of(connection, user_id, now)


def create_user(access: Access, connection: Connection, settings: Settings, name: str, email: str,
                roles: Sequence[str], now: int) -> ListedUser:
    """Make a user of the service centre with roles; the first sign-in is by an identity provider or a password.

    Raises:
        Refusal: `no_name`, `name_taken`, `unknown_role`.
    """
    access.require(MANAGE)
    tidy = _free_name(connection, name)
    _refuse_unknown(settings, roles)
    user_id = users.add_user(connection, tidy, now, email=email.strip())
    for role in dict.fromkeys(roles):
        users.grant_role(connection, user_id, role, now, granted_by=access.actor)
    made = one_user(access, connection, user_id)
    note_act(connection, access, "user.create", 0, _id(connection, user_id), now=now,
             after={"name": tidy, "roles": sorted(made.roles)})
    return made


def set_roles(access: Access, connection: Connection, settings: Settings, user_id: int, roles: Iterable[str],
              permissions: Iterable[Permission], now: int) -> ListedUser:
    """Give a user exactly these roles by hand; those that an identity provider gave stay.

    Raises:
        Refusal: `unknown_role`; `last_admin`: nobody could manage users any more.
    """
    access.require(MANAGE)
    wanted = set(roles)
    before = one_user(access, connection, user_id)
    by_hand = {role for role, source in before.roles.items() if source == users.BY_HAND}
    _refuse_unknown(settings, wanted - set(before.roles))
    for role in sorted(by_hand - wanted):
        users.withdraw_role(connection, user_id, role)
    for role in sorted(wanted - set(before.roles)):
        users.grant_role(connection, user_id, role, now, granted_by=access.actor)
    _refuse_nobody_left(connection, settings, permissions)
    after = one_user(access, connection, user_id)
    if set(after.roles) != set(before.roles):
        note_act(connection, access, "user.roles", 0, _id(connection, user_id), now=now,
                 before={"roles": sorted(before.roles)}, after={"roles": sorted(after.roles)})
    return after


def block(access: Access, connection: Connection, settings: Settings, user_id: int,
          permissions: Iterable[Permission], now: int) -> ListedUser:
    """Let a user sign in no more, and end all sessions.

    Raises:
        Refusal: `own_user`, `last_admin`.
    """
    access.require(MANAGE)
    if user_id == access.user_id:
        raise Refusal("own_user", "found the own user, expected another one: somebody else can block you")
    one_user(access, connection, user_id)
    if users.block_user(connection, user_id, now):
        _refuse_nobody_left(connection, settings, permissions)
        note_act(connection, access, "user.block", 0, _id(connection, user_id), now=now, before={"state": "active"},
                 after={"state": "blocked"})
    return one_user(access, connection, user_id)


def unblock(access: Access, connection: Connection, user_id: int, now: int) -> ListedUser:
    """Let a user sign in again."""
    access.require(MANAGE)
    one_user(access, connection, user_id)
    if users.unblock_user(connection, user_id, now):
        note_act(connection, access, "user.unblock", 0, _id(connection, user_id), now=now, before={"state": "blocked"},
                 after={"state": "active"})
    return one_user(access, connection, user_id)


def end_sessions(access: Access, connection: Connection, user_id: int, now: int, *, key: str = "",
                 but: str = "") -> int:
    """End the session of this key, or all of a user but one; returns how many ended."""
    access.require(MANAGE)
    one_user(access, connection, user_id)
    ended = int(end_own(connection, user_id, key)) if key else end_all(connection, user_id, but=but)
    if ended:
        note_act(connection, access, "user.end_sessions", 0, _id(connection, user_id), now=now, after={"ended": ended})
    return ended


def matrix(settings: Settings,
           permissions: Iterable[Permission]) -> tuple[list[str], list[tuple[Permission, set[str]]]]:
    """Codes of the roles of the service centre, and each permission with those that have it."""
    declared = [one for one in permissions if one.audience is Audience.OFFICE]
    codes = office_roles(settings)
    rights = {code: permissions_of(settings, [code], Audience.OFFICE, declared) for code in codes}
    return codes, [(one, {code for code in codes if one.name in rights[code]}) for one in declared]


def office_roles(settings: Settings) -> list[str]:
    """The roles that people of the service centre can have."""
    return [code for code, role in roles_of(settings).items() if role.audience is Audience.OFFICE]


def _listed(connection: Connection, wanted: Any, text: str) -> list[ListedUser]:
    seen = select(func.max(sign_in_event.c.happened_at)).where(
        sign_in_event.c.user_id == app_user.c.user_id).scalar_subquery()
    rows = connection.execute(select(app_user, func.coalesce(seen, 0).label("last_seen")).where(wanted)).all()
    found = [row for row in rows if folded(text.strip()) in folded(f"{row.name} {row.email}")]
    ids = [row.user_id for row in found]
    roles = _grouped(connection.execute(select(user_role.c.user_id, user_role.c.role, user_role.c.source).where(
        user_role.c.user_id.in_(ids)).order_by(user_role.c.role)))
    logins = _grouped(connection.execute(select(
        local_login.c.user_id, local_login.c.login, local_login.c.login.label("as_well")).where(
        local_login.c.user_id.in_(ids)).order_by(local_login.c.login)))
    listed = [ListedUser(row.user_id, row.name, row.email, row.state, roles.get(row.user_id, {}), row.last_seen,
                         tuple(logins.get(row.user_id, {})), row.version) for row in found]
    return sorted(listed, key=lambda one: (not one.active, folded(one.name), one.user_id))


def _grouped(rows: Iterable[Any]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for user_id, name, value in rows:
        found.setdefault(user_id, {})[name] = value
    return found


def _free_name(connection: Connection, name: str) -> str:
    """The name stands in books and audit, and is how a second person is told from the first: each one once."""
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > LONGEST_NAME or not tidy.isprintable():
        raise Refusal("no_name", f"found a name of {len(tidy)} characters, expected 1 to {LONGEST_NAME}")
    office = exists().where(user_role.c.user_id == app_user.c.user_id)
    names = connection.execute(select(app_user.c.name).where(office)).scalars()
    if folded(tidy) in {folded(known) for known in names}:
        raise Refusal("name_taken", f"found {tidy!r} in use, expected a name that tells this person from all others")
    return tidy


def _refuse_unknown(settings: Settings, roles: Iterable[str]) -> None:
    if unknown := sorted(set(roles) - set(office_roles(settings))):
        raise Refusal("unknown_role", f"found role {unknown[0]!r}, expected one of {', '.join(office_roles(settings))}")


def _refuse_nobody_left(connection: Connection, settings: Settings, permissions: Iterable[Permission]) -> None:
    """Whoever comes second waits for the rows of all who may, and finds that they are fewer."""
    declared = list(permissions)
    codes = [code for code in office_roles(settings)
             if MANAGE in permissions_of(settings, [code], Audience.OFFICE, declared)]
    managing = select(user_role.c.user_id).where(user_role.c.role.in_(codes)).order_by(
        user_role.c.user_id, user_role.c.role).with_for_update()
    able = sorted(set(connection.execute(managing).scalars()))
    active = select(app_user.c.user_id).where(app_user.c.user_id.in_(able), app_user.c.state == ACTIVE).order_by(
        app_user.c.user_id).with_for_update()
    if not connection.execute(active).all():
        raise Refusal("last_admin", "found that nobody could manage users afterwards; expected that another active "
                      "user has such a role first")


def _id(connection: Connection, user_id: int) -> str:
    return users.user_of(connection, user_id).public_id
