"""Memberships: for which companies a user of the portal acts, and with which role."""

import secrets

import attrs
from sqlalchemy import Connection, delete, select

from treuwerk.domain.rights import Audience, OutOfScope
from treuwerk.services.identity.session_keeping import rotate
from treuwerk.services.identity.sessions import Session
from treuwerk.store.database import Database
from treuwerk.store.once import insert_once
from treuwerk.store.tables import membership, participant, person


@attrs.frozen
class Membership:
    """One company of a user; `person` is the name there, empty where the user stands for the company itself."""

    account_id: int
    person_id: int
    role: str
    since: int
    company: str
    person: str


def memberships_of(connection: Connection, user_id: int) -> list[Membership]:
    """The companies of a user, the longest known first."""
    own_person = (person.c.account_id == membership.c.account_id) & (person.c.id == membership.c.person_id)
    rows = connection.execute(
        select(membership.c.account_id, membership.c.person_id, membership.c.role, membership.c.since,
               participant.c.name.label("company"), person.c.name.label("person"))
        .select_from(membership.join(participant, participant.c.account_id == membership.c.account_id)
                     .join(person, own_person, isouter=True))
        .where(membership.c.user_id == user_id)
        .order_by(membership.c.since, membership.c.account_id, membership.c.person_id))
    return [Membership(row.account_id, row.person_id, row.role, row.since, row.company, row.person or "")
            for row in rows]


def add_membership(connection: Connection, user_id: int, account_id: int, now: int, *, role: str,
                   person_id: int = 0) -> bool:
    """Let a user act for a person of a company (0: the company itself); False where the user does so already."""
    row = {"account_id": account_id, "person_id": person_id, "user_id": user_id, "role": role, "since": now}
    return insert_once(connection, membership, row)


def remove_membership(connection: Connection, user_id: int, account_id: int) -> bool:
    """Let a user act for a company no more; sessions there end with their next request."""
    return connection.execute(delete(membership).where(
        membership.c.user_id == user_id, membership.c.account_id == account_id)).rowcount > 0


def remove_memberships(connection: Connection, user_id: int) -> None:
    """Let a user act for nobody."""
    connection.execute(delete(membership).where(membership.c.user_id == user_id))


def switch_company(database: Database, session: Session, token: str, account_id: int) -> str:
    """Go on for another company of the same user; the answer is the token from now on, since rights change.

    Raises:
        OutOfScope: it is none of this user's, or the session ended.
    """
    after = secrets.token_urlsafe(32)

    def work(connection: Connection) -> str:
        own = [one for one in memberships_of(connection, session.identity.user_id) if one.account_id == account_id]
        if session.audience is not Audience.PORTAL or not own:
            raise OutOfScope
        if not rotate(connection, token, after, account_id=account_id, person_id=own[0].person_id):
            raise OutOfScope
        return after

    return database.run(work)
