"""Local accounts and sessions. Single sign-on will end in the same `open_session`.

A session is a row under the hash of its token, so that a stolen database opens no door and signing out really ends it.
"""

import secrets
from functools import cache
from hashlib import sha256
from threading import BoundedSemaphore

import attrs
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select, update

from treuwerk.domain import ids
from treuwerk.store.database import Database
from treuwerk.store.tables import app_user, local_login, membership, participant, person, web_session

SECOND = 1_000_000
ACTIVE = "active"
MANAGER = "manager"
IDLE_SECONDS = 12 * 3600
ABSOLUTE_SECONDS = 30 * 86_400
SEEN_EVERY_SECONDS = 300  # a session is not written on every request
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256  # bounds what one attempt may cost

_hasher = PasswordHasher()
_at_once = BoundedSemaphore(2)  # each hash takes 64 MiB and a core


class WeakPassword(ValueError):
    """The password is too short or too long."""


@attrs.frozen
class Identity:
    """Who is signed in: a user who acts for a person of a company. `locale` is empty where nobody chose one."""

    user_id: int
    account_id: int
    person_id: int
    company: str
    person: str
    locale: str


@attrs.frozen
class Session:
    """A live session. `id_hash` is its key; the token itself is known to the browser only."""

    id_hash: str
    identity: Identity
    created_at: int
    seen_at: int


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
        return open_session(connection, *acts_for, now, user_id=found)


def _acts_for(connection: Connection, user_id: int) -> tuple[int, int] | None:
    """The account and the person that a user acts for first."""
    row = connection.execute(
        select(membership.c.account_id, membership.c.person_id).where(membership.c.user_id == user_id)
        .order_by(membership.c.since, membership.c.account_id).limit(1)).one_or_none()
    return None if row is None else (row.account_id, row.person_id)


def open_session(connection: Connection, account_id: int, person_id: int, now: int, *, user_id: int = 0) -> str:
    """A new session; the answer is its token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    connection.execute(insert(web_session).values(
        id_hash=hashed(token), user_id=user_id, audience="portal", account_id=account_id, person_id=person_id,
        viewing_account=0, created_at=now, seen_at=now, authenticated_at=now, method="password", provider="",
        idp_session="", id_token="", source="", agent="", data="{}"))
    connection.execute(delete(web_session).where(web_session.c.seen_at < now - IDLE_SECONDS * SECOND))
    return token


def sign_out(database: Database, token: str) -> None:
    """End the session of this token."""
    with database.writing() as connection:
        end_session(connection, token)


def end_session(connection: Connection, token: str) -> None:
    """Delete the row of this token's session."""
    connection.execute(delete(web_session).where(web_session.c.id_hash == hashed(token)))


def session_of(database: Database, token: str, now: int) -> Session | None:
    """The live session of a token; 12 hours without a request or 30 days after sign-in it is over."""
    with database.reading() as connection:
        session = _session(connection, token)
    if session is None or _is_over(session, now):
        return None
    if now - session.seen_at > SEEN_EVERY_SECONDS * SECOND:
        with database.writing() as connection:
            connection.execute(update(web_session).where(web_session.c.id_hash == session.id_hash)
                               .values(seen_at=now))
    return session


def seconds_left(session: Session, now: int) -> int:
    """Until a session ends by itself, if its user does nothing more; 0 where it is over.

    What happened since it was last written counts as nothing: the answer is never too long.
    """
    idle = session.seen_at + IDLE_SECONDS * SECOND - now
    absolute = session.created_at + ABSOLUTE_SECONDS * SECOND - now
    return max(min(idle, absolute) // SECOND, 0)


def stay(database: Database, session: Session, now: int) -> int:
    """Count this moment as use of the session; the answer is in how many seconds it ends by itself now."""
    with database.writing() as connection:
        connection.execute(update(web_session).where(web_session.c.id_hash == session.id_hash).values(seen_at=now))
    return seconds_left(attrs.evolve(session, seen_at=now), now)


def _is_over(session: Session, now: int) -> bool:
    return seconds_left(session, now) == 0


def _session(connection: Connection, token: str) -> Session | None:
    own_person = (person.c.account_id == web_session.c.account_id) & (person.c.id == web_session.c.person_id)
    row = connection.execute(
        select(web_session.c.id_hash, web_session.c.user_id, web_session.c.account_id, web_session.c.person_id,
               web_session.c.created_at,
               web_session.c.seen_at, participant.c.name.label("company"), participant.c.locale.label("company_locale"),
               person.c.name.label("person"), person.c.locale.label("person_locale"))
        .select_from(web_session.join(participant, participant.c.account_id == web_session.c.account_id)
                     .join(person, own_person, isouter=True))
        .where(web_session.c.id_hash == hashed(token))).one_or_none()
    if row is None:
        return None
    identity = Identity(row.user_id, row.account_id, row.person_id, row.company, row.person or "",
                        row.person_locale or row.company_locale)
    return Session(row.id_hash, identity, row.created_at, row.seen_at)


def hashed(token: str) -> str:
    """The key under which a token is stored. The token is random, so one round of SHA-256 is enough."""
    return sha256(token.encode()).hexdigest()
