"""Ending sessions: one's own, all others, all of a user, all that an identity provider ended; and sweeping old rows."""

from typing import Any

import attrs
from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from treuwerk.domain.rights import Audience
from treuwerk.services.identity.sessions import LIFETIMES, SECOND, Session, hashed
from treuwerk.store.database import Database
from treuwerk.store.tables import external_login, web_session


@attrs.frozen
class ListedSession:
    """A session as its owner sees it in a list. `key` names it in forms: it is its hash, and opens nothing."""

    key: str
    audience: Audience
    method: str
    source: str
    agent: str
    created_at: int
    seen_at: int


def sign_out(database: Database, token: str) -> None:
    """End the session of this token."""
    with database.writing() as connection:
        end_session(connection, token)


def end_session(connection: Connection, token: str) -> None:
    """Delete the row of this token's session."""
    connection.execute(delete(web_session).where(web_session.c.id_hash == hashed(token)))


def seconds_left(session: Session, now: int) -> int:
    """Until a session ends by itself, if its user does nothing more; 0 where it is over.

    What happened since it was last written counts as nothing: the answer is never too long.
    """
    return max((session.ends_at - now) // SECOND, 0)


def stay(database: Database, session: Session, now: int) -> int:
    """Count this moment as use of the session; the answer is in how many seconds it ends by itself now."""
    with database.writing() as connection:
        connection.execute(update(web_session).where(web_session.c.id_hash == session.id_hash).values(seen_at=now))
    return seconds_left(attrs.evolve(session, seen_at=now), now)


def sessions_of(connection: Connection, user_id: int, now: int) -> list[ListedSession]:
    """The live sessions of a user, the one used last first."""
    rows = connection.execute(select(web_session).where(web_session.c.user_id == user_id, ~_over(now))
                              .order_by(web_session.c.seen_at.desc(), web_session.c.id_hash))
    return [ListedSession(row.id_hash, Audience(row.audience), row.method, row.source, row.agent, row.created_at,
                          row.seen_at) for row in rows]


def end_own(connection: Connection, user_id: int, key: str) -> bool:
    """End one session of a user by its key in the list; False where that user has none of this key."""
    return connection.execute(delete(web_session).where(
        web_session.c.id_hash == key, web_session.c.user_id == user_id)).rowcount == 1


def end_all(connection: Connection, user_id: int, but: str = "") -> int:
    """End all sessions of a user, but the one with this key; returns how many ended."""
    return connection.execute(delete(web_session).where(
        web_session.c.user_id == user_id, web_session.c.id_hash != but)).rowcount


def end_for_company(connection: Connection, user_id: int, account_id: int) -> int:
    """End the sessions in which a user acts for one company; returns how many ended."""
    return connection.execute(delete(web_session).where(
        web_session.c.user_id == user_id, web_session.c.account_id == account_id)).rowcount


def end_by_provider(connection: Connection, provider: str, *, idp_session: str = "", subject: str = "") -> int:
    """End what an identity provider ended on its side: one of its sessions, or all of a subject; returns how many."""
    wanted: list[ColumnElement[Any]] = []
    if idp_session:
        wanted.append(web_session.c.idp_session == idp_session)
    if subject:
        wanted.append(web_session.c.user_id.in_(select(external_login.c.user_id).where(
            external_login.c.provider == provider, external_login.c.subject == subject)))
    if not wanted:
        return 0
    return connection.execute(delete(web_session).where(web_session.c.provider == provider, *wanted)).rowcount


def rotate(connection: Connection, before: str, after: str, **changed: Any) -> bool:
    """Give a session another token, with changes; both are tokens. False where it ended meanwhile."""
    return connection.execute(update(web_session).where(web_session.c.id_hash == hashed(before)).values(
        id_hash=hashed(after), **changed)).rowcount == 1


def live_sessions(connection: Connection, now: int) -> int:
    """How many people are signed in."""
    known = web_session.c.audience.in_([audience.value for audience in LIFETIMES])
    return connection.execute(select(func.count()).select_from(web_session).where(known, ~_over(now))).scalar_one()


def sweep_sessions(connection: Connection, now: int) -> int:
    """Delete what is over; returns how many rows."""
    return connection.execute(delete(web_session).where(_over(now))).rowcount


def _over(now: int) -> ColumnElement[bool]:
    """Whether a session is over; rows of other kinds end after an hour."""
    known = [(web_session.c.audience == audience.value)
             & ((web_session.c.seen_at <= now - lifetime.idle * SECOND)
                | (web_session.c.created_at <= now - lifetime.absolute * SECOND))
             for audience, lifetime in LIFETIMES.items()]
    other = web_session.c.audience.not_in([audience.value for audience in LIFETIMES])
    return or_(*known, other & (web_session.c.created_at <= now - 3600 * SECOND))
