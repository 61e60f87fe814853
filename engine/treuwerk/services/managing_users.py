"""Managing users: made, blocked, given roles, invited. Each act asks for the right and is noted in the audit.

Nobody changes the own rights. Two people of the service centre never have the same name, since by their names the books
tell who acted, and whether a second person agreed.
"""

from collections.abc import Callable, Sequence

import attrs
from sqlalchemy import Connection, select

from treuwerk.domain.actors import acting_person, same_person
from treuwerk.domain.ids import USER, account_and_row, public_user_id
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience
from treuwerk.programme.roles import roles_of
from treuwerk.services import passwords, users
from treuwerk.services.auditing import note_act
from treuwerk.services.authenticators import remove_authenticator
from treuwerk.services.installation import Installation
from treuwerk.services.linking import make_link_code
from treuwerk.services.memberships import Membership, add_membership, memberships_of, remove_membership
from treuwerk.services.recovery_codes import remove_recovery_codes
from treuwerk.services.session_keeping import end_all
from treuwerk.services.users import User
from treuwerk.store.database import Database
from treuwerk.store.tables import app_user, local_login, user_role

MANAGE = "users.manage"


@attrs.frozen
class KnownUser:
    """A user with everything that a list tells: login, roles by their source, companies."""

    user: User
    login: str
    roles: dict[str, str]
    companies: list[Membership]


def list_users(access: Access, connection: Connection) -> list[KnownUser]:
    """All users by name."""
    access.require(MANAGE)
    ids = connection.execute(select(app_user.c.user_id).order_by(app_user.c.name, app_user.c.user_id)).scalars().all()
    return [known_user(access, connection, user_id) for user_id in ids]


def known_user(access: Access, connection: Connection, user_id: int) -> KnownUser:
    """One user.

    Raises:
        Refusal: `unknown_user`.
    """
    access.require(MANAGE)
    return KnownUser(users.user_of(connection, user_id), passwords.login_of(connection, user_id),
                     users.roles_of_user(connection, user_id), memberships_of(connection, user_id))


def user_named(connection: Connection, named: str) -> int:
    """The user of a login or of an id such as ``usr_…``.

    Raises:
        Refusal: `unknown_user`.
    """
    try:
        prefix, _, user_id = account_and_row(named)
    except ValueError:
        prefix, user_id = "", 0
    wanted = select(local_login.c.user_id).where(local_login.c.login == passwords.folded(named))
    found: int | None = user_id if prefix == USER else connection.execute(wanted).scalar()
    if found is None:
        raise Refusal("unknown_user", f"found no user {named!r}, expected a login or an id such as usr_…; treuwerk "
                      "user list shows them")
    return users.user_of(connection, found).user_id


def create_office_user(installation: Installation, access: Access, name: str, login: str, password: str,
                       roles: Sequence[str], now: int, *, email: str = "", locale: str = "") -> int:
    """Make a user of the service centre with login and password; returns the id.

    Raises:
        WeakPassword: the password is not taken.
        Refusal: `unknown_role`, `name_taken`, `login_taken`, `wrong_login`, `unknown_actor`.
    """
    access.require(MANAGE)
    shown = acting_person(name)
    for role in roles:
        _known_role(installation, role, Audience.OFFICE)
    passwords.check_password(password, login)
    kept = passwords.hash_of(password)

    def work(connection: Connection) -> int:
        _refuse_same_name(connection, shown)
        user_id = users.add_user(connection, shown, now, email=email, locale=locale)
        passwords.add_login(connection, user_id, login, kept, now)
        for role in roles:
            users.grant_role(connection, user_id, role, now, granted_by=access.actor)
        note_act(connection, access, "user.create", 0, public_user_id(user_id), now=now,
                 after={"name": shown, "roles": sorted(roles)})
        return user_id

    return installation.database.run(work)


def create_portal_user(installation: Installation, access: Access, account_id: int, login: str, password: str,
                       role: str, now: int, *, name: str = "", person_id: int = 0) -> int:
    """Make a user who acts for a company, with login and password; returns the id.

    Raises:
        WeakPassword: the password is not taken.
        Refusal: `unknown_role`, `login_taken`, `wrong_login`.
    """
    access.require(MANAGE)
    _known_role(installation, role, Audience.PORTAL)
    passwords.check_password(password, login)
    kept = passwords.hash_of(password)

    def work(connection: Connection) -> int:
        user_id = users.add_user(connection, name or login.strip(), now)
        passwords.add_login(connection, user_id, login, kept, now)
        add_membership(connection, user_id, account_id, now, role=role, person_id=person_id)
        note_act(connection, access, "user.create", account_id, public_user_id(user_id), now=now, after={"role": role})
        return user_id

    return installation.database.run(work)


def block(database: Database, access: Access, user_id: int, now: int, *, reason: str = "") -> bool:
    """Let a user sign in no more; all sessions end at once. False where the user was blocked before."""
    return _changed(database, access, user_id, now, "user.block", reason,
                    lambda connection: users.block_user(connection, user_id, now))


