"""Writing a note, changing it, and everything that it once said."""

from collections.abc import Mapping
from datetime import date

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.notes import FROM_PORTAL, LONGEST_TEXT, Note, NoteDraft, NoteKind, NoteStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.services.office import participant_profile
from treuwerk.services.participants import notes
from treuwerk.web.forms import Result, Shown, area, choice, day, taken, yes
from treuwerk.web.forms import text as line
from treuwerk.web.forms.pages import CONFLICT, done, empty, language_of, read, refused, told, version_of
from treuwerk.web.office.frame import account_of, acted, office_page, seen, settings_of
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.words import NOTE_KINDS, NOTE_STATUSES, marked_refusal, options
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_FIELDS = {"no_text": "text", "too_long": "text", "foreign_object": "object", "unknown_assignee": "assignee",
           "wrong_kind": "kind"}


@attrs.frozen
class NoteForm:
    """A note as it is written."""

    kind: str = choice(marked("Kind"), [kind.value for kind in NoteKind])
    text: str = area(marked("Text"), longest=LONGEST_TEXT)
    status: str = choice(marked("Processing"), [status.value for status in NoteStatus])
    due_on: date | None = day(marked("Due on"), required=False)
    assignee: str = choice(marked("Assignee"), required=False)
    object: str = line(marked("About"), required=False, longest=60)
    pinned: bool = yes(marked("Pin to the top of the participant"))

    def draft(self) -> NoteDraft:
        """What the service keeps."""
        return NoteDraft(NoteKind(self.kind), self.text, NoteStatus(self.status), self.due_on, int(self.assignee or 0),
                         self.object, self.pinned)


def new_note_page(visit: Visit) -> Response:
    """An empty note; a text block or an object can be given in the address."""
    query = visit.request.query_params
    block = next((one for one in settings_of(visit).text_blocks if one.code == query.get("block")), None)
    words = block.text.get(visit.locale) or next(iter(block.text.values())) if block else ""
    initial = {"kind": NoteKind.CALL_IN.value, "status": NoteStatus.DONE.value, "text": words,
               "object": query.get("object", "")[:60]}
    return _page(visit, empty(visit, NoteForm, initial))


def new_note_form(visit: Visit) -> Response:
    """Keep it."""
    account_id, result = account_of(visit), _read(visit)
    if result.ok:
        draft = result.value.draft()
        try:
            return done(visit, lambda connection: _written(visit, connection, account_id, draft))
        except Refusal as refusal:
            result = _blamed(result, refusal)
    return _page(visit, refused(visit, result), status=422)


def _written(visit: Visit, connection: Connection, account_id: int, draft: NoteDraft) -> str:
    notes.write_note(visit.access, connection, account_id, draft, visit.now)
    told(visit, connection, gettext(visit, marked("The note is saved.")))
    return f"/office/participants/{account_id}"


def note_page(visit: Visit) -> Response:
    """A note to be changed, with all its states."""
    note = _note(visit)
    seen(visit, "participant.read", note.account_id)
    return _page(visit, empty(visit, NoteForm, _initial(note), version=note.version), note)


def note_form(visit: Visit) -> Response:
    """Change it; who comes second sees both versions."""
    note, result = _note(visit), _read(visit)
    if result.ok:
        draft, version = result.value.draft(), version_of(visit)
        try:
            return done(visit, lambda connection: _changed(visit, connection, note, draft, version))
        except Refusal as refusal:
            result = _blamed(result, refusal)
        except notes.NoteChanged as both:
            return _conflict(visit, result, both)
    return _page(visit, refused(visit, result), note, status=422)


def _changed(visit: Visit, connection: Connection, note: Note, draft: NoteDraft, version: int) -> str:
    after = notes.change_note(visit.access, connection, note.account_id, note.id, draft, version, visit.now)
    was_open = note.draft.status is not NoteStatus.DONE
    undo = f"{href_of(note.public_id)}/reopen" if was_open and after.draft.status is NoteStatus.DONE else ""
    told(visit, connection, gettext(visit, marked("The note is saved.")), undo_path=undo)
    return f"/office/participants/{note.account_id}"


