"""Notes: kept in every state, never lost to a second saver, and in the work queue as long as somebody must act."""

from datetime import date
from functools import partial

import attrs
import pytest
from sqlalchemy import select

from tests.support.accounts import all_at_once
from tests.support.office import CLARA, DAVID, EVE, acting, add_clerks
from tests.support.portal import NOW, Portal
from treuwerk.domain.ids import PURCHASE, TRANSACTION, public_id
from treuwerk.domain.notes import Note, NoteDraft, NoteKind, NoteStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.services.participants import notes
from treuwerk.services.submissions import queue
from treuwerk.services.submissions.queue import View
from treuwerk.store.tables import audit_entry, journal, purchase_line

FRIDAY = date(2026, 11, 27)
CALLED = NoteDraft(NoteKind.CALL_IN, "Asks for the points of LS-2.\nCalls back.",
                   NoteStatus.WAITING_FOR_PARTICIPANT, FRIDAY, CLARA)


@pytest.fixture
def desk(portal: Portal) -> Portal:
    """A portal with three people of the service centre."""
    add_clerks(portal.installation.database)
    return portal


def written(desk: Portal, draft: NoteDraft = CALLED, customer: str = "1001") -> Note:
    with desk.installation.database.writing() as connection:
        return notes.write_note(acting(), connection, desk.account(customer), draft, NOW)


def changed(desk: Portal, note: Note, draft: NoteDraft, version: int, user: int = DAVID) -> Note:
    with desk.installation.database.writing() as connection:
        return notes.change_note(acting(user), connection, note.account_id, note.id, draft, version, NOW + 5_000)


def gists(desk: Portal, view: View = View.TEAM) -> list[str]:
    with desk.installation.database.reading() as connection:
        return [one.gist for one in queue.work_items(acting(), connection, view, NOW + 10, "2026-11-21")[0]]


def test_a_note_is_kept_with_everything_and_stands_in_the_queue(desk: Portal) -> None:
    note = written(desk)

    with desk.installation.database.reading() as connection:
        found = notes.read_note(acting(), connection, note.account_id, note.id)
    assert found.draft == CALLED
    assert (found.author, found.assignee, found.version) == ("Clara Weiß", "Clara Weiß", 1)
    assert gists(desk) == ["Asks for the points of LS-2. Calls back."]


@pytest.mark.parametrize(("draft", "expected"), [
    (attrs.evolve(CALLED, status=NoteStatus.DONE), 0), (attrs.evolve(CALLED, due_on=None), 1),
    (attrs.evolve(CALLED, assignee_id=0), 1), (attrs.evolve(CALLED, due_on=None, assignee_id=0), 0)])
def test_what_nobody_must_act_on_is_no_work(desk: Portal, draft: NoteDraft, expected: int) -> None:
    written(desk, draft)

    assert len(gists(desk)) == expected


def test_done_closes_the_work_and_reopening_brings_both_back(desk: Portal) -> None:
    note, database = written(desk), desk.installation.database

    with database.writing() as connection:
        notes.finish_note(acting(), connection, note.account_id, note.id, NOW + 1)
    assert gists(desk) == []

    with database.writing() as connection:
        again = notes.reopen_note(acting(), connection, note.account_id, note.id, NOW + 2)
    assert again.draft == CALLED
    assert len(gists(desk)) == 1


def test_the_second_saver_sees_what_the_first_one_wrote_and_loses_nothing(desk: Portal) -> None:
    note = written(desk)
    first = changed(desk, note, attrs.evolve(CALLED, text="Sorted out."), 1, EVE)

    with pytest.raises(notes.NoteChanged) as conflict:
        changed(desk, note, attrs.evolve(CALLED, text="Still waiting."), 1)

    assert (conflict.value.theirs, conflict.value.by) == (first, "Eve Laurent")
    assert changed(desk, note, attrs.evolve(CALLED, text="Still waiting."), 2).version == 3
    with desk.installation.database.reading() as connection:
        states = notes.states_of_note(acting(), connection, note.account_id, note.id)
    assert [(state.version, state.draft.text, state.changed_by) for state in states] == [
        (3, "Still waiting.", "David Okafor"), (2, "Sorted out.", "Eve Laurent"), (1, CALLED.text, "Clara Weiß")]


