"""The portal as a participant sees it: for the service centre, to read only, and noted in the audit."""

from typing import Any

from sqlalchemy import Connection, select, update

from treuwerk.domain.rights import Access, Audience, OutOfScope
from treuwerk.services.access import VIEW_AS
from treuwerk.services.auditing import note_act
from treuwerk.services.sessions import Session
from treuwerk.store.database import Database
from treuwerk.store.tables import participant, web_session


def view_as(database: Database, access: Access, session: Session, account_id: int, now: int) -> None:
    """Show this session the portal of a participant from now on.

    Raises:
        NotAllowed: the right ``participants.view_as`` is not there.
        OutOfScope: there is no such participant.
    """
    access.require(VIEW_AS)

    def work(connection: Connection) -> None:
        known = select(participant.c.account_id).where(participant.c.account_id == account_id)
        if connection.execute(known).scalar() is None:
            raise OutOfScope
        if _look_at(connection, session, account_id):
            note_act(connection, access, "participant.view_as", account_id, "", now=now)

    database.run(work)


def end_viewing(database: Database, access: Access, session: Session, now: int) -> None:
    """Show this session the service centre again."""

    def work(connection: Connection) -> None:
        if _look_at(connection, session, 0):
            note_act(connection, access, "participant.view_as_end", session.viewing_account, "", now=now)

    database.run(work)


def _look_at(connection: Connection, session: Session, account_id: int) -> bool:
    changes: Any = update(web_session).where(
        web_session.c.id_hash == session.id_hash, web_session.c.audience == Audience.OFFICE.value,
        web_session.c.viewing_account != account_id).values(viewing_account=account_id)
    return connection.execute(changes).rowcount == 1
