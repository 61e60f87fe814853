"""The audit with the proof of the ledger above it."""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.services.office import audit_trail
from treuwerk.services.participants.saved_views import views_of
from treuwerk.services.proof import ledger_proof
from treuwerk.web.forms.pages import told
from treuwerk.web.lists import COUNTED_AT_MOST, Asked, asked, list_page, list_view
from treuwerk.web.office.audit_list import AUDIT, narrowed
from treuwerk.web.office.audit_words import audit_words
from treuwerk.web.office.frame import navigation, seen
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.words import ACTIONS
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_STATES = {
    "running": (marked("The proof is running"), "accent", "hourglass"),
    "proven": (marked("Every law of the ledger holds"), "good", "shield-check"),
    "violated": (marked("A law of the ledger is broken"), "bad", "circle-x"),
    "could_not_run": (marked("Not every law could be checked"), "warn", "triangle-alert"),
    "broken_off": (marked("The last proof broke off"), "warn", "triangle-alert")}


def audit_page(visit: Visit) -> Response:
    """One page of the audit, narrowed, with the state of the chain above."""
    state, access = asked(visit, AUDIT), visit.access
    filters = narrowed(visit, state)
    with visit.shell.installation.database.reading() as connection:
        found = audit_trail.entries(access, connection, filters, after=state.after, before=state.before,
                                    falling=state.descending, limit=AUDIT.rows)
        count, *_ = _counts(visit, connection, [state])
        chain = ledger_proof.chain_state(access, connection, visit.now)
        view = list_view(visit, state, count=count, following=found.next, preceding=found.previous,
                         views=views_of(connection, AUDIT.name, access.user_id),
                         counts=lambda states: _counts(visit, connection, states),
                         may_share=access.may("users.manage"))
    seen(visit, "audit.read", filters.account_id)
    return list_page(visit, "office/audit.html", view, rows=found.rows, section=AUDIT.path,
                     navigation=navigation(visit), chain=chain, proof_states=_STATES, actions=ACTIONS,
                     href_of=href_of, words=audit_words(visit))


def _counts(visit: Visit, connection: Connection, states: Sequence[Asked]) -> list[int]:
    return audit_trail.counted(visit.access, connection, [narrowed(visit, one) for one in states], COUNTED_AT_MOST + 1)


def prove_form(visit: Visit) -> Response:
    """Begin a proof of the whole ledger."""
    begun = ledger_proof.prove_now(visit.access, visit.shell.installation.database, visit.now, visit.shell.clock)
    words = marked("The proof has begun. This page tells how far it is.") if begun else marked(
        "A proof is running already. This page tells how far it is.")
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, gettext(visit, words), tone="info")
    return see_other(f"{AUDIT.path}#chain")
