"""Who is signed in: a session is a row under the hash of its token, so that signing out really ends it.

A stolen database opens no door, since the token itself is known to the browser only. Every way in ends in
`open_session`.
"""

import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any

import attrs
from sqlalchemy import Connection, Row, bindparam, exists, insert, select, update

from treuwerk.domain.ids import public_user_id
from treuwerk.domain.rights import Audience
from treuwerk.store.database import Database
from treuwerk.store.faults import DatabaseReadOnly
from treuwerk.store.prepared import Prepared
from treuwerk.store.tables import app_user, membership, participant, person, user_role, web_session

SECOND = 1_000_000
ACTIVE, BLOCKED = "active", "blocked"
_LONGEST_AGENT = 200
VIEWING_UNTIL = "viewing_until"
"""Where the data of a session says how long it shows a participant's pages."""


@attrs.frozen
class Lifetime:
    """How long a session lasts, in seconds; `seen_every` says how exactly it is known when it was last used."""

    idle: int
    absolute: int
    seen_every: int


LIFETIMES: Mapping[Audience, Lifetime] = {
    Audience.PORTAL: Lifetime(idle=12 * 3600, absolute=30 * 86_400, seen_every=300),
    Audience.OFFICE: Lifetime(idle=30 * 60, absolute=12 * 3600, seen_every=60),
}
COOKIE_SECONDS = max(lifetime.absolute for lifetime in LIFETIMES.values())

_NO_DATA = "{}"


@attrs.frozen
class Identity:
    """Who is signed in: a user who acts for a person of a company, or one of the service centre (account 0).

    `person` is the name to greet; `company` is empty in the service centre. `locale` is empty where nobody chose one.
    `own_locale` is what the user chose for the own login, and not what is known of person or company.
    """

    user_id: int
    account_id: int
    person_id: int
    company: str
    person: str
    locale: str
    own_locale: str = ""


@attrs.frozen
class Session:
    """A live session. `id_hash` is its key; the token itself is known to the browser only. Instants in microseconds.

    `roles` are those of the user for this audience. `viewing_account` is the participant whose pages the service centre
    looks at, with `viewed` as its name; 0 for none.
    """

    id_hash: str
    identity: Identity
    audience: Audience
    roles: tuple[str, ...]
    actor: str
    created_at: int
    seen_at: int
    authenticated_at: int
    method: str
    provider: str = ""
    viewing_account: int = 0
    viewed: str = ""
    viewing_until: int = 0
    works_in_office: bool = False
    """Whether the user has a role in the service centre, wherever this session belongs."""
    notes: bool = False
    """Whether anything is kept for it beside who it is, such as a message for the next page."""

    @property
    def ends_at(self) -> int:
        """When it is over if nobody uses it any more."""
        lifetime = LIFETIMES[self.audience]
        return min(self.seen_at + lifetime.idle * SECOND, self.created_at + lifetime.absolute * SECOND)


@attrs.frozen
class Origin:
    """Where a sign-in comes from: beginning of the address, and the browser as it names itself."""

    source: str = ""
    agent: str = ""


@attrs.frozen
class External:
    """What an identity provider said of a session of its own, by which it can end ours."""

    provider: str = ""
    idp_session: str = ""
    id_token: str = attrs.field(default="", repr=False)


def open_session(connection: Connection, user_id: int, now: int, *, audience: Audience = Audience.PORTAL,
                 acts_for: tuple[int, int] = (0, 0), method: str = "password", origin: Origin | None = None,
                 external: External | None = None) -> str:
    """A new session of a user; the answer is its token, which is stored nowhere.

    `acts_for` are the account and the person in the portal; the service centre has none.
    """
    token, origin = secrets.token_urlsafe(32), origin or Origin()
    connection.execute(insert(web_session).values(
        id_hash=hashed(token), user_id=user_id, audience=audience.value, account_id=acts_for[0], person_id=acts_for[1],
        viewing_account=0, created_at=now, seen_at=now, authenticated_at=now, method=method, source=origin.source,
        agent=origin.agent[:_LONGEST_AGENT], data=_NO_DATA, **attrs.asdict(external or External())))
    return token


