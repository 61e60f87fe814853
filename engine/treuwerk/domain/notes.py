"""Notes of the service centre: what was said or written, how far it is worked off, and who does what until when."""

from datetime import date
from enum import StrEnum

import attrs

from treuwerk.domain.ids import public_id

NOTE = "note"
"""What ids of notes begin with."""
LONGEST_TEXT = 8_000
_GIST = 140


class NoteKind(StrEnum):
    """What a note tells of."""

    CALL_IN = "call_in"
    CALL_OUT = "call_out"
    MAIL = "mail"
    LETTER = "letter"
    VISIT = "visit"
    INTERNAL = "internal"
    ENQUIRY = "enquiry"
    """What a participant asked in the portal; nobody else writes one."""
    COMPLAINT = "complaint"
    """What a participant complained of in the portal."""


FROM_PORTAL = frozenset({NoteKind.ENQUIRY, NoteKind.COMPLAINT})
"""Kinds that only participants write: they stay what they are, and nothing becomes one."""


class NoteStatus(StrEnum):
    """How far what a note tells of is worked off."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    WAITING_FOR_PARTICIPANT = "waiting_participant"
    WAITING_FOR_OTHERS = "waiting_third_party"
    DONE = "done"


@attrs.frozen
class NoteDraft:
    """What somebody writes; `assignee_id` 0 for nobody, `object` a public id or empty."""

    kind: NoteKind
    text: str
    status: NoteStatus = NoteStatus.DONE
    due_on: date | None = None
    assignee_id: int = 0
    object: str = ""
    pinned: bool = False

    @property
    def is_work(self) -> bool:
        """Whether somebody must still do something: then it stands in the work queue."""
        wanted = self.kind in FROM_PORTAL or self.due_on is not None or self.assignee_id != 0
        return self.status is not NoteStatus.DONE and wanted

    @property
    def gist(self) -> str:
        """The beginning of the text, in one line."""
        line = " ".join(self.text.split())
        return line if len(line) <= _GIST else line[:_GIST - 1].rstrip() + "…"


@attrs.frozen
class Note:
    """A note as it stands; instants in microseconds UTC."""

    account_id: int
    id: int
    draft: NoteDraft
    author_id: int
    author: str
    assignee: str
    created_at: int
    changed_at: int
    version: int

    @property
    def public_id(self) -> str:
        """The id that people see."""
        return public_id(NOTE, self.account_id, self.id)


@attrs.frozen
class NoteVersion:
    """One state that a note was in, and who left it so."""

    version: int
    draft: NoteDraft
    assignee: str
    changed_by: str
    changed_at: int
