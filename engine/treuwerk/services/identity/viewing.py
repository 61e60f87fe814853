"""The portal as a participant sees it: for the service centre, to read only, and noted in the audit."""

import json
from typing import Any

from sqlalchemy import Connection, select, update

from treuwerk.domain.actors import stated_reason
from treuwerk.domain.rights import Access, Audience, OutOfScope
from treuwerk.services.auditing import note_act
from treuwerk.services.identity.access import VIEW_AS
from treuwerk.services.identity.sessions import SECOND, VIEWING_UNTIL, Session
from treuwerk.store.database import Database
from treuwerk.store.tables import participant, web_session

VIEWING_SECONDS = 30 * 60


def view_as(database: Database, access: Access, session: Session, account_id: int, now: int, *, reason: str) -> None:
    """Show this session the portal of a participant for the next half hour.

    Raises:
        Refusal: `no_reason`: fewer than two words.
        NotAllowed: the right ``participants.view_as`` is not there.
        OutOfScope: there is no such participant.
    """
    access.require(VIEW_AS)
    why = stated_reason(reason)

    def work(connection: Connection) -> None:
        known = select(participant.c.account_id).where(participant.c.account_id == account_id)
        if connection.execute(known).scalar() is None:
            raise OutOfScope
        _look_at(connection, session, account_id, now + VIEWING_SECONDS * SECOND)
        note_act(connection, access, "participant.view_as", account_id, "", now=now, reason=why)

    database.run(work)


def end_viewing(database: Database, access: Access, session: Session, now: int) -> None:
    """Show this session the service centre again."""

    def work(connection: Connection) -> None:
        if _look_at(connection, session, 0, 0):
            note_act(connection, access, "participant.view_as_end", session.viewing_account, "", now=now)

    database.run(work)


def note_viewing(database: Database, access: Access, path: str, now: int) -> None:
    """Note in the audit that a page of a participant was seen by the service centre."""
    database.run(lambda connection: note_act(connection, access, "participant.view_page", access.account_id, path,
                                             now=now))


def _look_at(connection: Connection, session: Session, account_id: int, until: int) -> bool:
    changes: Any = update(web_session).where(
        web_session.c.id_hash == session.id_hash, web_session.c.audience == Audience.OFFICE.value,
        (web_session.c.viewing_account != 0) | (account_id != 0)).values(
        viewing_account=account_id, data=json.dumps({VIEWING_UNTIL: until}) if account_id else "{}")
    return connection.execute(changes).rowcount == 1
