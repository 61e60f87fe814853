"""The first login of somebody whose company is known: a code becomes a user with a way in and a membership."""

from typing import Any

import attrs
from sqlalchemy import Connection, select

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Audience
from treuwerk.services.identity import passwords
from treuwerk.services.identity.linking import Link, use_link
from treuwerk.services.identity.session_data import end_flow
from treuwerk.services.identity.sessions import External, Origin
from treuwerk.services.identity.signing_in import enter
from treuwerk.services.identity.users import add_user
from treuwerk.store.database import Database
from treuwerk.store.once import insert_once
from treuwerk.store.tables import external_login, link_code, participant, person


@attrs.frozen
class Newcomer:
    """Whom an identity provider brought, before we know the company. Kept in the flow as a plain dictionary."""

    provider: str
    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    locale: str = ""
    idp_session: str = ""
    id_token: str = attrs.field(default="", repr=False)

    def as_data(self) -> dict[str, Any]:
        """What is kept in a flow under ``external``."""
        return attrs.asdict(self)


def with_password(database: Database, flow_token: str, link: Link, login: str, password: str, now: int, *,
                  origin: Origin) -> str:
    """Make a user with login and password, a member by this code, and sign in; the answer is the session's token.

    Raises:
        WeakPassword: the password is not taken.
        Refusal: `login_taken`, `wrong_login`; `code_used`: the code was used or ended meanwhile.
    """
    passwords.check_password(password, login)
    kept = passwords.hash_of(password)

    def work(connection: Connection) -> str:
        user_id = add_user(connection, _name(connection, link) or login.strip(), now)
        passwords.add_login(connection, user_id, login, kept, now)
        _join(connection, flow_token, link, user_id, now)
        return enter(connection, user_id, Audience.PORTAL, "first_login", now, origin=origin)

    return database.run(work)


def with_provider(database: Database, flow_token: str, link: Link, newcomer: Newcomer, now: int, *,
                  origin: Origin) -> str:
    """Link an identity of a provider to a new user, a member by this code, and sign in.

    Raises:
        Refusal: `code_used`; `identity_taken`: another user has this identity.
    """

    def work(connection: Connection) -> str:
        user_id = add_user(connection, newcomer.name or _name(connection, link), now, email=newcomer.email,
                           locale=newcomer.locale)
        link_identity(connection, user_id, newcomer, now)
        _join(connection, flow_token, link, user_id, now)
        external = External(newcomer.provider, newcomer.idp_session, newcomer.id_token)
        return enter(connection, user_id, Audience.PORTAL, "provider", now, origin=origin, external=external)

    return database.run(work)


def add_company(database: Database, flow_token: str, link: Link, user_id: int, now: int) -> None:
    """Make somebody who is signed in a member of one more company.

    Raises:
        Refusal: `code_used`.
    """
    database.run(lambda connection: _join(connection, flow_token, link, user_id, now))


def link_identity(connection: Connection, user_id: int, newcomer: Newcomer, now: int) -> None:
    """Let an identity of a provider lead to a user from now on.

    Raises:
        Refusal: `identity_taken`: it leads to a user already.
    """
    row = {"issuer": newcomer.issuer, "subject": newcomer.subject, "user_id": user_id, "provider": newcomer.provider,
           "linked_at": now, "used_at": now}
    if not insert_once(connection, external_login, row):
        raise Refusal("identity_taken", "found this identity linked already, expected one that leads to nobody")


def _join(connection: Connection, flow_token: str, link: Link, user_id: int, now: int) -> None:
    if not end_flow(connection, flow_token) or not use_link(connection, link, user_id, now):
        raise Refusal("code_used", "found the code used or over, expected one that is still good; ask for a new one")


def _name(connection: Connection, link: Link) -> str:
    """The name of the person, else the one that stands on the code, else that of the company."""
    found = connection.execute(select(person.c.name).where(
        person.c.account_id == link.account_id, person.c.id == link.person_id)).scalar()
    found = found or connection.execute(select(link_code.c.name).where(
        link_code.c.account_id == link.account_id, link_code.c.id == link.id)).scalar()
    return found or connection.execute(select(participant.c.name).where(
        participant.c.account_id == link.account_id)).scalar() or ""