def note_done_form(visit: Visit) -> Response:
    """Mark a note as worked off."""
    note = _note(visit)

    def finish(connection: Connection) -> str:
        notes.finish_note(visit.access, connection, note.account_id, note.id, visit.now)
        told(visit, connection, gettext(visit, marked("The note is done.")),
             undo_path=f"{href_of(note.public_id)}/reopen")
        return _after(visit, note)

    return acted(visit, lambda connection, _: finish(connection), href_of(note.public_id))


def _after(visit: Visit, note: Note) -> str:
    """Where a button leads to: back to the booking that the note is about where it was pressed there."""
    about = href_of(note.draft.object)
    return about if about and visit.form.get("back") == about else f"/office/participants/{note.account_id}"


def note_reopen_form(visit: Visit) -> Response:
    """Undo that a note was done."""
    note = _note(visit)

    def reopen(connection: Connection) -> str:
        notes.reopen_note(visit.access, connection, note.account_id, note.id, visit.now)
        told(visit, connection, gettext(visit, marked("The note is open again.")))
        return f"/office/participants/{note.account_id}"

    return acted(visit, lambda connection, _: reopen(connection), href_of(note.public_id))


def _conflict(visit: Visit, result: Result[NoteForm], both: notes.NoteChanged) -> Response:
    words = {"kind": lambda code: gettext(visit, NOTE_KINDS[code][0]),
             "status": lambda code: gettext(visit, NOTE_STATUSES[code][0]),
             "assignee": lambda code: dict(_clerks(visit)).get(code, code),
             "pinned": lambda _: gettext(visit, marked("Yes"))}
    form, sides = taken(NoteForm, refused(visit, result), _initial(both.theirs), both.theirs.version,
                        language_of(visit), by=both.by, at=both.theirs.changed_at, words=words)
    return _page(visit, form, both.theirs, status=CONFLICT, conflict=sides)


def _page(visit: Visit, form: Shown, note: Note | None = None, *, status: int = 200,
          conflict: object = None) -> Response:
    account_id = account_of(visit)
    with visit.shell.installation.database.reading() as connection:
        profile = participant_profile.profile(visit.access, connection, settings_of(visit), account_id, visit.now)
        states = notes.states_of_note(visit.access, connection, account_id, note.id) if note else []
    return office_page(
        visit, "office/note.html", status, section="/office/participants", profile=profile, form=form, note=note,
        states=states, conflict=conflict, kinds=_kinds(visit, note), progress=options(visit, NOTE_STATUSES),
        clerks=_clerks(visit), blocks=settings_of(visit).text_blocks, note_kinds=NOTE_KINDS,
        note_statuses=NOTE_STATUSES, href_of=href_of)


def _kinds(visit: Visit, note: Note | None) -> list[tuple[str, str]]:
    """The kinds to choose from: what came from the portal stays what it is, and nothing becomes such."""
    known = options(visit, NOTE_KINDS)
    if note is not None and note.draft.kind in FROM_PORTAL:
        return [one for one in known if one[0] == note.draft.kind]
    return [one for one in known if one[0] not in FROM_PORTAL]


def _read(visit: Visit) -> Result[NoteForm]:
    return read(visit, NoteForm, {"assignee": [code for code, _ in _clerks(visit)]})


def _blamed(result: Result[NoteForm], refusal: Refusal) -> Result[NoteForm]:
    return result.refused(_FIELDS.get(refusal.code, "text"), marked_refusal(refusal))


def _clerks(visit: Visit) -> list[tuple[str, str]]:
    with visit.shell.installation.database.reading() as connection:
        return [(str(user_id), name) for user_id, name in notes.clerks(visit.access, connection).items()]


def _note(visit: Visit) -> Note:
    account_id = account_of(visit)
    number = notes.number_of(visit.request.path_params["note"], account_id)
    with visit.shell.installation.database.reading() as connection:
        return notes.read_note(visit.access, connection, account_id, number)


def _initial(note: Note) -> Mapping[str, object]:
    draft = note.draft
    return {"kind": draft.kind.value, "text": draft.text, "status": draft.status.value, "due_on": draft.due_on,
            "assignee": str(draft.assignee_id or ""), "object": draft.object, "pinned": draft.pinned}


