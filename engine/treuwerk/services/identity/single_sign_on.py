"""From who somebody is by an identity provider to a session of ours, and back: sessions end when it says so.

Somebody is found again by issuer and subject alone. Mail addresses change hands, and lead to nobody.
"""

import secrets
from hashlib import sha256

import attrs
from sqlalchemy import Connection, delete, insert, select, update

from treuwerk.domain.ids import public_user_id
from treuwerk.domain.rights import Audience
from treuwerk.domain.sign_in import ExternalIdentity, LogoutNotice
from treuwerk.programme.settings import SignInHead
from treuwerk.services.auditing import note_act
from treuwerk.services.identity import signing_in
from treuwerk.services.identity.first_logins import Newcomer, link_identity
from treuwerk.services.identity.mapped_roles import acting, give_mapped_roles
from treuwerk.services.identity.memberships import memberships_of
from treuwerk.services.identity.session_keeping import end_by_provider, rotate
from treuwerk.services.identity.sessions import ACTIVE, SECOND, External, Origin, hashed
from treuwerk.services.identity.sign_in_history import CONFIRMED, note_event
from treuwerk.services.identity.users import add_user, free_name, roles_of_user
from treuwerk.store.tables import app_user, external_login, used_form, web_session

METHOD = "provider"
_NOTICE_SECONDS = 900  # longer than a notice is believed, so that none counts twice
_LONGEST_ID_TOKEN = 4_000  # shown to the provider at the end of its session, and left out where it is larger


