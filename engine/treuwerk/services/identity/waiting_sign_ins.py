"""Sign-ins to the service centre that nobody is known for yet: they wait an hour for an administrator who links them.

A provider of ``provisioning = "link"`` brings somebody whom no user belongs to. That is refused, and noted here, so
that an administrator can say which user it is. Mail addresses and names are shown as the provider tells them, and
decide nothing: a person does.
"""

import json
from hashlib import sha256

import attrs
from sqlalchemy import ColumnElement, Connection, delete, select

from treuwerk.domain.ids import public_user_id
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.domain.sign_in import ExternalIdentity
from treuwerk.programme.settings import SignInHead
from treuwerk.services.auditing import note_act
from treuwerk.services.identity.first_logins import Newcomer, link_identity
from treuwerk.services.identity.known_users import MANAGE
from treuwerk.services.identity.session_keeping import end_by_provider
from treuwerk.services.identity.sessions import SECOND
from treuwerk.services.identity.users import user_of
from treuwerk.store.once import insert_once
from treuwerk.store.tables import external_login, web_session

KEPT_SECONDS = 3_600
"""As long as rows among the sessions that are none are kept."""
_KIND = "unlinked"


@attrs.frozen
class WaitingSignIn:
    """Somebody whom a provider brought; `key` names it in forms, `at` is the last try in microseconds UTC."""

    key: str
    provider: str
    name: str
    email: str
    subject: str
    at: int


@attrs.frozen
class LinkedIdentity:
    """An identity of a provider that leads to a user; instants in microseconds UTC."""

    issuer: str
    subject: str
    provider: str
    linked_at: int
    used_at: int


def keep_waiting(connection: Connection, head: SignInHead, identity: ExternalIdentity, now: int) -> None:
    """Note that somebody came whom no user belongs to; who comes again is one, with what is told of him now."""
    # No hash of a token begins so: as a cookie it opens nothing.
    key = f"{_KIND}:{sha256(f'{identity.issuer} {identity.subject}'.encode()).hexdigest()}"
    newcomer = Newcomer(head.name, identity.issuer, identity.subject, identity.name, identity.email)
    connection.execute(delete(web_session).where(web_session.c.id_hash == key))
    insert_once(connection, web_session, {  # who comes twice at once is noted by one of the two
        "id_hash": key, "user_id": 0, "audience": _KIND, "account_id": 0, "person_id": 0, "viewing_account": 0,
        "created_at": now, "seen_at": now, "authenticated_at": 0, "method": "", "provider": head.name,
        "idp_session": "", "id_token": "", "source": "", "agent": "",
        "data": json.dumps(newcomer.as_data(), ensure_ascii=False)})


def waiting_sign_ins(access: Access, connection: Connection, now: int) -> list[WaitingSignIn]:
    """Who came within the hour and belongs to no user, the last one first."""
    access.require(MANAGE)
    rows = connection.execute(select(web_session.c.id_hash, web_session.c.data, web_session.c.created_at).where(
        *_live(now)).order_by(web_session.c.created_at.desc(), web_session.c.id_hash)).all()
    return [_waiting(row.id_hash, Newcomer(**json.loads(row.data)), row.created_at) for row in rows]


def identities_of(access: Access, connection: Connection, user_id: int) -> list[LinkedIdentity]:
    """The identities that lead to a user, the last linked first."""
    access.require(MANAGE)
    rows = connection.execute(select(external_login).where(external_login.c.user_id == user_id).order_by(
        external_login.c.linked_at.desc(), external_login.c.issuer, external_login.c.subject))
    return [LinkedIdentity(row.issuer, row.subject, row.provider, row.linked_at, row.used_at) for row in rows]


def link_waiting(access: Access, connection: Connection, user_id: int, key: str, now: int) -> LinkedIdentity:
    """Let a sign-in that waits lead to a user from now on.

    Raises:
        Refusal: `gone`: it waits no longer; `identity_taken`: it leads to a user already.
    """
    access.require(MANAGE)
    user_of(connection, user_id)
    mine = web_session.c.id_hash == key
    data = connection.execute(select(web_session.c.data).where(mine, *_live(now)).with_for_update()).scalar()
    if data is None or connection.execute(delete(web_session).where(mine)).rowcount != 1:
        raise Refusal("gone", "found a sign-in that waits no longer, expected one of the list; let the person sign in "
                      "again, and choose it within the hour")
    newcomer = Newcomer(**json.loads(data))
    link_identity(connection, user_id, newcomer, now)
    note_act(connection, access, "user.link", 0, public_user_id(user_id), now=now,
             after={"provider": newcomer.provider, "subject": newcomer.subject})
    return LinkedIdentity(newcomer.issuer, newcomer.subject, newcomer.provider, now, now)


def unlink(access: Access, connection: Connection, user_id: int, issuer: str, subject: str, now: int) -> bool:
    """Let an identity lead to its user no more, and end what it opened; False where it did not lead there."""
    access.require(MANAGE)
    mine = (external_login.c.issuer == issuer, external_login.c.subject == subject, external_login.c.user_id == user_id)
    provider = connection.execute(select(external_login.c.provider).where(*mine)).scalar()
    if provider is None:
        return False
    end_by_provider(connection, provider, subject=subject)
    connection.execute(delete(external_login).where(*mine))
    note_act(connection, access, "user.unlink", 0, public_user_id(user_id), now=now,
             before={"provider": provider, "subject": subject})
    return True


def _live(now: int) -> tuple[ColumnElement[bool], ...]:
    return web_session.c.audience == _KIND, web_session.c.created_at > now - KEPT_SECONDS * SECOND


def _waiting(key: str, newcomer: Newcomer, at: int) -> WaitingSignIn:
    return WaitingSignIn(key, newcomer.provider, newcomer.name, newcomer.email, newcomer.subject, at)
