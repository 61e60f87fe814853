"""The audit as a list: what it can be narrowed to, its rows in words, and its file."""

from collections.abc import Iterator

from starlette.responses import Response

from treuwerk.domain.ledger import moment
from treuwerk.services.auditing import note_act
from treuwerk.services.office import audit_trail
from treuwerk.services.office.audit_trail import AuditEntry, AuditFilters
from treuwerk.web.lists import Asked, Cell, Column, Filter, ListKind, asked, csv_answer, views_form
from treuwerk.web.office.frame import settings_of
from treuwerk.web.office.words import ACTIONS, THINGS
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_HEADS = (marked("When"), marked("Who"), marked("What"), marked("Participant"), marked("About"),
          marked("Before → after"), marked("Reason"), marked("Session"), marked("Request"))


def _actors(visit: Visit) -> list[tuple[str, str]]:
    with visit.shell.installation.database.reading() as connection:
        return [(name, name) for name in audit_trail.actors(visit.access, connection)]


def _actions(visit: Visit) -> list[tuple[str, str]]:
    """All acts, by what they are about; each thing is a choice of its own."""
    found: list[tuple[str, str]] = []
    for thing, title in THINGS.items():
        name = gettext(visit, title)
        found.append((thing, gettext(visit, marked("%(thing)s: everything")) % {"thing": name}))
        found += [(code, f"{name}: {gettext(visit, words)}") for code, words in ACTIONS.items()
                  if code.partition(".")[0] == thing]
    return found


def _participant(visit: Visit, account_id: str) -> str:
    with visit.shell.installation.database.reading() as connection:
        return audit_trail.participant_name(visit.access, connection, int(account_id)) or account_id


def _user(visit: Visit, user_id: str) -> str:
    with visit.shell.installation.database.reading() as connection:
        return audit_trail.name_of_user(visit.access, connection, int(user_id)) or user_id


AUDIT = ListKind(
    "audit", "/office/audit", marked("Audit"),
    (Column("what", marked("What"), always=True), Column("at", marked("When"), "at"), Column("who", marked("Who")),
     Column("participant", marked("Participant")), Column("about", marked("About")),
     Column("changes", marked("Before → after")), Column("reason", marked("Reason"), shown=False),
     Column("session", marked("Session"), shown=False), Column("request", marked("Request"), shown=False)),
    (Filter("who", marked("Who"), options=_actors), Filter("action", marked("What"), options=_actions),
     Filter("from", marked("From day"), "day", more=True), Filter("until", marked("Until day"), "day", more=True),
     Filter("object", marked("About"), "words", example="txn_…", more=True),
     Filter("user", marked("User"), "link", words=_user),
     Filter("account", marked("Participant"), "link", words=_participant)),
    sort="-at", rows=50, csv_path="/office/audit.csv", views_path="/office/audit/views")


def narrowed(visit: Visit, state: Asked) -> AuditFilters:
    """What the state of the list narrows the audit to.

    Raises:
        HTTPException: 400, a number that is none.
    """
    filters = state.filters
    return AuditFilters(settings_of(visit).programme.time_zone, state.row_id("user"), filters.get("who", ""),
                        state.row_id("account"), filters.get("action", ""), filters.get("object", ""),
                        state.day("from"), state.day("until"))


def audit_csv(visit: Visit) -> Response:
    """Everything that the audit is narrowed to, as a file; that it was taken is noted."""
    visit.access.require(audit_trail.READ)
    state = asked(visit, AUDIT)
    filters = narrowed(visit, state)
    visit.shell.installation.database.run(lambda connection: note_act(
        connection, visit.access, "audit.export", filters.account_id, filters.object, now=visit.now,
        after={"filters": state.query}))
    return csv_answer(visit, "audit.csv", _rows(visit, filters, falling=state.descending))


def audit_views_form(visit: Visit) -> Response:
    """Keep a view of the audit, or take one away."""
    return views_form(visit, AUDIT, visit.access.user_id, may_share=visit.access.may("users.manage"))


def _rows(visit: Visit, filters: AuditFilters, *, falling: bool) -> Iterator[list[Cell]]:
    """Codes as they are kept: a file is for programs and for good."""
    zone = settings_of(visit).programme.time_zone
    yield [gettext(visit, head) for head in _HEADS]
    for entry in audit_trail.all_entries(visit.access, visit.shell.installation.database, filters, falling=falling):
        yield [moment(entry.at).astimezone(zone), entry.actor, entry.action, entry.participant, entry.object,
               _change_words(entry), entry.reason, entry.session, entry.request_id]


def _change_words(entry: AuditEntry) -> str:
    return "; ".join(f"{name}: {before} → {after}" for name, before, after in entry.changes)

