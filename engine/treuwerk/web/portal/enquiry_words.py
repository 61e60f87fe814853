"""What the states of an enquiry are called for those who asked."""

from collections.abc import Mapping

from treuwerk.domain.notes import NoteStatus
from treuwerk.web.shell.marking import marked

ENQUIRY_STATES: Mapping[str, tuple[str, str, str]] = {
    NoteStatus.OPEN: (marked("Received"), "accent", "inbox"),
    NoteStatus.IN_PROGRESS: (marked("In progress"), "accent", "hourglass"),
    NoteStatus.WAITING_FOR_PARTICIPANT: (marked("Waiting for you"), "warn", "clock"),
    NoteStatus.WAITING_FOR_OTHERS: (marked("Being clarified"), "accent", "clock"),
    NoteStatus.DONE: (marked("Answered"), "good", "circle-check")}
"""Words, colour and icon of each state."""
