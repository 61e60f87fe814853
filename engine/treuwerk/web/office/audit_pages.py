"""The audit, the proof of the ledger that stands above it, and the plugins."""

from collections.abc import Iterator, Sequence

from starlette.responses import Response

from treuwerk.domain.ledger import moment
from treuwerk.services import audit_trail, finding, ledger_proof
from treuwerk.services.audit_trail import AuditEntry, AuditFilters
from treuwerk.services.auditing import note_act
from treuwerk.services.plugin_status import plugin_states
from treuwerk.services.saved_views import views_of
from treuwerk.web.forms.pages import told
from treuwerk.web.lists import (
    COUNTED_AT_MOST,
    Asked,
    Cell,
    Column,
    Filter,
    ListKind,
    asked,
    csv_answer,
    list_page,
    list_view,
    views_form,
)
from treuwerk.web.office.frame import navigation, office_page, seen, settings_of
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.words import ACTIONS
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_HOME = "/office/audit"
_SHARES = "users.manage"
_HEADS = (marked("When"), marked("Who"), marked("What"), marked("Participant"), marked("About"),
          marked("Before → after"), marked("Reason"), marked("Session"), marked("Request"))
_STATES = {
    "running": (marked("The proof is running"), "accent", "hourglass"),
    "proven": (marked("Every law of the ledger holds"), "good", "shield-check"),
    "violated": (marked("A law of the ledger is broken"), "bad", "circle-x"),
    "could_not_run": (marked("Not every law could be checked"), "warn", "triangle-alert"),
    "broken_off": (marked("The last proof broke off"), "warn", "triangle-alert")}


def _actors(visit: Visit) -> list[tuple[str, str]]:
    with visit.shell.installation.database.reading() as connection:
        return [(name, name) for name in audit_trail.actors(visit.access, connection)]


def _actions(visit: Visit) -> list[tuple[str, str]]:
    """Things first, then every act; one without words stands for itself."""
    with visit.shell.installation.database.reading() as connection:
        done = audit_trail.actions(visit.access, connection)
    things = sorted({action.partition(".")[0] for action in done})
    return [(code, gettext(visit, ACTIONS[code]) if code in ACTIONS else code) for code in [*things, *done]]


def _participant(visit: Visit, account_id: str) -> str:
    visit.access.require(audit_trail.READ)
    with visit.shell.installation.database.reading() as connection:
        return finding.name_of(connection, int(account_id)) or account_id


def _user(visit: Visit, user_id: str) -> str:
    with visit.shell.installation.database.reading() as connection:
        return audit_trail.name_of_user(visit.access, connection, int(user_id)) or user_id


AUDIT = ListKind(
    "audit", _HOME, marked("Audit"),
    (Column("action", marked("What"), "at", always=True), Column("actor", marked("Who")),
     Column("participant", marked("Participant")), Column("changes", marked("Before → after")),
     Column("session", marked("Session"), shown=False), Column("request_id", marked("Request"), shown=False)),
    (Filter("who", marked("Who"), options=_actors), Filter("action", marked("What"), options=_actions),
     Filter("from", marked("From day"), "day"), Filter("until", marked("Until day"), "day"),
     Filter("object", marked("About"), "words", example="txn_…"), Filter("user", marked("User"), "id", told=_user),
     Filter("account", marked("Participant"), "id", told=_participant)),
    sort="-at", rows=50, csv_path=f"{_HOME}.csv", views_path=f"{_HOME}/views")


def audit_page(visit: Visit) -> Response:
    """One page of the audit, narrowed, with the state of the chain above."""
    state, access = asked(visit, AUDIT), visit.access
    with visit.shell.installation.database.reading() as connection:
        def counts(states: Sequence[Asked]) -> Sequence[int]:
            return [audit_trail.counted(access, connection, _filters(visit, one), COUNTED_AT_MOST + 1)
                    for one in states]

        found = audit_trail.entries(access, connection, _filters(visit, state), after=state.after, before=state.before,
                                    falling=state.descending, limit=AUDIT.rows)
        chain = ledger_proof.chain_state(access, connection, visit.now)
        view = list_view(visit, state, count=counts([state])[0], following=found.next, preceding=found.previous,
                         views=views_of(connection, AUDIT.name, access.user_id), may_share=access.may(_SHARES))
    seen(visit, "audit.read", state.number("account") or 0)
    return list_page(visit, "office/audit.html", view, rows=found.rows, section=_HOME, navigation=navigation(visit),
                     chain=chain, proof_states=_STATES, actions=ACTIONS, href_of=href_of)


def audit_csv(visit: Visit) -> Response:
    """Everything that the audit is narrowed to, as a file; that it was taken is noted."""
    state = asked(visit, AUDIT)
    visit.access.require(audit_trail.READ)
    visit.shell.installation.database.run(lambda connection: note_act(
        connection, visit.access, "audit.export", state.number("account") or 0, "", now=visit.now,
        after={"filters": state.query}))
    return csv_answer(visit, "audit.csv", _rows(visit, state))


def audit_views_form(visit: Visit) -> Response:
    """Keep a view of the audit, or take one away."""
    return views_form(visit, AUDIT, visit.access.user_id, may_share=visit.access.may(_SHARES))


def _rows(visit: Visit, state: Asked) -> Iterator[list[Cell]]:
    zone = settings_of(visit).programme.time_zone
    yield [gettext(visit, head) for head in _HEADS]
    for entry in audit_trail.all_entries(visit.access, visit.shell.installation.database, _filters(visit, state),
                                         falling=state.descending):
        yield [moment(entry.at).astimezone(zone), entry.actor, entry.action, entry.participant, entry.object,
               _change_words(entry), entry.reason, entry.session, entry.request_id]


def _change_words(entry: AuditEntry) -> str:
    return "; ".join(f"{name}: {before} → {after}" for name, before, after in entry.changes)


def prove_form(visit: Visit) -> Response:
    """Begin a proof of the whole ledger."""
    begun = ledger_proof.prove_now(visit.access, visit.shell.installation.database, visit.now, visit.shell.clock)
    words = marked("The proof has begun. This page tells how far it is.") if begun else marked(
        "A proof is running already. This page tells how far it is.")
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, gettext(visit, words), tone="info")
    return see_other(f"{_HOME}#chain")


def plugins_page(visit: Visit) -> Response:
    """All plugins with what they brought and what went wrong last."""
    found = plugin_states(visit.access, visit.shell.installation.programme.registry, visit.shell.faults)
    return office_page(visit, "office/plugins.html", section="/office/plugins", plugins=found)


def _filters(visit: Visit, state: Asked) -> AuditFilters:
    filters = state.filters
    return AuditFilters(settings_of(visit).programme.time_zone, state.number("user") or 0, filters.get("who", ""),
                        state.number("account") or 0, filters.get("action", ""), filters.get("object", ""),
                        state.day("from"), state.day("until"))
