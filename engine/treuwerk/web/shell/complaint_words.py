"""What complaints are about, and how far they are, in the words of portal and service centre."""

from collections.abc import Mapping

from treuwerk.domain.complaints import ComplaintKind, ComplaintState
from treuwerk.web.shell.marking import marked

COMPLAINTS: Mapping[ComplaintKind, str] = {
    ComplaintKind.DAMAGED: marked("It is damaged or does not work"),
    ComplaintKind.WRONG: marked("It is not what was ordered"),
    ComplaintKind.NOT_ARRIVED: marked("It has not arrived"),
    ComplaintKind.SEND_BACK: marked("We would like to send it back"),
    ComplaintKind.OTHER: marked("Something else"),
}
"""What a complaint is about, in words."""
STATES: Mapping[ComplaintState, tuple[str, str, str]] = {
    ComplaintState.OPEN: (marked("Open"), "accent", "inbox"),
    ComplaintState.ANSWERED: (marked("Answered"), "good", "circle-check"),
    ComplaintState.REPLACED: (marked("Sent once more"), "good", "package"),
    ComplaintState.POINTS_BACK: (marked("Points given back"), "good", "undo-2"),
    ComplaintState.REFUSED: (marked("Declined"), "", "circle-x"),
}
"""Words, look and icon of each state."""
