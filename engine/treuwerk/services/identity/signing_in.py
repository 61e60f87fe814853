"""Signing in: what was proven, what is still missing, and the session at the end of every way in."""

import attrs
from sqlalchemy import Connection, delete, select

from treuwerk.domain.rights import Audience
from treuwerk.programme.settings import SecondFactor
from treuwerk.services.identity import attempts, passwords, settling
from treuwerk.services.identity.attempts import Counted
from treuwerk.services.identity.authenticators import has_authenticator, use_code
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.identity.memberships import add_membership, memberships_of, remove_memberships
from treuwerk.services.identity.recovery_codes import looks_like_recovery_code, use_recovery_code
from treuwerk.services.identity.session_keeping import end_all, end_session, sweep_sessions
from treuwerk.services.identity.sessions import ACTIVE, External, Origin, open_session
from treuwerk.services.identity.settling import PASSWORD
from treuwerk.services.identity.sign_in_history import REFUSED, SIGNED_IN, note_event, sweep_history
from treuwerk.services.identity.users import add_user, roles_of_user
from treuwerk.store.database import Database
from treuwerk.store.tables import app_user, local_login

MANAGER = "manager"
WITH_APP, WITH_RECOVERY, PASSKEY = "password+app", "password+recovery", "passkey"
_BY_PASSWORD = (PASSWORD, WITH_APP, WITH_RECOVERY)


class NoPlace(Exception):
    """The user may sign in, but has nothing to do with this audience: no company, or no role in the service centre."""


@attrs.frozen
class Proof:
    """What became of a try: the user where it was right; seconds to wait where it was not even looked at."""

    user_id: int | None = None
    wait: int = 0


def prove_password(database: Database, login: str, password: str, origin: Origin, now: int) -> Proof:
    """Check login and password. An unknown login, a blocked user and a wrong password are told alike, in like time."""
    name = passwords.folded(login)[: passwords.LONGEST_LOGIN]
    with database.reading() as connection:
        known: int | None = connection.execute(select(local_login.c.user_id).where(
            local_login.c.login == name)).scalar()
        counted = attempts.of_password(connection, name, origin.source, known)
    if wait := attempts.try_now(database, counted, now):
        return Proof(wait=wait)
    found = passwords.user_with(database, name, password)
    here = attempts.network(origin.source)

    def work(connection: Connection) -> Proof:
        if found is not None and is_active(connection, found):
            attempts.succeed(connection, counted, now)
            return Proof(found)
        note_event(connection, known or counted[0].key, REFUSED, PASSWORD, now, attrs.evolve(origin, source=here))
        return Proof()

    return database.run(work)


def prove_factor(database: Database, keys: Keyring, user_id: int, typed: str, origin: Origin,
                 now: int) -> tuple[str, int]:
    """Check digits of the app, or a recovery code: the method that was proven or an empty text, and seconds to wait.

    Raises:
        UnknownKey: the secret of the app cannot be read; recovery codes still count.
    """
    counted: list[Counted] = attempts.of_factor(user_id)
    if wait := attempts.try_now(database, counted, now):
        return "", wait
    recovery = looks_like_recovery_code(typed)
    here = attrs.evolve(origin, source=attempts.network(origin.source))

    def work(connection: Connection) -> str:
        right = (use_recovery_code(connection, user_id, typed, now) if recovery
                 else use_code(connection, keys, user_id, typed, now))
        if not right:
            note_event(connection, user_id, REFUSED, "recovery" if recovery else "app", now, here)
            return ""
        attempts.forget(connection, counted)
        return WITH_RECOVERY if recovery else WITH_APP

    return database.run(work), 0


def needs_factor(connection: Connection, user_id: int, rule: SecondFactor) -> bool:
    """Whether this user must show something besides the password.

    Who is asked for a second factor and has none yet sets one up in a session that opens nothing else.
    """
    return has_authenticator(connection, user_id) or (
        settling.is_asked(connection, user_id, rule) and settling.has_factor(connection, user_id))


def enter(connection: Connection, user_id: int, audience: Audience, method: str, now: int, *,
          origin: Origin | None = None, external: External | None = None, replacing: str = "") -> str:
    """Open a session for a user who proved to be one; the answer is its token.

    The session whose token is `replacing` ends: ids never survive a sign-in.

    Raises:
        NoPlace: the user is blocked or has nothing to do with this audience.
    """
    if not is_active(connection, user_id):
        raise NoPlace
    own = memberships_of(connection, user_id) if audience is Audience.PORTAL else []
    if not own and not (audience is Audience.OFFICE and roles_of_user(connection, user_id)):
        raise NoPlace
    here = origin or Origin()
    here = attrs.evolve(here, source=attempts.network(here.source))
    if replacing:
        end_session(connection, replacing)
    sweep(connection, now)
    note_event(connection, user_id, SIGNED_IN, method, now, here)
    if method in _BY_PASSWORD and passwords.is_given(connection, user_id):
        method = settling.given(method)
    acts_for = (own[0].account_id, own[0].person_id) if own else (0, 0)
    return open_session(connection, user_id, now, audience=audience, acts_for=acts_for, method=method, origin=here,
                        external=external)


def sweep(connection: Connection, now: int) -> None:
    """Delete old sessions, tries and history."""
    sweep_sessions(connection, now)
    attempts.sweep_attempts(connection, now)
    sweep_history(connection, now)


def is_active(connection: Connection, user_id: int) -> bool:
    """Whether a user may sign in."""
    return connection.execute(select(app_user.c.state).where(app_user.c.user_id == user_id)).scalar() == ACTIVE


def add_local_login(connection: Connection, login: str, password: str, account_id: int, now: int,
                    person_id: int = 0, role: str = MANAGER) -> int:
    """Make a user with a login who acts for one company, or give the login a new password; returns the user's id.

    Sessions that the old password opened end.

    Raises:
        WeakPassword: a password that is not taken.
    """
    passwords.check_password(password, login)
    kept = passwords.hash_of(password)
    known: int | None = connection.execute(
        select(local_login.c.user_id).where(local_login.c.login == passwords.folded(login))).scalar()
    user_id = known or add_user(connection, login.strip(), now)
    connection.execute(delete(local_login).where(local_login.c.login == passwords.folded(login)))
    end_all(connection, user_id)
    remove_memberships(connection, user_id)
    add_membership(connection, user_id, account_id, now, role=role, person_id=person_id)
    passwords.add_login(connection, user_id, login, kept, now)
    return user_id
