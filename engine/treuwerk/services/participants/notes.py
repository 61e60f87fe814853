"""Notes about participants: written, changed under version, kept in every state, and fed to the work queue."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import attrs
from sqlalchemy import Connection, Row

from treuwerk.domain import ids
from treuwerk.domain.notes import FROM_PORTAL, LONGEST_TEXT, NOTE, Note, NoteDraft, NoteKind, NoteStatus, NoteVersion
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access, OutOfScope, row_named
from treuwerk.services.auditing import note_act
from treuwerk.store import notes, work
from treuwerk.store.owners import owners_of

READ, WRITE = "notes.read", "notes.write"
_SHOWN_FIRST, _TRIES = 10, 4


class NoteChanged(Exception):
    """Somebody else changed the note meanwhile; `theirs` is what stands there now, `by` who wrote it."""

    def __init__(self, theirs: Note, by: str) -> None:
        super().__init__(f"note {theirs.public_id}: version {theirs.version} by {by} is newer than yours")
        self.theirs, self.by = theirs, by


def write_note(access: Access, connection: Connection, account_id: int, draft: NoteDraft, now: int) -> Note:
    """Keep a new note about a participant.

    Raises:
        NotAllowed, OutOfScope: see `Access`; there is no such participant.
        Refusal: `no_text`, `too_long`, `foreign_object`, `unknown_assignee`, `wrong_kind`.
    """
    access.require(WRITE)
    access.require_account(account_id)
    if account_id not in owners_of(connection, [account_id]):
        raise OutOfScope
    if draft.kind in FROM_PORTAL:
        raise Refusal("wrong_kind", f"found a note of kind {draft.kind.value}; expected another kind, since only "
                      "participants make these")
    written = keep(connection, account_id, _checked(connection, account_id, draft), access.user_id, now)
    note_act(connection, access, "note.write", account_id, written.public_id, now=now,
             after={name: value for name, value in _told(written).items() if value})
    return written


def keep(connection: Connection, account_id: int, draft: NoteDraft, author_id: int, now: int) -> Note:
    """Keep a checked draft as a new note, and put it into the work queue where something is to be done."""
    number = next(ids.row_ids(now))
    values = _values(draft) | {"account_id": account_id, "id": number, "author_id": author_id,
                               "created_at": now, "changed_at": now, "version": 1}
    notes.add(connection, values, author_id)
    written = _note(connection, account_id, number)
    _feed(connection, written, now)
    return written


def move_note(connection: Connection, account_id: int, note_id: int, status: NoteStatus, user_id: int,
              now: int) -> None:
    """Give a note that came from the portal the status that follows from what was said; nothing where it has that.

    Raises:
        NoteChanged: somebody else changes it again and again at this moment.
    """
    for last in (*[False] * _TRIES, True):
        before = _note(connection, account_id, note_id)
        if before.draft.status is status:
            return
        values = _values(attrs.evolve(before.draft, status=status)) | {
            "changed_at": now, "version": before.version + 1}
        if notes.change(connection, account_id, note_id, before.version, values, user_id):
            _feed(connection, _note(connection, account_id, note_id), now)
            return
        if last:
            raise NoteChanged(before, "")


def change_note(access: Access, connection: Connection, account_id: int, note_id: int, draft: NoteDraft, version: int,
                now: int) -> Note:
    """Give a note another state; `version` is the one that the change was made from.

    Raises:
        NoteChanged: somebody was faster; nothing was changed.
        Refusal: as `write_note`.
    """
    access.require(WRITE)
    before = _scoped(access, connection, account_id, note_id)
    checked = _checked(connection, account_id, draft, before.draft)
    if before.draft.kind is not checked.kind and FROM_PORTAL & {before.draft.kind, checked.kind}:
        raise Refusal("wrong_kind", "found another kind; expected that what came from the portal stays what it is")
    if before.version == version and before.draft == checked:
        return before
    values = _values(checked) | {"changed_at": now, "version": version + 1}
    if before.version != version or not notes.change(connection, account_id, note_id, version, values, access.user_id):
        latest = notes.states_of(connection, account_id, note_id)[0]
        raise NoteChanged(_note(connection, account_id, note_id), latest.changed_by_name or "")
    after = _note(connection, account_id, note_id)
    _feed(connection, after, now)
    were, are = _told(before), _told(after)
    changed = {name: value for name, value in are.items() if were[name] != value}
    note_act(connection, access, "note.change", account_id, after.public_id, now=now,
             before={name: were[name] for name in changed} | _rewritten(before.version, before.draft, checked),
             after=changed | _rewritten(after.version, before.draft, checked))
    return after


def finish_note(access: Access, connection: Connection, account_id: int, note_id: int, now: int) -> Note:
    """Mark a note as worked off, whatever its version: nobody's words are lost by it."""
    return _changed(access, connection, account_id, note_id, lambda draft: attrs.evolve(draft, status=NoteStatus.DONE),
                    now)


