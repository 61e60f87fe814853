"""What somebody must do before a session opens anything: replace a password that was given, set up a second factor.

A session knows by its method what was proven. One that was opened by too little leads to nothing else, whatever address
is typed; what is done then gives it another method and another token.
"""

import secrets
from enum import StrEnum

from sqlalchemy import Connection, exists, or_, select

from treuwerk.domain.rights import Audience
from treuwerk.programme.settings import SecondFactor
from treuwerk.services.identity.session_keeping import rotate
from treuwerk.services.identity.sessions import Session
from treuwerk.store.tables import app_user, authenticator, passkey, user_role

PASSWORD, FIRST_LOGIN = "password", "first_login"
_ALONE = (PASSWORD, FIRST_LOGIN)
_GIVEN = "given_"


class Missing(StrEnum):
    """What is still to be done."""

    PASSWORD = "password"  # noqa: S105 - the name of a step
    FACTOR = "factor"


class SessionOver(Exception):
    """The session ended meanwhile, perhaps since the same was done in another one: nothing was changed."""


def missing(session: Session, rule: SecondFactor) -> Missing | None:
    """What the user of a session must do first; None where everything is open."""
    if session.method.startswith(_GIVEN):
        return Missing.PASSWORD
    asked = rule is SecondFactor.EVERYBODY or (rule is SecondFactor.OFFICE and (
        session.audience is Audience.OFFICE or session.works_in_office))
    return Missing.FACTOR if asked and session.method in _ALONE else None


def is_asked(connection: Connection, user_id: int, rule: SecondFactor) -> bool:
    """Whether a password alone is too little for a user. A role in the service centre counts at both doors."""
    if rule is SecondFactor.OFFICE:
        works = select(exists().where(user_role.c.user_id == user_id))
        return bool(connection.execute(works).scalar_one())
    return rule is SecondFactor.EVERYBODY


def has_factor(connection: Connection, user_id: int) -> bool:
    """Whether a user has an app or a passkey."""
    return bool(connection.execute(select(or_(
        exists().where(authenticator.c.user_id == user_id, authenticator.c.confirmed_at.is_not(None)),
        exists().where(passkey.c.user_id == user_id)))).scalar_one())


def given(method: str) -> str:
    """The method of a session that was opened with a password that somebody else chose."""
    return _GIVEN + method


def with_own_password(method: str) -> str:
    """The method of a session once that password is replaced."""
    return method.removeprefix(_GIVEN)


def go_on(connection: Connection, token: str, method: str, now: int) -> str:
    """Note that something was done; the answer is the token from now on.

    Raises:
        SessionOver: the session ended meanwhile.
    """
    after = secrets.token_urlsafe(32)
    if not rotate(connection, token, after, method=method, authenticated_at=now):
        raise SessionOver
    return after


def hold_user(connection: Connection, user_id: int) -> None:
    """Let nobody else change the ways in of a user until this transaction ends."""
    connection.execute(select(app_user.c.user_id).where(app_user.c.user_id == user_id).with_for_update())