def unblock(database: Database, access: Access, user_id: int, now: int, *, reason: str = "") -> bool:
    """Let a user sign in again; False where the user was not blocked."""
    return _changed(database, access, user_id, now, "user.unblock", reason,
                    lambda connection: users.unblock_user(connection, user_id, now))


def grant(installation: Installation, access: Access, user_id: int, role: str, now: int) -> bool:
    """Give a role of the service centre; False where the user has it.

    Raises:
        Refusal: `unknown_role`, `own_user`, `unknown_user`, `name_taken`.
    """
    _known_role(installation, role, Audience.OFFICE)

    def change(connection: Connection) -> bool:
        _refuse_same_name(connection, users.user_of(connection, user_id).name, but=user_id)
        return users.grant_role(connection, user_id, role, now, granted_by=access.actor)

    return _changed(installation.database, access, user_id, now, "user.grant", "", change, {"role": role})


def withdraw(database: Database, access: Access, user_id: int, role: str, now: int) -> bool:
    """Take a role of the service centre; it counts from the next request on. False where the user did not have it."""
    return _changed(database, access, user_id, now, "user.withdraw", "",
                    lambda connection: users.withdraw_role(connection, user_id, role), {"role": role})


def leave_company(database: Database, access: Access, user_id: int, account_id: int, now: int) -> bool:
    """Let a user act for a company no more; False where the user did not."""
    return _changed(database, access, user_id, now, "user.leave_company", "",
                    lambda connection: remove_membership(connection, user_id, account_id), account_id=account_id)


def end_sessions(database: Database, access: Access, user_id: int, now: int) -> bool:
    """Sign a user out everywhere; False where there was no session."""
    return _changed(database, access, user_id, now, "user.end_sessions", "",
                    lambda connection: end_all(connection, user_id) > 0)


def drop_second_factor(database: Database, access: Access, user_id: int, now: int, *, reason: str = "") -> bool:
    """Help somebody whose phone is lost: app and recovery codes are gone, all sessions end. False where none was."""

    def change(connection: Connection) -> bool:
        remove_recovery_codes(connection, user_id)
        end_all(connection, user_id)
        return remove_authenticator(connection, user_id)

    return _changed(database, access, user_id, now, "user.drop_second_factor", reason, change)


def set_password(database: Database, access: Access, user_id: int, password: str, now: int) -> bool:
    """Give a user another password; all sessions end. False where the user has no login.

    Raises:
        WeakPassword: the password is not taken.
    """
    with database.reading() as connection:
        login = passwords.login_of(connection, user_id)
    passwords.check_password(password, login)
    kept = passwords.hash_of(password)

    def change(connection: Connection) -> bool:
        end_all(connection, user_id)
        return passwords.change_hash(connection, user_id, kept, now)

    return _changed(database, access, user_id, now, "user.reset_login", "", change)


def invite(installation: Installation, access: Access, account_id: int, role: str, now: int, *,
           person_id: int = 0) -> str:
    """A one-time code for the first login of a person of a company, as it is told once.

    Raises:
        Refusal: `unknown_role`.
    """
    access.require(MANAGE)
    _known_role(installation, role, Audience.PORTAL)
    code = make_link_code(installation.database, account_id, now, role=role, created_by=access.actor,
                          person_id=person_id)
    installation.database.run(lambda connection: note_act(
        connection, access, "user.invite", account_id, "", now=now, after={"role": role}))
    return code


def _changed(database: Database, access: Access, user_id: int, now: int, action: str, reason: str,
             change: Callable[[Connection], bool], after: dict[str, str] | None = None, account_id: int = 0) -> bool:
    """Change somebody else, and note it if it changed anything."""
    access.require(MANAGE)
    if user_id == access.user_id:
        raise Refusal("own_user", "found the own user, expected another one: nobody changes the own rights; ask a "
                      "colleague")

    def work(connection: Connection) -> bool:
        users.user_of(connection, user_id)
        done = change(connection)
        if done:
            note_act(connection, access, action, account_id, public_user_id(user_id), now=now, after=after,
                     reason=reason)
        return done

    return database.run(work)


def _known_role(installation: Installation, code: str, audience: Audience) -> None:
    known = [name for name, role in roles_of(installation.programme.settings).items() if role.audience is audience]
    if code not in known:
        named = ", ".join(sorted(known))
        raise Refusal("unknown_role", f"found role {code!r}, expected one of the {audience}: {named}")


def _refuse_same_name(connection: Connection, name: str, but: int = 0) -> None:
    named = select(app_user.c.user_id, app_user.c.name).where(
        app_user.c.user_id.in_(select(user_role.c.user_id)), app_user.c.user_id != but)
    if any(same_person(name, row.name) for row in connection.execute(named)):
        raise Refusal("name_taken", f"found {name!r} with another user of the service centre, expected a name by which "
                      "the books tell both apart, such as one with a middle name")
