"""From who somebody is by an identity provider to a session of ours, and back: sessions end when it says so.

Somebody is found again by issuer and subject alone. Mail addresses change hands, and lead to nobody.
"""

from hashlib import sha256

import attrs
from sqlalchemy import Connection, delete, insert, select, update

from treuwerk.domain.ids import public_user_id
from treuwerk.domain.rights import Audience
from treuwerk.domain.sign_in import ExternalIdentity, LogoutNotice
from treuwerk.programme.settings import SignInHead
from treuwerk.services.auditing import note_act
from treuwerk.services.mapped_roles import acting, give_mapped_roles
from treuwerk.services.pending_sign_ins import UNLINKED, keep
from treuwerk.services.session_keeping import end_by_provider, end_session, sweep_sessions
from treuwerk.services.sessions import ACTIVE, SECOND, External, Origin, hashed, open_session
from treuwerk.services.users import add_user, roles_of_user
from treuwerk.store.tables import app_user, external_login, membership, used_form, web_session

METHOD = "provider"
_NOTICE_SECONDS = 900  # longer than a notice is believed, so that none counts twice


class NotLetIn(Exception):
    """The provider knows somebody, and we do not let him in.

    `code` is ``blocked``, ``no_role`` or ``not_linked``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@attrs.frozen
class Entered:
    """A sign-in that succeeded: the token of the new session."""

    token: str = attrs.field(repr=False)


@attrs.frozen
class Unlinked:
    """Somebody whom no company knows yet: the token under which we remember him until he is linked."""

    token: str = attrs.field(repr=False)


@attrs.frozen
class Coming:
    """Circumstances of a sign-in. `replacing` is the token of a session that ends by it; `silent`: nobody was asked."""

    now: int
    origin: Origin
    replacing: str = attrs.field(default="", repr=False)
    silent: bool = False


def enter(connection: Connection, head: SignInHead, identity: ExternalIdentity, coming: Coming) -> Entered | Unlinked:
    """Open a session for somebody whom a provider of the programme brings.

    Roles by its claims are renewed; a user of the service centre is made where the programme says so.

    Raises:
        NotLetIn: the user is blocked, has no role, or is unknown and cannot be linked by a code.
    """
    user_id = _known(connection, identity)
    if user_id is None and head.provisioning == "create":
        user_id = _create(connection, head, identity, coming.now)
    if user_id is None:
        return _unlinked(connection, head, identity, coming.now)
    give_mapped_roles(connection, head, user_id, identity.claims, coming.now)
    acts_for = _place(connection, head, user_id)
    if acts_for is None:
        return _unlinked(connection, head, identity, coming.now)
    return Entered(_open(connection, head, identity, coming, user_id, acts_for))


def _known(connection: Connection, identity: ExternalIdentity) -> int | None:
    row = connection.execute(
        select(app_user.c.user_id, app_user.c.state)
        .join(external_login, external_login.c.user_id == app_user.c.user_id)
        .where(external_login.c.issuer == identity.issuer, external_login.c.subject == identity.subject)).one_or_none()
    if row is not None and row.state != ACTIVE:
        raise NotLetIn("blocked")
    return None if row is None else row.user_id


def _create(connection: Connection, head: SignInHead, identity: ExternalIdentity, now: int) -> int:
    user_id = add_user(connection, identity.name or identity.subject, now, email=identity.email,
                       locale=identity.locale.replace("-", "_"))
    link(connection, head.name, identity, user_id, now)
    note_act(connection, acting(head.name), "user.create", 0, public_user_id(user_id), now=now,
             after={"name": identity.name, "email": identity.email})
    return user_id


def link(connection: Connection, provider: str, identity: ExternalIdentity, user_id: int, now: int) -> None:
    """From now on this identity is this user."""
    connection.execute(insert(external_login).values(
        issuer=identity.issuer, subject=identity.subject, user_id=user_id, provider=provider, linked_at=now,
        used_at=now))


def _place(connection: Connection, head: SignInHead, user_id: int) -> tuple[int, int] | None:
    """Account and person that the session acts for; None for somebody of no company."""
    if head.audience is Audience.OFFICE:
        if not roles_of_user(connection, user_id):
            raise NotLetIn("no_role")
        return 0, 0
    row = connection.execute(
        select(membership.c.account_id, membership.c.person_id).where(membership.c.user_id == user_id)
        .order_by(membership.c.since, membership.c.account_id).limit(1)).one_or_none()
    return None if row is None else (row.account_id, row.person_id)


def _open(connection: Connection, head: SignInHead, identity: ExternalIdentity, coming: Coming, user_id: int,
          acts_for: tuple[int, int]) -> str:
    if coming.replacing:
        end_session(connection, coming.replacing)
    sweep_sessions(connection, coming.now)
    connection.execute(update(external_login).where(
        external_login.c.issuer == identity.issuer, external_login.c.subject == identity.subject)
        .values(used_at=coming.now, provider=head.name))
    token = open_session(connection, user_id, coming.now, audience=head.audience, acts_for=acts_for, method=METHOD,
                         origin=coming.origin, external=External(head.name, identity.session, identity.id_token))
    # What asks for a fresh sign-in must not take a silent one for it.
    asked = identity.authenticated_at or (0 if coming.silent else coming.now)
    connection.execute(update(web_session).where(web_session.c.id_hash == hashed(token))
                       .values(authenticated_at=min(asked, coming.now)))
    return token


def _unlinked(connection: Connection, head: SignInHead, identity: ExternalIdentity, now: int) -> Unlinked:
    """Remember somebody for the first login, which asks for customer number and code."""
    if head.audience is Audience.OFFICE:
        raise NotLetIn("not_linked")
    newcomer = {"provider": head.name, "issuer": identity.issuer, "subject": identity.subject, "name": identity.name,
                "email": identity.email, "locale": identity.locale, "idp_session": identity.session,
                "id_token": identity.id_token}
    return Unlinked(keep(connection, UNLINKED, head.name, {"external": newcomer}, now))


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