class NotLetIn(Exception):
    """The provider knows somebody, and we do not let him in.

    `code` is ``blocked``, ``no_role``, ``not_linked``, or ``another``: not the one who is signed in and was asked.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@attrs.frozen
class Entered:
    """A sign-in that succeeded: the token of the session, and how many companies the user may act for."""

    token: str = attrs.field(repr=False)
    companies: int = 0


@attrs.frozen
class Unlinked:
    """Somebody whom no company knows yet; the first login asks him for customer number and code."""

    newcomer: Newcomer


@attrs.frozen
class Coming:
    """Circumstances of a sign-in. `replacing` is the token of a session that ends by it.

    `silent`: nobody was asked. `fresh`: somebody who is signed in was asked for proof once more.
    """

    now: int
    origin: Origin
    replacing: str = attrs.field(default="", repr=False)
    silent: bool = False
    fresh: bool = False


def enter(connection: Connection, head: SignInHead, identity: ExternalIdentity, coming: Coming) -> Entered | Unlinked:
    """Open a session for somebody whom a provider of the programme brings.

    Roles by its claims are renewed; a user of the service centre is made where the programme says so.

    Raises:
        NotLetIn: the user is blocked, has no role, is unknown and cannot be linked by a code, or is not the one who was
            asked for proof once more.
    """
    user_id = _known(connection, identity)
    if coming.fresh and (owner := _owner(connection, coming)) and owner != user_id:
        raise NotLetIn("another")
    if user_id is None and head.provisioning == "create":
        user_id = _create(connection, head, identity, coming.now)
    if user_id is None:
        return _unlinked(head, identity)
    give_mapped_roles(connection, head, user_id, identity.claims, coming.now)
    companies = len(memberships_of(connection, user_id)) if head.audience is Audience.PORTAL else 0
    if head.audience is Audience.PORTAL and not companies:
        return _unlinked(head, identity)
    if head.audience is Audience.OFFICE and not roles_of_user(connection, user_id):
        raise NotLetIn("no_role")
    return Entered(_session(connection, head, identity, coming, user_id), companies)


def _owner(connection: Connection, coming: Coming) -> int:
    """Whose session is asked to be proven once more; 0 where it is over."""
    return connection.execute(select(web_session.c.user_id).where(
        web_session.c.id_hash == hashed(coming.replacing))).scalar() or 0


def _known(connection: Connection, identity: ExternalIdentity) -> int | None:
    row = connection.execute(
        select(app_user.c.user_id, app_user.c.state)
        .join(external_login, external_login.c.user_id == app_user.c.user_id)
        .where(external_login.c.issuer == identity.issuer, external_login.c.subject == identity.subject)).one_or_none()
    if row is not None and row.state != ACTIVE:
        raise NotLetIn("blocked")
    return None if row is None else row.user_id


def _create(connection: Connection, head: SignInHead, identity: ExternalIdentity, now: int) -> int:
    newcomer = _newcomer(head, identity)
    name = free_name(connection, identity.name or identity.subject)
    user_id = add_user(connection, name, now, email=newcomer.email, locale=newcomer.locale)
    link_identity(connection, user_id, newcomer, now)
    note_act(connection, acting(head.name), "user.create", 0, public_user_id(user_id), now=now,
             after={"name": name, "email": identity.email})
    return user_id


def _unlinked(head: SignInHead, identity: ExternalIdentity) -> Unlinked:
    if head.audience is Audience.OFFICE:
        raise NotLetIn("not_linked")
    return Unlinked(_newcomer(head, identity))


def _newcomer(head: SignInHead, identity: ExternalIdentity) -> Newcomer:
    token = identity.id_token if len(identity.id_token) <= _LONGEST_ID_TOKEN else ""
    return Newcomer(head.name, identity.issuer, identity.subject, identity.name, identity.email,
                    identity.locale.replace("-", "_"), identity.session, token)


def _session(connection: Connection, head: SignInHead, identity: ExternalIdentity, coming: Coming, user_id: int) -> str:
    """The token of a new session, or the new one of a session whose user proved it once more."""
    connection.execute(update(external_login).where(
        external_login.c.issuer == identity.issuer, external_login.c.subject == identity.subject)
        .values(used_at=coming.now, provider=head.name))
    # What asks for a fresh sign-in must not take a silent one for it.
    asked = min(identity.authenticated_at or (0 if coming.silent else coming.now), coming.now)
    external = External(head.name, identity.session, identity.id_token)
    if coming.fresh and (token := _confirmed(connection, head, external, coming, user_id, asked)):
        return token
    token = signing_in.enter(connection, user_id, head.audience, METHOD, coming.now, origin=coming.origin,
                             external=external, replacing=coming.replacing)
    connection.execute(update(web_session).where(web_session.c.id_hash == hashed(token)).values(authenticated_at=asked))
    return token


def _confirmed(connection: Connection, head: SignInHead, external: External, coming: Coming, user_id: int,
               asked: int) -> str:
    """Keep the session with what was typed in it, under a new token; empty where it is over, or somebody else's."""
    owner = connection.execute(select(web_session.c.user_id, web_session.c.audience).where(
        web_session.c.id_hash == hashed(coming.replacing))).one_or_none()
    if owner is None or (owner.user_id, owner.audience) != (user_id, head.audience.value):
        return ""
    after = secrets.token_urlsafe(32)
    if not rotate(connection, coming.replacing, after, authenticated_at=asked, **attrs.asdict(external)):
        return ""
    note_event(connection, user_id, CONFIRMED, METHOD, coming.now, coming.origin)
    return after


def provider_of(connection: Connection, token: str) -> tuple[str, str]:
    """Provider and ID token of a session, by which that side can be ended, too; two empty texts where there is none."""
    row = connection.execute(select(web_session.c.provider, web_session.c.id_token).where(
        web_session.c.id_hash == hashed(token))).one_or_none()
    return ("", "") if row is None else (row.provider, row.id_token)


def end_by_notice(connection: Connection, provider: str, notice: LogoutNotice, now: int) -> int | None:
    """End what a provider says has ended; the number of sessions, or None for a notice that came before."""
    key, number = f"logout {provider}", sha256(f"{notice.issuer} {notice.token_id}".encode()).hexdigest()
    ours = used_form.c.session_hash == key
    connection.execute(delete(used_form).where(ours, used_form.c.used_at < now - _NOTICE_SECONDS * SECOND))
    if connection.execute(select(used_form.c.used_at).where(ours, used_form.c.form_id == number)).scalar() is not None:
        return None
    connection.execute(insert(used_form).values(session_hash=key, form_id=number, used_at=now, answer=""))
    return end_by_provider(connection, provider, idp_session=notice.session, subject=notice.subject)
