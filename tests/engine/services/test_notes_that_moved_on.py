"""Notes whose world went on: the assignee left, the booking moved, somebody else writes at the same moment."""

from typing import Any

import pytest
from sqlalchemy import event, update

from tests.engine.services.test_notes import CALLED, desk, gists, written  # noqa: F401 - the fixture
from tests.support.office import CLARA, DAVID, acting
from tests.support.portal import NOW, Portal
from treuwerk.domain.notes import Note, NoteStatus
from treuwerk.services.participants import notes
from treuwerk.store.tables import app_user, note


def left(desk: Portal, user: int) -> None:  # noqa: F811
    with desk.installation.database.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.user_id == user).values(state="blocked"))


def test_what_somebody_left_behind_can_be_done(desk: Portal) -> None:  # noqa: F811
    one = written(desk)
    left(desk, CLARA)

    with desk.installation.database.writing() as connection:
        done = notes.finish_note(acting(DAVID), connection, one.account_id, one.id, NOW + 1)

    assert done.draft.status is NoteStatus.DONE
    assert gists(desk) == []


def test_what_is_about_a_booking_that_moved_can_be_done(desk: Portal) -> None:  # noqa: F811
    one = written(desk)
    with desk.installation.database.writing() as connection:  # as a merge leaves it
        connection.execute(update(note).where(note.c.id == one.id).values(object="txn_0000000000000g000000000002"))

    with desk.installation.database.writing() as connection:
        done = notes.finish_note(acting(DAVID), connection, one.account_id, one.id, NOW + 1)

    assert done.draft.object == "txn_0000000000000g000000000002"


def test_doing_it_meets_a_change_of_the_same_moment(desk: Portal) -> None:  # noqa: F811
    if desk.installation.database.is_sqlite:
        pytest.skip("SQLite has one writer: nobody comes between")
    one = written(desk)
    slip_in(desk, one)

    with desk.installation.database.writing() as connection:
        done = notes.finish_note(acting(DAVID), connection, one.account_id, one.id, NOW + 2)

    assert (done.draft.status, done.draft.text, done.version) == (NoteStatus.DONE, "Slipped in.", 3)


def slip_in(desk: Portal, one: Note) -> None:  # noqa: F811
    """Change the note from elsewhere between the look and the write of whoever comes next."""
    database = desk.installation.database
    waiting = [CALLED]

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE note SET") and waiting:
            draft = waiting.pop()
            with database.engine.begin() as other:
                notes.change_note(acting(), other, one.account_id, one.id,
                                  type(draft)(draft.kind, "Slipped in.", draft.status, draft.due_on, draft.assignee_id),
                                  one.version, NOW + 1)

    event.listen(database.engine, "before_cursor_execute", before)
