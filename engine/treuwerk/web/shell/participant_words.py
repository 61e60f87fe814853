"""What portal and service centre call the same things of a participant: statuses, and kinds of numbers."""

from collections.abc import Mapping

from treuwerk.domain.participants import ParticipantStatus
from treuwerk.web.shell.marking import marked

STATUSES: Mapping[str, tuple[str, str, str]] = {
    ParticipantStatus.APPLIED: (marked("Applied"), "warn", "hourglass"),
    ParticipantStatus.ACTIVE: (marked("Active"), "good", "circle-check"),
    ParticipantStatus.BLOCKED: (marked("Blocked"), "bad", "lock"),
    ParticipantStatus.LEFT: (marked("Left"), "", "log-out")}
"""Words, colour and icon of each status."""
SCHEMES: Mapping[str, str] = {
    "customer_number": marked("Customer number"), "gln": marked("GLN"), "vat": marked("VAT id")}
"""Kinds of numbers by which a participant is known; one that a feed adds stands for itself."""
