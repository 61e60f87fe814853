"""Who is known as a user, as the service centre and the command line list them; and which role may do what."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Connection, exists, func, or_, select, true

from treuwerk.domain import ids
from treuwerk.domain.folding import folded
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import PERMISSIONS, Access, Audience, OutOfScope, Permission
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.programme.roles import permissions_of, roles_of
from treuwerk.programme.settings import Settings
from treuwerk.services.identity import passwords
from treuwerk.services.identity.session_keeping import ListedSession, sessions_of
from treuwerk.services.identity.sessions import ACTIVE
from treuwerk.services.identity.users import user_of
from treuwerk.store.tables import (
    app_user,
    authenticator,
    former_membership,
    local_login,
    membership,
    participant,
    passkey,
    person,
    sign_in_event,
    user_role,
)

MANAGE = "users.manage"
_LISTED_AT_MOST = 10_000


@attrs.frozen
class Company:
    """A company that a user acts for; `person` is the name there, empty where the user stands for the company."""

    account_id: int
    company: str
    person: str
    role: str


@attrs.frozen
class KnownUser:
    """A user with all that a list tells. `roles` are by code with their source; `last_seen` is 0 for never."""

    user_id: int
    name: str
    email: str
    state: str
    version: int
    last_seen: int
    roles: Mapping[str, str]
    companies: Sequence[Company]
    logins: Sequence[str]
    has_app: bool
    passkeys: int

    @property
    def active(self) -> bool:
        """Whether the user may sign in."""
        return self.state == ACTIVE

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return ids.public_user_id(self.user_id)


def list_users(access: Access, connection: Connection, text: str = "", *, in_office: bool = False) -> list[KnownUser]:
    """Users by name, the blocked ones last; `text` is a part of name or mail.

    `in_office` leaves those out who only act for companies, or did until their access was ended.
    """
    access.require(MANAGE)
    office = or_(exists().where(user_role.c.user_id == app_user.c.user_id),
                 ~or_(exists().where(membership.c.user_id == app_user.c.user_id),
                      exists().where(former_membership.c.user_id == app_user.c.user_id)))
    return _listed(connection, [office] if in_office else [], text)


def known_user(access: Access, connection: Connection, user_id: int) -> KnownUser:
    """One user.

    Raises:
        OutOfScope: there is none of this id.
    """
    access.require(MANAGE)
    found = _listed(connection, [app_user.c.user_id == user_id], "")
    if not found:
        raise OutOfScope
    return found[0]


def user_named(connection: Connection, named: str) -> int:
    """The user of a login or of an id such as ``usr_…``.

    Raises:
        Refusal: `unknown_user`.
    """
    try:
        prefix, _, user_id = ids.account_and_row(named)
    except ValueError:
        prefix, user_id = "", 0
    wanted = select(local_login.c.user_id).where(local_login.c.login == passwords.folded(named))
    found: int | None = user_id if prefix == ids.USER else connection.execute(wanted).scalar()
    if found is None:
        raise Refusal("unknown_user", f"found no user {named!r}, expected a login or an id such as usr_…; treuwerk "
                      "user list shows them")
    return user_of(connection, found).user_id


def sessions_of_user(access: Access, connection: Connection, user_id: int, now: int) -> list[ListedSession]:
    """Where a user is signed in."""
    access.require(MANAGE)
    return sessions_of(connection, user_id, now)


def office_roles(settings: Settings) -> list[str]:
    """The roles that people of the service centre can have."""
    return [code for code, role in roles_of(settings).items() if role.audience is Audience.OFFICE]


def managing_roles(programme: LoadedProgramme) -> list[str]:
    """The roles by which users are managed."""
    declared = [*PERMISSIONS, *programme.registry.permissions().values()]
    return [code for code in office_roles(programme.settings)
            if MANAGE in permissions_of(programme.settings, [code], Audience.OFFICE, declared)]


def matrix(settings: Settings,
           permissions: Iterable[Permission]) -> tuple[list[str], list[tuple[Permission, set[str]]]]:
    """Codes of the roles of the service centre, and each permission with those that have it."""
    declared = [one for one in permissions if one.audience is Audience.OFFICE]
    codes = office_roles(settings)
    rights = {code: permissions_of(settings, [code], Audience.OFFICE, declared) for code in codes}
    return codes, [(one, {code for code in codes if one.name in rights[code]}) for one in declared]


def _listed(connection: Connection, wanted: Sequence[ColumnElement[bool]], text: str) -> list[KnownUser]:
    """Four statements, however many users there are."""
    rows = [row for row in connection.execute(_USERS.where(*wanted)).all()
            if folded(text.strip()) in folded(f"{row.name} {row.email}")]
    named = [row.user_id for row in rows]
    roles, logins, companies = _roles(connection, named), _logins(connection, named), _companies(connection, named)
    listed = [KnownUser(row.user_id, row.name, row.email, row.state, row.version, row.last_seen,
                        roles.get(row.user_id, {}), companies.get(row.user_id, ()), logins.get(row.user_id, ()),
                        bool(row.has_app), row.passkeys) for row in rows]
    return sorted(listed, key=lambda one: (not one.active, folded(one.name), one.user_id))


def _roles(connection: Connection, users: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for row in connection.execute(select(user_role.c.user_id, user_role.c.role, user_role.c.source).where(
            _among(user_role.c.user_id, users)).order_by(user_role.c.role)):
        found.setdefault(row.user_id, {})[row.role] = row.source
    return found


def _logins(connection: Connection, users: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in connection.execute(select(local_login.c.user_id, local_login.c.login).where(
            _among(local_login.c.user_id, users)).order_by(local_login.c.login)):
        found.setdefault(row.user_id, []).append(row.login)
    return found


def _companies(connection: Connection, users: Sequence[int]) -> dict[int, list[Company]]:
    own_person = (person.c.account_id == membership.c.account_id) & (person.c.id == membership.c.person_id)
    found: dict[int, list[Company]] = {}
    for row in connection.execute(
            select(membership.c.user_id, membership.c.account_id, membership.c.role,
                   participant.c.name.label("company"), person.c.name.label("person"))
            .select_from(membership.join(participant, participant.c.account_id == membership.c.account_id)
                         .join(person, own_person, isouter=True))
            .where(_among(membership.c.user_id, users)).order_by(membership.c.since, membership.c.account_id)):
        found.setdefault(row.user_id, []).append(Company(row.account_id, row.company, row.person or "", row.role))
    return found


def _among(column: ColumnElement[int], users: Sequence[int]) -> ColumnElement[bool]:
    """Rows of these users; of very many, a database takes no list, and most rows are wanted anyway."""
    return column.in_(users) if len(users) <= _LISTED_AT_MOST else true()


def _of_user(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Any:
    return select(column).where(*conditions).correlate(app_user).scalar_subquery()


_USERS = select(
    app_user.c.user_id, app_user.c.name, app_user.c.email, app_user.c.state, app_user.c.version,
    func.coalesce(_of_user(func.max(sign_in_event.c.happened_at), sign_in_event.c.user_id == app_user.c.user_id),
                  0).label("last_seen"),
    _of_user(func.count(), authenticator.c.user_id == app_user.c.user_id,
             authenticator.c.confirmed_at.is_not(None)).label("has_app"),
    _of_user(func.count(), passkey.c.user_id == app_user.c.user_id).label("passkeys"))
