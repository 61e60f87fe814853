"""What a user does for the security of the own login. Every change is in the history, and asks for a recent proof."""

import attrs
from sqlalchemy import Connection

from treuwerk.services import passwords
from treuwerk.services.attempts import network
from treuwerk.services.authenticators import confirm_authenticator, has_authenticator, remove_authenticator
from treuwerk.services.passkeys import Passkey, passkeys_of
from treuwerk.services.recovery_codes import codes_left, remove_recovery_codes, renew_recovery_codes
from treuwerk.services.session_keeping import ListedSession, end_all, sessions_of
from treuwerk.services.sessions import Origin, Session
from treuwerk.services.sign_in_history import CHANGED, Event, history_of, note_event
from treuwerk.store.database import Database


@attrs.frozen
class Overview:
    """Everything that the page of a user's security shows."""

    login: str
    has_app: bool
    codes_left: int
    passkeys: list[Passkey]
    sessions: list[ListedSession]
    history: list[Event]


def overview(connection: Connection, session: Session, now: int) -> Overview:
    """How the user of this session signs in, where it is signed in, and what happened."""
    user_id = session.identity.user_id
    return Overview(passwords.login_of(connection, user_id), has_authenticator(connection, user_id),
                    codes_left(connection, user_id), passkeys_of(connection, user_id),
                    sessions_of(connection, user_id, now), history_of(connection, user_id))


def change_password(database: Database, session: Session, login: str, password: str, origin: Origin, now: int) -> bool:
    """Take another password; all other sessions end. False where the user has no login.

    Raises:
        WeakPassword: the password is not taken.
    """
    passwords.check_password(password, login)
    kept, user_id = passwords.hash_of(password), session.identity.user_id

    def work(connection: Connection) -> bool:
        if not passwords.change_hash(connection, user_id, kept, now):
            return False
        end_all(connection, user_id, but=session.id_hash)
        note_change(connection, user_id, "password", origin, now)
        return True

    return database.run(work)


def take_authenticator(database: Database, session: Session, secret: str, code: str, origin: Origin,
                       now: int) -> list[str] | None:
    """Take an app as second factor; the answer are fresh recovery codes, or None where the code is not right."""
    user_id = session.identity.user_id

    def work(connection: Connection) -> list[str] | None:
        if not confirm_authenticator(connection, user_id, secret, code, now):
            return None
        end_all(connection, user_id, but=session.id_hash)
        note_change(connection, user_id, "app", origin, now)
        return renew_recovery_codes(connection, user_id)

    return database.run(work)


def drop_authenticator(database: Database, session: Session, origin: Origin, now: int) -> None:
    """Sign in without the app from now on; recovery codes go with it."""
    user_id = session.identity.user_id

    def work(connection: Connection) -> None:
        if remove_authenticator(connection, user_id):
            remove_recovery_codes(connection, user_id)
            note_change(connection, user_id, "app_removed", origin, now)

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
