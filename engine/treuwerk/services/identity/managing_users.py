"""Managing users: made, blocked, given roles and ways in. Each act asks for the right and is noted in the audit.

Nobody changes the own rights, nobody can take the last role by which users are managed, and no two people of the
service centre have the same name, since by their names the books tell who acted, and whether a second person agreed.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select

from treuwerk.domain.actors import LONGEST_NAME, acting_person, same_person
from treuwerk.domain.ids import public_user_id
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, Audience, NotAllowed
from treuwerk.programme.reading import LoadedProgramme
from treuwerk.programme.roles import roles_of
from treuwerk.services.auditing import Changes, note_act
from treuwerk.services.identity import passwords, users
from treuwerk.services.identity.authenticators import remove_authenticator
from treuwerk.services.identity.known_users import MANAGE, known_user, managing_roles, office_roles
from treuwerk.services.identity.memberships import add_membership
from treuwerk.services.identity.passkeys import remove_passkeys
from treuwerk.services.identity.passwords import NewLogin
from treuwerk.services.identity.recovery_codes import remove_recovery_codes
from treuwerk.services.identity.session_keeping import end_all, end_own
from treuwerk.services.identity.sessions import ACTIVE, BLOCKED
from treuwerk.store.one_by_one import change_users_one_by_one
from treuwerk.store.tables import app_user, user_role


def create_office_user(access: Access, connection: Connection, programme: LoadedProgramme, name: str,
                       roles: Collection[str], now: int, *, email: str = "", login: NewLogin | None = None) -> int:
    """Make a user of the service centre with roles; returns the id.

    Without a login the first sign-in is by an identity provider, or by a password that is given later.

    Raises:
        Refusal: `no_name`, `name_taken`, `unknown_role`, `login_taken`, `wrong_login`.
    """
    _begin(access, connection, programme)
    shown = _name_of_a_person(name)
    _refuse_unknown(programme, roles, Audience.OFFICE)
    _refuse_same_name(connection, shown)
    user_id = users.add_user(connection, shown, now, email=email.strip())
    if login is not None:
        _add_login(connection, user_id, login, now)
    for role in dict.fromkeys(roles):
        users.grant_role(connection, user_id, role, now, granted_by=access.actor)
    _note(access, connection, "user.create", user_id, now, after={"name": shown, "roles": sorted(set(roles))})
    return user_id


def create_portal_user(access: Access, connection: Connection, programme: LoadedProgramme, account_id: int,
                       login: NewLogin, role: str, now: int, *, name: str = "", person_id: int = 0) -> int:
    """Make a user who acts for a company; returns the id.

    Raises:
        Refusal: `unknown_role`, `login_taken`, `wrong_login`.
    """
    access.require(MANAGE)
    _refuse_unknown(programme, [role], Audience.PORTAL)
    user_id = users.add_user(connection, name or login.login, now)
    _add_login(connection, user_id, login, now)
    add_membership(connection, user_id, account_id, now, role=role, person_id=person_id)
    _note(access, connection, "user.create", user_id, now, account_id=account_id, after={"role": role})
    return user_id


def set_roles(access: Access, connection: Connection, programme: LoadedProgramme, user_id: int, roles: Iterable[str],
              now: int) -> bool:
    """Give a user exactly these roles by hand; those that an identity provider gave stay. False: nothing changed.

    Raises:
        Refusal: as `change_roles`.
    """
    wanted, before = set(roles), known_user(access, connection, user_id).roles
    by_hand = {role for role, source in before.items() if source == users.BY_HAND}
    return change_roles(access, connection, programme, user_id, now, give=wanted - set(before), take=by_hand - wanted)


def change_roles(access: Access, connection: Connection, programme: LoadedProgramme, user_id: int, now: int, *,
                 give: Collection[str] = (), take: Collection[str] = ()) -> bool:
    """Give and take roles of the service centre; False where nothing changed.

    What is taken counts from the next request on; who is given something signs in anew.

    Raises:
        Refusal: `own_roles`, `unknown_role`, `name_taken`; `last_admin`: nobody could manage users any more.
    """
    managing = _begin(access, connection, programme)
    before = dict(known_user(access, connection, user_id).roles)
    _refuse_unknown(programme, give, Audience.OFFICE)
    given = [role for role in sorted(give) if role not in before]
    taken = [role for role in sorted(take) if role in before]
    if not (given or taken):
        return False
    if user_id == access.user_id:
        raise Refusal("own_roles", "found the own user, expected another one: nobody changes the own roles; ask a "
                      "colleague who manages users")
    if not before:
        _refuse_same_name(connection, users.user_of(connection, user_id).name, but=user_id)
    for role in taken:
        users.withdraw_role(connection, user_id, role)
    for role in given:
        users.grant_role(connection, user_id, role, now, granted_by=access.actor)
    _refuse_nobody_left(connection, programme, managing)
    after = users.roles_of_user(connection, user_id)
    _note(access, connection, "user.roles", user_id, now, before={"roles": sorted(before)},
          after={"roles": sorted(after)})
    return True


def block(access: Access, connection: Connection, programme: LoadedProgramme, user_id: int, now: int, *,
          reason: str = "") -> bool:
    """Let a user sign in no more; all sessions end at once. False where the user was blocked before.

    Raises:
        Refusal: `own_user`; `last_admin`: nobody could manage users any more.
    """
    managing = _begin(access, connection, programme)
    _refuse_own(access, user_id)
    known_user(access, connection, user_id)
    if not users.block_user(connection, user_id, now):
        return False
    _refuse_nobody_left(connection, programme, managing)
    _note(access, connection, "user.block", user_id, now, before={"state": ACTIVE},
          after={"state": BLOCKED}, reason=reason)
    return True


def unblock(access: Access, connection: Connection, programme: LoadedProgramme, user_id: int, now: int, *,
            reason: str = "") -> bool:
    """Let a user sign in again; False where the user was not blocked."""
    _begin(access, connection, programme)
    known_user(access, connection, user_id)
    if not users.unblock_user(connection, user_id, now):
        return False
    _note(access, connection, "user.unblock", user_id, now, before={"state": BLOCKED},
          after={"state": ACTIVE}, reason=reason)
    return True


def end_sessions(access: Access, connection: Connection, user_id: int, now: int, *, key: str = "",
                 but: str = "") -> int:
    """End the session of this key, or all of a user but one; returns how many ended."""
    access.require(MANAGE)
    known_user(access, connection, user_id)
    ended = int(end_own(connection, user_id, key)) if key else end_all(connection, user_id, but=but)
    if ended:
        _note(access, connection, "user.end_sessions", user_id, now, after={"ended": ended})
    return ended


def reset_factor(access: Access, connection: Connection, user_id: int, now: int, *, reason: str = "") -> bool:
    """Help somebody whose phone is lost: app, passkeys and recovery codes are gone. False where none was.

    All sessions end.

    Raises:
        Refusal: `own_user`.
    """
    access.require(MANAGE)
    _refuse_own(access, user_id)
    known_user(access, connection, user_id)
    remove_recovery_codes(connection, user_id)
    end_all(connection, user_id)
    taken = [remove_authenticator(connection, user_id), remove_passkeys(connection, user_id) > 0]
    if not any(taken):
        return False
    _note(access, connection, "user.drop_second_factor", user_id, now, reason=reason)
    return True


def give_password(access: Access, connection: Connection, user_id: int, login: NewLogin, now: int, *,
                  reason: str = "") -> None:
    """Give a user another password, or the first one; all sessions end.

    Raises:
        Refusal: `own_user`, `login_taken`, `wrong_login`.
    """
    access.require(MANAGE)
    _refuse_own(access, user_id)
    known_user(access, connection, user_id)
    if not passwords.change_hash(connection, user_id, login.password_hash, now, given=login.given):
        _add_login(connection, user_id, login, now)
    end_all(connection, user_id)
    _note(access, connection, "user.reset_login", user_id, now, reason=reason)


def _begin(access: Access, connection: Connection, programme: LoadedProgramme) -> set[int]:
    """Take the turn of those who manage users; the answer is who can do so at this moment.

    Whoever comes second sees what the first one did: perhaps that it was to him.
    """
    access.require(MANAGE)
    change_users_one_by_one(connection)
    managing = _managing(connection, programme)
    if access.user_id and managing and access.user_id not in managing:
        raise NotAllowed(MANAGE)
    return managing


def _managing(connection: Connection, programme: LoadedProgramme) -> set[int]:
    return set(connection.execute(
        select(user_role.c.user_id).join(app_user, app_user.c.user_id == user_role.c.user_id)
        .where(user_role.c.role.in_(managing_roles(programme)), app_user.c.state == ACTIVE)).scalars())


def _refuse_nobody_left(connection: Connection, programme: LoadedProgramme, before: set[int]) -> None:
    if before and not _managing(connection, programme):
        raise Refusal("last_admin", "found that nobody could manage users afterwards; expected that another active "
                      "user has such a role first")


def _add_login(connection: Connection, user_id: int, login: NewLogin, now: int) -> None:
    passwords.add_login(connection, user_id, login.login, login.password_hash, now, given=login.given)


def _refuse_own(access: Access, user_id: int) -> None:
    if user_id == access.user_id:
        raise Refusal("own_user", "found the own user, expected another one: ask a colleague who manages users")


def _refuse_unknown(programme: LoadedProgramme, roles: Iterable[str], audience: Audience) -> None:
    known = office_roles(programme.settings) if audience is Audience.OFFICE else [
        code for code, role in roles_of(programme.settings).items() if role.audience is audience]
    if unknown := sorted(set(roles) - set(known)):
        raise Refusal("unknown_role", f"found role {unknown[0]!r}, expected one of the {audience}: "
                      f"{', '.join(sorted(known))}")


def _name_of_a_person(name: str) -> str:
    try:
        return acting_person(name)
    except Refusal:
        raise Refusal("no_name", f"found the name {name[:LONGEST_NAME]!r}, expected that of a person, of 1 to "
                      f"{LONGEST_NAME} characters") from None


def _refuse_same_name(connection: Connection, name: str, but: int = 0) -> None:
    named = select(app_user.c.user_id, app_user.c.name).where(
        app_user.c.user_id.in_(select(user_role.c.user_id)), app_user.c.user_id != but)
    if any(same_person(name, row.name) for row in connection.execute(named)):
        raise Refusal("name_taken", f"found {name!r} with another user of the service centre, expected a name by which "
                      "the books tell both apart, such as one with a middle name")


def _note(access: Access, connection: Connection, action: str, user_id: int, now: int, *, account_id: int = 0,
          before: Changes | None = None, after: Changes | None = None, reason: str = "") -> None:
    note_act(connection, access, action, account_id, public_user_id(user_id), now=now, before=before, after=after,
             reason=reason)
