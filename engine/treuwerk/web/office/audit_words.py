"""What the audit keeps as codes, told as people say it: fields, their values, and the things that an act is about."""

from collections.abc import Callable, Mapping
from datetime import date

import attrs

from treuwerk.domain.ids import ADJUSTMENT, HELD_FILE, MAPPING, PURCHASE, TRANSACTION, USER
from treuwerk.domain.notes import NOTE
from treuwerk.domain.withdrawals import WITHDRAWAL
from treuwerk.web.forms.pages import language_of
from treuwerk.web.office.words import ADJUSTMENTS, HELD_STATES, NOTE_KINDS, NOTE_STATUSES
from treuwerk.web.shell.formats import Formats
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.naming import Naming
from treuwerk.web.shell.pages import gettext, naming_of
from treuwerk.web.shell.participant_words import STATUSES
from treuwerk.web.shell.state import Visit

FIELDS: Mapping[str, str] = {
    "amount": marked("Points"), "assignee": marked("Assignee"), "due_on": marked("Due"), "email": marked("Mail"),
    "ended": marked("Sessions ended"), "file": marked("File"), "filters": marked("Filters"), "kind": marked("Kind"),
    "name": marked("Name"),
    "object": marked("About"), "person": marked("Person"), "pinned": marked("Pinned"), "query": marked("Search words"),
    "role": marked("Role"), "roles": marked("Roles"), "snoozed_until": marked("Put off until"),
    "source": marked("Source"), "state": marked("State"), "status": marked("Status"),
    "text": marked("Text"), "unit": marked("Unit"),
    "version": marked("Version")}
"""Fields of changes; one that a later part adds stands for itself."""
_THINGS: Mapping[str, str] = {
    TRANSACTION: marked("Booking"), PURCHASE: marked("Purchase"), ADJUSTMENT: marked("Points by hand"),
    NOTE: marked("Note"), USER: marked("User"), HELD_FILE: marked("Held delivery"),
    MAPPING: marked("Mapping for a second person"), WITHDRAWAL: marked("Withdrawal from a contract")}
_CODES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "kind": NOTE_KINDS, "status": {**STATUSES, **NOTE_STATUSES}, "state": {**STATUSES, **ADJUSTMENTS, **HELD_STATES}}


@attrs.frozen
class AuditWords:
    """The audit in a visitor's language; what it does not know stands as it is kept."""

    text: Callable[[str], str]
    naming: Naming
    formats: Formats

    def field(self, name: str) -> str:
        """What a field of a change is called."""
        return self.text(FIELDS[name]) if name in FIELDS else name

    def thing(self, object_id: str) -> str:
        """What kind of thing an id is of."""
        prefix = object_id.partition("_")[0]
        return self.text(_THINGS[prefix]) if prefix in _THINGS else object_id

    def value(self, name: str, value: str) -> str:
        """The value of a field as people write it."""
        if value in _CODES.get(name, {}):
            return self.text(_CODES[name][value][0])
        try:
            return _WRITTEN[name](self, value) if value and name in _WRITTEN else value
        except ValueError:
            return value

    def _roles(self, value: str) -> str:
        return ", ".join(self.naming.role(code) for code in value.split(", "))

    def _unit(self, value: str) -> str:
        return self.naming.unit(value)

    def _day(self, value: str) -> str:
        return self.formats.day(date.fromisoformat(value))

    def _minute(self, value: str) -> str:
        return self.formats.minute(int(value)) if value != "0" else ""

    def _signed(self, value: str) -> str:
        return self.formats.signed(int(value))


def audit_words(visit: Visit) -> AuditWords:
    """The words for a visitor."""
    return AuditWords(lambda message: gettext(visit, message), naming_of(visit), language_of(visit).formats)


_WRITTEN: Mapping[str, Callable[[AuditWords, str], str]] = {
    "role": AuditWords._roles, "roles": AuditWords._roles, "unit": AuditWords._unit,  # noqa: SLF001
    "due_on": AuditWords._day, "snoozed_until": AuditWords._minute, "amount": AuditWords._signed}  # noqa: SLF001
