"""A form counts once: sent twice, by an impatient click or by going back, the second time it does nothing.

Each shown form has an id of its own. The first time it comes in, what it does and where it leads are written in one
transaction with its id; the second time the id is there, and the sender is led where the first one was led.
"""

from collections.abc import Callable

from sqlalchemy import Connection, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from treuwerk.store.database import Database
from treuwerk.store.tables import used_form

KEPT_SECONDS = 2 * 86_400
"""Beyond it an id may be forgotten: no page stays open for longer with a live session of the service centre."""
_SECOND = 1_000_000
_LONGEST_ID = 64
_FORGET_AT_ONCE = 200


def once(database: Database, session: str, form_id: str, now: int,
         act: Callable[[Connection], str]) -> tuple[str, bool]:
    """Do what a form asks for unless it was done; where its sender is led, and whether it was done just now.

    `act` writes with the connection that it gets and returns a path; whatever it raises leaves nothing behind, so the
    form may be sent again. A form without an id (of more than 64 characters: none of ours) is simply done.
    """
    with database.writing() as connection:
        if not form_id or len(form_id) > _LONGEST_ID:
            return act(connection), True
        if not _claimed(connection, session, form_id, now):
            return _answer(connection, session, form_id), False
        where = act(connection)
        connection.execute(update(used_form).where(used_form.c.session_hash == session, used_form.c.form_id == form_id)
                           .values(answer=where))
        _forget_old(connection, now)
        return where, True


def led_before(database: Database, session: str, form_id: str) -> str:
    """Where the sender of a form was led when it came first; empty where it did not come before."""
    with database.reading() as connection:
        found = connection.execute(select(used_form.c.answer).where(
            used_form.c.session_hash == session, used_form.c.form_id == form_id)).scalar_one_or_none()
    return str(found or "")


def not_done(database: Database, session: str, form_id: str) -> None:
    """Let a form count once more: what it asks for is done in transactions of its own, and one of them failed."""
    with database.writing() as connection:
        connection.execute(delete(used_form).where(used_form.c.session_hash == session,
                                                   used_form.c.form_id == form_id))


def _claimed(connection: Connection, session: str, form_id: str, now: int) -> bool:
    """Write the id; False where it is there. Two at once: the second waits until the first is done or undone."""
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    written = connection.execute(insert(used_form).values(
        session_hash=session, form_id=form_id, used_at=now, answer="").on_conflict_do_nothing()
        .returning(used_form.c.form_id))
    return written.one_or_none() is not None


def _forget_old(connection: Connection, now: int) -> None:
    """What somebody else is forgetting at this moment is passed over, so that nobody waits for anybody."""
    old = select(used_form.c.session_hash, used_form.c.form_id).where(
        used_form.c.used_at < now - KEPT_SECONDS * _SECOND).limit(_FORGET_AT_ONCE).with_for_update(skip_locked=True)
    connection.execute(delete(used_form).where(tuple_(used_form.c.session_hash, used_form.c.form_id).in_(old)))


def _answer(connection: Connection, session: str, form_id: str) -> str:
    found: str = connection.execute(select(used_form.c.answer).where(
        used_form.c.session_hash == session, used_form.c.form_id == form_id)).scalar_one()
    return found
