"""Signing in with login and password. Every way in ends in `sessions.open_session`."""

import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select

from treuwerk.domain import ids
from treuwerk.services.session_keeping import end_session, sweep_sessions
from treuwerk.services.sessions import ACTIVE, open_session
from treuwerk.store.database import Database
from treuwerk.store.tables import app_user, local_login, membership, web_session

MANAGER = "manager"
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256  # bounds what one attempt may cost

_hasher = PasswordHasher()
_at_once = BoundedSemaphore(2)  # each hash takes 64 MiB and a core


class WeakPassword(ValueError):
    """The password is too short or too long."""


def folded(login: str) -> str:
    """A login as it is compared: trimmed, without case."""
    return login.strip().casefold()


def add_local_login(connection: Connection, login: str, password: str, account_id: int, now: int,
                    person_id: int = 0) -> int:
    """Make a user with a login who acts for a company, or give the login a new password; returns the user's id.

    Sessions that the old password opened end.

    Raises:
        WeakPassword: fewer than 12 or more than 256 characters.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise WeakPassword(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; "
                           f"this one has {len(password)}")
    known: int | None = connection.execute(
        select(local_login.c.user_id).where(local_login.c.login == folded(login))).scalar()
    user_id = known or _new_user(connection, login.strip(), now)
    connection.execute(delete(local_login).where(local_login.c.login == folded(login)))
    connection.execute(delete(web_session).where(web_session.c.user_id == user_id))
    connection.execute(delete(membership).where(membership.c.user_id == user_id))
    connection.execute(insert(membership).values(account_id=account_id, person_id=person_id, user_id=user_id,
                                                 role=MANAGER, since=now))
    connection.execute(insert(local_login).values(
        login=folded(login), user_id=user_id, password_hash=_hasher.hash(password), changed_at=now))
    return user_id


def _new_user(connection: Connection, name: str, now: int) -> int:
    user_id = ids.new_account_id()
    connection.execute(insert(app_user).values(user_id=user_id, name=name, email="", locale="", state=ACTIVE,
                                               created_at=now, changed_at=now, version=1))
    return user_id


def verified(connection: Connection, login: str, password: str) -> int | None:
    """The user of a login if the password is right. An unknown login takes as long as a wrong password."""
    row = connection.execute(select(local_login).where(local_login.c.login == folded(login))).one_or_none()
    nobody = _hash_of_nobody()
    right = _matches(row.password_hash if row else nobody, password[:LONGEST_PASSWORD])
    return row.user_id if row is not None and right else None


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def _matches(stored: str, password: str) -> bool:
    with _at_once:
        try:
            return _hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def sign_in(database: Database, login: str, password: str, now: int, *, replacing: str | None = None) -> str | None:
    """The token of a new session, or None. The session whose token is `replacing` ends: ids never survive a login."""
    with database.reading() as connection:
        found = verified(connection, login, password)
        acts_for = None if found is None else _acts_for(connection, found)
    if found is None or acts_for is None:
        return None
    with database.writing() as connection:
        if replacing:
            end_session(connection, replacing)
        sweep_sessions(connection, now)
        return open_session(connection, found, now, acts_for=acts_for)


def _acts_for(connection: Connection, user_id: int) -> tuple[int, int] | None:
    """The account and the person that a user acts for first."""
    row = connection.execute(
        select(membership.c.account_id, membership.c.person_id).where(membership.c.user_id == user_id)
        .order_by(membership.c.since, membership.c.account_id).limit(1)).one_or_none()
    return None if row is None else (row.account_id, row.person_id)