def session_of(database: Database, token: str, now: int, *, counts: bool = True) -> Session | None:
    """The live session of a token, of a user who may still sign in there; None otherwise.

    Unless it `counts`, being asked for keeps it no longer alive: a script asks, and nobody may be there.
    """
    with database.asking() as connection:
        session = _session(connection, token)
    if session is None or session.ends_at <= now:
        return None
    if counts and now - session.seen_at > LIFETIMES[session.audience].seen_every * SECOND:
        _seen(database, session, now)
    if session.viewing_account and session.viewing_until <= now:
        return attrs.evolve(session, viewing_account=0, viewed="", viewing_until=0)
    return session


def _seen(database: Database, session: Session, now: int) -> None:
    """Note that a session is used. Where nothing can be stored, its user goes on reading for as long as it lasts."""
    with suppress(DatabaseReadOnly), database.writing() as connection:
        connection.execute(update(web_session).where(
            web_session.c.id_hash == session.id_hash, web_session.c.seen_at < now).values(seen_at=now))


def hashed(token: str) -> str:
    """The key under which a token is stored. The token is random, so one round of SHA-256 is enough."""
    return sha256(token.encode()).hexdigest()


def _session(connection: Connection, token: str) -> Session | None:
    row = next(iter(_BY_TOKEN.rows(connection, token=hashed(token))), None)
    if row is None or (row.audience == Audience.PORTAL and row.role is None):
        return None
    audience = Audience(row.audience)
    roles = (row.role,) if audience is Audience.PORTAL else _office_roles(connection, row.user_id)
    actor = row.user_name if audience is Audience.OFFICE else public_user_id(row.user_id)
    return Session(row.id_hash, _identity(row, audience), audience, roles, actor, row.created_at, row.seen_at,
                   row.authenticated_at, row.method, row.provider, row.viewing_account,
                   row.company or "" if row.viewing_account else "",
                   json.loads(row.data).get(VIEWING_UNTIL, 0) if row.viewing_account else 0,
                   bool(row.works_in_office), row.data != _NO_DATA)


def _identity(row: Row[Any], audience: Audience) -> Identity:
    if audience is Audience.OFFICE:
        return Identity(row.user_id, 0, 0, "", row.user_name, row.user_locale, row.user_locale)
    locale = row.user_locale or row.person_locale or row.company_locale or ""
    return Identity(row.user_id, row.account_id, row.person_id, row.company or "", row.person or "", locale,
                    row.user_locale)


def _office_roles(connection: Connection, user_id: int) -> tuple[str, ...]:
    return tuple(connection.execute(select(user_role.c.role).where(
        user_role.c.user_id == user_id).order_by(user_role.c.role)).scalars())


# One of the two accounts is always 0.
_SHOWN_ACCOUNT = web_session.c.account_id + web_session.c.viewing_account
_OWN_PERSON = (person.c.account_id == web_session.c.account_id) & (person.c.id == web_session.c.person_id)
_OWN_MEMBERSHIP = ((membership.c.account_id == web_session.c.account_id)
                   & (membership.c.person_id == web_session.c.person_id)
                   & (membership.c.user_id == web_session.c.user_id))
_WORKS = exists().where(user_role.c.user_id == web_session.c.user_id).label("works_in_office")
_QUERY = select(
    web_session, _WORKS, app_user.c.name.label("user_name"), app_user.c.locale.label("user_locale"), membership.c.role,
    participant.c.name.label("company"), participant.c.locale.label("company_locale"),
    person.c.name.label("person"), person.c.locale.label("person_locale"),
).select_from(
    web_session.join(app_user, app_user.c.user_id == web_session.c.user_id)
    .join(membership, _OWN_MEMBERSHIP, isouter=True)
    .join(participant, participant.c.account_id == _SHOWN_ACCOUNT, isouter=True)
    .join(person, _OWN_PERSON, isouter=True)
).where(app_user.c.state == ACTIVE, web_session.c.audience.in_([audience.value for audience in Audience]))
_BY_TOKEN = Prepared(_QUERY.where(web_session.c.id_hash == bindparam("token")))