def reopen_note(access: Access, connection: Connection, account_id: int, note_id: int, now: int) -> Note:
    """Give a note that is done the status that it had before."""
    _scoped(access, connection, account_id, note_id)
    earlier = [state.status for state in notes.states_of(connection, account_id, note_id)
               if state.status != NoteStatus.DONE]
    status = NoteStatus(earlier[0]) if earlier else NoteStatus.OPEN
    return _changed(access, connection, account_id, note_id, lambda draft: attrs.evolve(draft, status=status), now)


def assign_note(access: Access, connection: Connection, account_id: int, note_id: int, assignee_id: int,
                now: int) -> Note:
    """Let somebody else follow up."""
    return _changed(access, connection, account_id, note_id,
                    lambda draft: attrs.evolve(draft, assignee_id=assignee_id), now)


def _changed(access: Access, connection: Connection, account_id: int, note_id: int,
             change: Callable[[NoteDraft], NoteDraft], now: int) -> Note:
    """Change one thing of a note as it stands; who was faster with another one is not written over."""
    for last in (*[False] * _TRIES, True):
        note = _scoped(access, connection, account_id, note_id)
        try:
            return change_note(access, connection, account_id, note_id, change(note.draft), note.version, now)
        except NoteChanged:
            if last:
                raise
    raise AssertionError("the last try returns or raises")


def read_note(access: Access, connection: Connection, account_id: int, note_id: int) -> Note:
    """One note.

    Raises:
        OutOfScope: there is none of this id.
    """
    access.require(READ)
    return _scoped(access, connection, account_id, note_id)


def pinned_notes(access: Access, connection: Connection, account_id: int) -> list[Note]:
    """The notes that whoever opens the participant shall see first."""
    access.require(READ)
    access.require_account(account_id)
    return [note_of(row) for row in notes.pinned(connection, account_id, _SHOWN_FIRST)]


def notes_about(access: Access, connection: Connection, account_id: int, objects: Sequence[str]) -> list[Note]:
    """The notes about a booking, a purchase or points by hand, by all public ids that it has, newest first."""
    access.require(READ)
    access.require_account(account_id)
    return [note_of(row) for row in notes.about(connection, account_id, objects, _SHOWN_FIRST)]


def states_of_note(access: Access, connection: Connection, account_id: int, note_id: int) -> list[NoteVersion]:
    """Every state that a note was in, newest first."""
    access.require(READ)
    _scoped(access, connection, account_id, note_id)
    return [NoteVersion(row.version, _draft(row), row.assignee or "", row.changed_by_name or "", row.changed_at)
            for row in notes.states_of(connection, account_id, note_id)]


def clerks(access: Access, connection: Connection) -> dict[int, str]:
    """Who can be given work, by id; names in their order."""
    access.require(READ)
    return notes.clerks(connection)


def note_of(row: Row[Any]) -> Note:
    """A note from its row."""
    return Note(row.account_id, row.id, _draft(row), row.author_id, row.author or "", row.assignee or "",
                row.created_at, row.changed_at, row.version)


