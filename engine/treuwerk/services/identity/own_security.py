"""What a user does for the security of the own login. Every change is in the history, and asks for a recent proof."""

from collections.abc import Callable

import attrs
from sqlalchemy import Connection

from treuwerk.domain.refusals import Refusal
from treuwerk.programme.settings import SecondFactor
from treuwerk.services.identity import passwords, settling
from treuwerk.services.identity.attempts import network
from treuwerk.services.identity.authenticators import confirm_authenticator, has_authenticator, remove_authenticator
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.identity.passkeys import Passkey, passkeys_of, remove_passkey
from treuwerk.services.identity.recovery_codes import codes_left, remove_recovery_codes, renew_recovery_codes
from treuwerk.services.identity.session_keeping import ListedSession, end_all, sessions_of
from treuwerk.services.identity.sessions import Origin, Session, hashed
from treuwerk.services.identity.sign_in_history import CHANGED, Event, history_of, note_event
from treuwerk.store.database import Database


@attrs.frozen
class Overview:
    """Everything that the page of a user's security shows; `keeps_one`: the last second factor cannot be removed."""

    login: str
    has_app: bool
    codes_left: int
    passkeys: list[Passkey]
    sessions: list[ListedSession]
    history: list[Event]
    keeps_one: bool

    @property
    def last_factor(self) -> bool:
        """Whether there is one factor that must stay."""
        return self.keeps_one and self.has_app + len(self.passkeys) == 1


@attrs.frozen
class Changed:
    """What a change came to: codes to show this once, and the session's token where it has a new one."""

    codes: list[str] = attrs.field(factory=list, repr=False)
    token: str = attrs.field(default="", repr=False)


def overview(connection: Connection, session: Session, rule: SecondFactor, now: int) -> Overview:
    """How the user of this session signs in, where it is signed in, and what happened."""
    user_id = session.identity.user_id
    return Overview(passwords.login_of(connection, user_id), has_authenticator(connection, user_id),
                    codes_left(connection, user_id), passkeys_of(connection, user_id),
                    sessions_of(connection, user_id, now), history_of(connection, user_id),
                    _keeps_one(connection, user_id, rule))


def change_password(database: Database, session: Session, login: str, password: str, origin: Origin, now: int, *,
                    settled: str = "") -> Changed | None:
    """Take another password; all other sessions end. None where the user has no login.

    `settled` is the token of a session that waited for it.

    Raises:
        WeakPassword: the password is not taken.
        SessionOver: that session ended meanwhile.
    """
    passwords.check_password(password, login)
    kept, user_id = passwords.hash_of(password), session.identity.user_id

    def work(connection: Connection) -> Changed | None:
        settling.hold_user(connection, user_id)
        token = _go_on(connection, settled, settling.with_own_password(session.method), now)
        if not passwords.change_hash(connection, user_id, kept, now):
            return None
        end_all(connection, user_id, but=hashed(token) if token else session.id_hash)
        note_change(connection, user_id, "password", origin, now)
        return Changed(token=token)

    return database.run(work)


def take_authenticator(database: Database, keys: Keyring, session: Session, pending: str, code: str, origin: Origin,
                       now: int, *, settled: str = "") -> Changed | None:
    """Take an app as second factor, with fresh recovery codes; None where the code is not right.

    `pending` is its sealed secret, and `settled` the token of a session that waited for a factor.

    Raises:
        SessionOver: that session ended meanwhile.
    """
    user_id = session.identity.user_id
    secret = keys.open(user_id, pending)
    return _take(database, session, "app", "password+app", origin, now, settled,
                 lambda connection: confirm_authenticator(connection, keys, user_id, secret, code, now))


def take_passkey(database: Database, session: Session, keep: Callable[[Connection], bool], origin: Origin, now: int, *,
                 settled: str = "") -> Changed | None:
    """Take a passkey, which `keep` checks and stores; None where it does not. As for an app."""
    return _take(database, session, "passkey", "passkey", origin, now, settled, keep)


def _take(database: Database, session: Session, what: str, method: str, origin: Origin, now: int, settled: str,
          keep: Callable[[Connection], bool]) -> Changed | None:
    """An app, and the first factor of all, come with recovery codes and end all other sessions."""
    user_id = session.identity.user_id

    def work(connection: Connection) -> Changed | None:
        settling.hold_user(connection, user_id)
        token = _go_on(connection, settled, method, now)
        if not keep(connection):
            if token:
                raise _NotKept
            return None
        note_change(connection, user_id, what, origin, now)
        if what == "passkey" and not token:
            return Changed()
        end_all(connection, user_id, but=hashed(token) if token else session.id_hash)
        return Changed(renew_recovery_codes(connection, user_id), token)

    try:
        return database.run(work)
    except _NotKept:
        return None


class _NotKept(Exception):
    """Nothing was proven: the session keeps its token."""


def drop_authenticator(database: Database, session: Session, rule: SecondFactor, origin: Origin, now: int) -> None:
    """Sign in without the app from now on; recovery codes go with the last factor.

    Raises:
        Refusal: `last_factor`: this user must have one.
    """
    _drop(database, session, rule, "app_removed", origin, now,
          lambda connection: remove_authenticator(connection, session.identity.user_id))


def drop_passkey(database: Database, session: Session, rule: SecondFactor, credential_id: str, origin: Origin,
                 now: int) -> None:
    """Take a passkey away.

    Raises:
        Refusal: `last_factor`: this user must have one.
    """
    _drop(database, session, rule, "passkey_removed", origin, now,
          lambda connection: remove_passkey(connection, session.identity.user_id, credential_id))


def _drop(database: Database, session: Session, rule: SecondFactor, what: str, origin: Origin, now: int,
          remove: Callable[[Connection], bool]) -> None:
    user_id = session.identity.user_id

    def work(connection: Connection) -> None:
        settling.hold_user(connection, user_id)
        if not remove(connection):
            return
        if not settling.has_factor(connection, user_id):
            if _keeps_one(connection, user_id, rule):
                raise Refusal("last_factor", "found the last second factor, expected another one first: a password "
                              "alone is too little for this user")
            remove_recovery_codes(connection, user_id)
        note_change(connection, user_id, what, origin, now)

    database.run(work)


def fresh_codes(database: Database, session: Session, origin: Origin, now: int) -> list[str]:
    """New recovery codes; the ones before are worth nothing any more."""
    user_id = session.identity.user_id

    def work(connection: Connection) -> list[str]:
        note_change(connection, user_id, "recovery_codes", origin, now)
        return renew_recovery_codes(connection, user_id)

    return database.run(work)


def note_change(connection: Connection, user_id: int, what: str, origin: Origin, now: int) -> None:
    """Note in the history that something of the login was changed."""
    note_event(connection, user_id, CHANGED, what, now, attrs.evolve(origin, source=network(origin.source)))


def _go_on(connection: Connection, settled: str, method: str, now: int) -> str:
    return settling.go_on(connection, settled, method, now) if settled else ""


def _keeps_one(connection: Connection, user_id: int, rule: SecondFactor) -> bool:
    """Whoever signs in by an identity provider alone needs none of ours."""
    return bool(passwords.login_of(connection, user_id)) and settling.is_asked(connection, user_id, rule)
