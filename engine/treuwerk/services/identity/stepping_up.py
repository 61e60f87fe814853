"""Proving once more who one is, before what matters: spending points, changing contacts or the login itself."""

import secrets
from collections.abc import Callable

import attrs
from sqlalchemy import Connection

from treuwerk.programme.settings import SecondFactor
from treuwerk.services.identity import attempts, passwords, settling
from treuwerk.services.identity.authenticators import has_authenticator
from treuwerk.services.identity.keyring import Keyring
from treuwerk.services.identity.passkeys import passkeys_of
from treuwerk.services.identity.recovery_codes import codes_left
from treuwerk.services.identity.session_keeping import rotate
from treuwerk.services.identity.sessions import SECOND, Origin, Session
from treuwerk.services.identity.sign_in_history import CONFIRMED, note_event
from treuwerk.services.identity.signing_in import prove_factor
from treuwerk.store.database import Database

MINUTES = 15


class ConfirmFirst(Exception):
    """Who is signed in must prove it once more. The web leads there and back to the form with what was typed.

    `back` is the path of the page with the form; empty where the form goes to its own page.
    """

    def __init__(self, back: str = "") -> None:
        super().__init__("this asks for a recent proof of who is signed in")
        self.back = back


@attrs.frozen
class Ways:
    """How a user can prove it: by which of these; none where only the identity provider knows."""

    password: bool
    app: bool
    passkey: bool
    recovery: bool = False
    """Whether a code can be typed: of an app, or to recover."""

    def has(self, by: str) -> bool:
        """Whether a way is open: ``password``, ``app`` (any code) or ``passkey``."""
        return {"password": self.password, "app": self.recovery, "passkey": self.passkey}.get(by, False)


def require_recent(session: Session, now: int, minutes: int = MINUTES, back: str = "") -> None:
    """Go on only where somebody proved who it is within the last minutes.

    Raises:
        ConfirmFirst: it is longer ago.
    """
    if now - session.authenticated_at > minutes * 60 * SECOND:
        raise ConfirmFirst(back)


def ways_of(connection: Connection, user_id: int, rule: SecondFactor) -> Ways:
    """What a user can prove it with. Where a password alone is too little to sign in, it is too little here."""
    app, keys = has_authenticator(connection, user_id), bool(passkeys_of(connection, user_id))
    too_little = (app or keys) and settling.is_asked(connection, user_id, rule)
    return Ways(bool(passwords.login_of(connection, user_id)) and not too_little, app, keys,
                recovery=app or codes_left(connection, user_id) > 0)


def prove_again(database: Database, keys: Keyring, session: Session, typed: str, by: str, now: int, *,
                origin: Origin) -> tuple[bool, int]:
    """Check a password (`by` ``password``) or a code (``app``): whether it is right, and seconds to wait.

    Raises:
        UnknownKey: the secret of the app cannot be read; recovery codes still count.
    """
    user_id = session.identity.user_id
    if by == "app":
        method, wait = prove_factor(database, keys, user_id, typed, origin, now)
        return bool(method), wait
    return prove_own_password(database, user_id, typed, now)


def prove_own_password(database: Database, user_id: int, typed: str, now: int) -> tuple[bool, int]:
    """Check the password of somebody who is signed in: whether it is right, and seconds to wait."""
    counted = attempts.of_own_password(user_id)
    if wait := attempts.try_now(database, counted, now):
        return False, wait
    right = passwords.own_password_is(database, user_id, typed)
    if right:
        database.run(lambda connection: attempts.forget(connection, counted))
    return right, 0


def confirmed(database: Database, session: Session, token: str, by: str, now: int,
              also: Callable[[Connection], None] = lambda connection: None) -> str:
    """Note that somebody proved it again; the answer is the token from now on, empty where the session ended."""
    after = secrets.token_urlsafe(32)

    def work(connection: Connection) -> str:
        also(connection)
        if not rotate(connection, token, after, authenticated_at=now):
            return ""
        note_event(connection, session.identity.user_id, CONFIRMED, by, now)
        return after

    return database.run(work)