def test_of_many_who_save_at_once_one_does(desk: Portal) -> None:
    note = written(desk)

    def save(number: int) -> str:
        try:
            return changed(desk, note, attrs.evolve(CALLED, text=f"text {number}"), 1).draft.text
        except notes.NoteChanged:
            return ""

    outcomes = all_at_once([partial(save, number) for number in range(6)])

    assert len([text for text in outcomes if text]) == 1


def test_saving_what_stands_there_already_changes_nothing(desk: Portal) -> None:
    note = written(desk)

    assert changed(desk, note, CALLED, 1).version == 1


def test_a_note_may_be_about_what_belongs_to_the_participant_only(desk: Portal) -> None:
    with desk.installation.database.reading() as connection:
        booked = {row.account_id: row.id for row in connection.execute(select(journal))}
        bought = {row.account_id: row.id for row in connection.execute(select(purchase_line))}
    own, other = desk.account("1001"), desk.account("1002")

    note = written(desk, attrs.evolve(CALLED, object=public_id(TRANSACTION, own, booked[own]).upper()))
    assert note.draft.object == public_id(TRANSACTION, own, booked[own])
    assert written(desk, attrs.evolve(CALLED, object=public_id(PURCHASE, own, bought[own]))).draft.object

    for foreign in (public_id(TRANSACTION, other, booked[other]), public_id(TRANSACTION, own, 5), note.public_id, "x"):
        with pytest.raises(Refusal) as refused:
            written(desk, attrs.evolve(CALLED, object=foreign))
        assert refused.value.code == "foreign_object"


@pytest.mark.parametrize(("draft", "code"), [
    (attrs.evolve(CALLED, text=" \n "), "no_text"), (attrs.evolve(CALLED, text="x" * 8_001), "too_long"),
    (attrs.evolve(CALLED, assignee_id=77), "unknown_assignee")])
def test_what_cannot_be_kept_is_refused(desk: Portal, draft: NoteDraft, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        written(desk, draft)

    assert refused.value.code == code


def test_rights_and_accounts_are_asked_for(desk: Portal) -> None:
    database, note = desk.installation.database, written(desk)
    reader = acting(CLARA, ["notes.read"])

    with database.writing() as connection:
        with pytest.raises(NotAllowed):
            notes.write_note(reader, connection, note.account_id, CALLED, NOW)
        with pytest.raises(NotAllowed):
            notes.change_note(reader, connection, note.account_id, note.id, CALLED, 1, NOW)
        with pytest.raises(NotAllowed):
            notes.read_note(acting(CLARA, []), connection, note.account_id, note.id)
        for account_id, number in ((5, note.id), (desk.account("1002"), note.id), (note.account_id, 5)):
            with pytest.raises(OutOfScope):
                notes.read_note(acting(), connection, account_id, number)
        with pytest.raises(OutOfScope):
            notes.write_note(acting(), connection, 5, CALLED, NOW)


def test_the_audit_says_what_changed_but_not_what_was_written(desk: Portal) -> None:
    note = written(desk)
    changed(desk, note, attrs.evolve(CALLED, text="Secret words.", pinned=True), 1)

    with desk.installation.database.reading() as connection:
        entries = connection.execute(select(audit_entry).order_by(audit_entry.c.id)).all()
    assert [(one.action, one.object, one.actor) for one in entries] == [
        ("note.write", note.public_id, "Clara Weiß"), ("note.change", note.public_id, "David Okafor")]
    assert entries[1].before == '{"pinned":false,"text":"version 1"}'
    assert entries[1].after == '{"pinned":true,"text":"version 2"}'
    assert "Calls back" not in "".join(one.after + one.before for one in entries)
