"""What conflicts and the decisions on them are called. Each is a message."""

from collections.abc import Mapping

from treuwerk.services.changes import conflicts
from treuwerk.web.shell.marking import marked

CODES: Mapping[str, str] = {
    "claimed_by_other": marked("Another participant has these goods"),
    "conflict": marked("The same line with other content"),
    "not_on_note": marked("This article is not on the document that is booked"),
    "order_known": marked("The same order, article and quantity on another document"),
    "quantity_differs": marked("Another quantity"),
    "serial_count": marked("More or fewer serial numbers than pieces"),
    "serial_known": marked("A serial number is booked already"),
    "taken_back": marked("The points were taken back by hand")}
ACTS: Mapping[str, str] = {
    conflicts.FIRST: marked("The first one stays"),
    conflicts.SECOND: marked("The second one stands in its place"),
    conflicts.BOTH: marked("Both are genuine"),
    conflicts.REJECT: marked("The second one is rejected"),
    conflicts.UNDO: marked("Undone")}
HINTS: Mapping[str, str] = {
    conflicts.FIRST: marked("Nothing is booked. The second report is kept as evidence of the first."),
    conflicts.SECOND: marked("What the first one earned is taken back, and the second one is booked."),
    conflicts.BOTH: marked("The second one is booked as well, as a purchase of its own."),
    conflicts.REJECT: marked("Nothing is booked, and the second report proves nothing.")}
STATES: Mapping[str, tuple[str, str, str]] = {
    conflicts.WAITING: (marked("Waits for a second person"), "warn", "hourglass"),
    conflicts.DONE: (marked("Done"), "good", "circle-check"),
    conflicts.REFUSED: (marked("Refused"), "bad", "circle-x"),
    conflicts.UNDONE: (marked("Undone"), "", "undo-2")}