def _checked(connection: Connection, account_id: int, draft: NoteDraft, before: NoteDraft | None = None) -> NoteDraft:
    """The draft with tidy text, if everything that it names is there.

    What stood there `before` may stay: a follow-up can be done although its assignee left, or its object was merged.
    """
    text = draft.text.strip()
    if not text:
        raise Refusal("no_text", "found a note without text, expected what was said or written")
    if len(text) > LONGEST_TEXT:
        raise Refusal("too_long", f"found {len(text)} characters, expected at most {LONGEST_TEXT}",
                      longest=LONGEST_TEXT)
    same_assignee = before is not None and draft.assignee_id == before.assignee_id
    if draft.assignee_id and not same_assignee and not notes.is_clerk(connection, draft.assignee_id):
        raise Refusal("unknown_assignee", "found an assignee who does not work in the service centre any more, "
                      "expected one of the list")
    same_object = before is not None and draft.object == before.object
    return attrs.evolve(draft, text=text, object=draft.object if same_object else _own_object(
        connection, account_id, draft.object))


def _own_object(connection: Connection, account_id: int, named: str) -> str:
    """The id as we write it; it must be one of this participant, so that no note tells of somebody else's."""
    if not named.strip():
        return ""
    try:
        prefix, owner, row_id = ids.account_and_row(named)
    except ValueError:
        prefix, owner, row_id = "", 0, 0
    if owner != account_id or not notes.has_object(connection, account_id, prefix, row_id):
        raise Refusal("foreign_object", f"found {named.strip()[:40]!r}, expected the id of a booking, a purchase or a "
                      "manual booking of this participant, such as txn_…")
    return ids.public_id(prefix, owner, row_id)


def _feed(connection: Connection, note: Note, now: int) -> None:
    """The work queue has what is still to be done, in the same transaction."""
    kind = work.ENQUIRY if note.draft.kind is NoteKind.ENQUIRY else work.NOTE
    if note.draft.is_work:
        work.put(connection, kind, note.public_id, now, account_id=note.account_id, gist=note.draft.gist,
                 due_on=_day(note.draft.due_on), assignee_id=note.draft.assignee_id)
    else:
        work.close(connection, kind, note.public_id, now)


def _scoped(access: Access, connection: Connection, account_id: int, note_id: int) -> Note:
    access.require_account(account_id)
    return _note(connection, account_id, note_id)


def _note(connection: Connection, account_id: int, note_id: int) -> Note:
    row = notes.one(connection, account_id, note_id)
    if row is None:
        raise OutOfScope
    return note_of(row)


def _draft(row: Row[Any]) -> NoteDraft:
    due_on = date.fromisoformat(row.due_on) if row.due_on else None
    return NoteDraft(NoteKind(row.kind), row.text, NoteStatus(row.status), due_on, row.assignee_id, row.object,
                     bool(row.pinned))


def _values(draft: NoteDraft) -> dict[str, Any]:
    return attrs.asdict(draft) | {"due_on": _day(draft.due_on), "kind": draft.kind.value, "status": draft.status.value}


def _told(note: Note) -> dict[str, Any]:
    """What the audit keeps for good: not the text, which may be about people and can be forgotten with the note."""
    told = {name: value for name, value in _values(note.draft).items() if name not in ("text", "assignee_id")}
    return told | {"assignee": note.assignee}


def _rewritten(version: int, before: NoteDraft, after: NoteDraft) -> dict[str, Any]:
    """That the text is another one, by the versions in which both stand."""
    return {"text": f"version {version}"} if before.text != after.text else {}


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def number_of(public_id: str, account_id: int) -> int:
    """The number of a note of this participant by its public id.

    Raises:
        OutOfScope: it is no note, or that of somebody else.
    """
    owner, number = row_named(public_id, NOTE)
    if owner != account_id:
        raise OutOfScope
    return number
