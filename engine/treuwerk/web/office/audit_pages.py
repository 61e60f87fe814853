"""The audit, the proof of the ledger that stands above it, and the plugins."""

from collections.abc import Iterator

from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.services import audit_trail, ledger_proof
from treuwerk.services.audit_trail import AuditEntry, AuditFilters
from treuwerk.services.auditing import note_act
from treuwerk.services.plugin_status import plugin_states
from treuwerk.web.forms.pages import language_of, told
from treuwerk.web.lists import Cell, csv_answer
from treuwerk.web.office.frame import office_page, seen, settings_of
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.words import ACTIONS
from treuwerk.web.portal.filtering import address
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_HOME = "/office/audit"
_ROWS = 50
_NAMES = ("user", "account", "action", "object", "from", "until")
_HEADS = (marked("When"), marked("Who"), marked("What"), marked("Participant"), marked("About"),
          marked("Before → after"), marked("Reason"), marked("Session"), marked("Request"))
_STATES = {
    "running": (marked("The proof is running"), "accent", "hourglass"),
    "proven": (marked("Every law of the ledger holds"), "good", "shield-check"),
    "violated": (marked("A law of the ledger is broken"), "bad", "circle-x"),
    "could_not_run": (marked("Not every law could be checked"), "warn", "triangle-alert"),
    "broken_off": (marked("The last proof broke off"), "warn", "triangle-alert")}


def audit_page(visit: Visit) -> Response:
    """One page of the audit, narrowed, with the state of the chain above."""
    filters, access = _filters(visit), visit.access
    before = _before(visit)
    with visit.shell.installation.database.reading() as connection:
        found, older = audit_trail.entries(access, connection, filters, before=before, limit=_ROWS)
        actions, actors = audit_trail.actions(access, connection), audit_trail.actors(access, connection)
        chain = ledger_proof.chain_state(access, connection, visit.now)
    seen(visit, "audit.read", filters.account_id)
    wanted = {name: visit.request.query_params.get(name, "") for name in _NAMES}
    things = sorted({action.partition(".")[0] for action in actions})
    return office_page(
        visit, "office/audit.html", section=_HOME, entries=found, wanted=wanted, chain=chain, proof_states=_STATES,
        older=address(_HOME, wanted | {"before": str(older)}) if older else "",
        newest=address(_HOME, wanted) if before else "", csv_url=address(f"{_HOME}.csv", wanted), actions=ACTIONS,
        all_actions=[*things, *actions], actors=list(actors.items()), href_of=href_of, narrow=any(wanted.values()))


def audit_csv(visit: Visit) -> Response:
    """Everything that the audit is narrowed to, as a file; that it was taken is noted."""
    filters = _filters(visit)
    visit.access.require(audit_trail.READ)
    visit.shell.installation.database.run(lambda connection: note_act(
        connection, visit.access, "audit.export", filters.account_id, filters.object, now=visit.now))
    return csv_answer(visit, "audit.csv", _rows(visit, filters))


def _rows(visit: Visit, filters: AuditFilters) -> Iterator[list[Cell]]:
    formats = language_of(visit).formats
    yield [gettext(visit, head) for head in _HEADS]
    with visit.shell.installation.database.reading() as connection:
        for entry in audit_trail.all_entries(visit.access, connection, filters):
            yield [formats.minute(entry.at), entry.actor, entry.action, entry.participant, entry.object,
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


def _filters(visit: Visit) -> AuditFilters:
    """What the address narrows the audit to.

    Raises:
        HTTPException: 400, a value that is none.
    """
    query = visit.request.query_params
    days = {name: language_of(visit).notation.day(query[name]) if query.get(name) else None
            for name in ("from", "until")}
    if any(query.get(name) and days[name] is None for name in days):
        raise HTTPException(400)
    return AuditFilters(settings_of(visit).programme.time_zone, _number(query.get("user", "")),
                        _number(query.get("account", "")), query.get("action", "")[:60], query.get("object", "")[:80],
                        days["from"], days["until"])


def _before(visit: Visit) -> int | None:
    return _number(visit.request.query_params.get("before", "")) or None


def _number(typed: str) -> int:
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 20):
        raise HTTPException(400)
    return int(typed or 0)
