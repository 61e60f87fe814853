"""A mapping that waits for a second person: what it is to mean, what it would book now, and agreeing or not."""

from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes import mapping_agreement
from treuwerk.services.changes.aliasing import MAP
from treuwerk.services.changes.mapping_proposals import Proposal, proposal_of
from treuwerk.services.clearing.decision_turns import APPROVE
from treuwerk.services.clearing.releasing import Released
from treuwerk.store.alias_proposals import DONE, OVERTAKEN, REFUSED, WAITING, WITHDRAWN
from treuwerk.web.forms.pages import told, version_of
from treuwerk.web.office.frame import office_page, sent_back
from treuwerk.web.office.mapping_pages import DECISIONS, HOME, NUMBERS, PROPOSALS, REACHES, after, one_url
from treuwerk.web.office.words import refusal_words
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

STATES = {
    WAITING: (marked("Waits for a second person"), "warn", "hourglass"),
    DONE: (marked("Agreed"), "good", "circle-check"), REFUSED: (marked("Refused"), "bad", "circle-x"),
    WITHDRAWN: (marked("Withdrawn"), "", "undo-2"), OVERTAKEN: (marked("Decided by another act"), "", "x")}
"""Words, colour and icon of each state."""


def proposal_page(visit: Visit) -> Response:
    """What somebody wants a number to mean, with what that would book now."""
    one, access = _proposal(visit), visit.access
    would, hindrance = _would(visit, one)
    return office_page(
        visit, "office/mapping_proposal.html", section=HOME, one=one, would=would, hindrance=hindrance, states=STATES,
        version=mapping_agreement.version_of(would) if would else 0, path=f"{PROPOSALS}/{one.public_id}",
        reaches=REACHES, numbers=NUMBERS, list_url=HOME, lines_url=one_url(one.name), decisions_url=DECISIONS,
        own=one.user_id == access.user_id, may_map=access.may(MAP), may_agree=access.may(MAP) and access.may(APPROVE))


def agree_form(visit: Visit) -> Response:
    """Agree as the second person: the mapping is kept, and what waited for it is booked."""
    one = _proposal(visit)
    try:
        decided = mapping_agreement.agree(visit.access, visit.shell.installation, one.public_id, version_of(visit),
                                          visit.now)
    except Refusal as refusal:
        return sent_back(visit, refusal, f"{PROPOSALS}/{one.public_id}")
    return after(visit, decided, one.name)


def refuse_form(visit: Visit) -> Response:
    """Do not agree, or withdraw one's own: the number can be decided anew."""
    one = _proposal(visit)
    try:
        mapping_agreement.refuse(visit.access, visit.shell.installation, one.public_id, visit.now)
    except Refusal as refusal:
        return sent_back(visit, refusal, f"{PROPOSALS}/{one.public_id}")
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, gettext(visit, marked("The mapping is not made. The lines wait as before.")))
    return see_other(one_url(one.name))


def _would(visit: Visit, one: Proposal) -> tuple[Released | None, str]:
    """What agreeing would do now, or why this person cannot."""
    if not one.waits or not visit.access.may(MAP):
        return None, ""
    try:
        return mapping_agreement.preview(visit.access, visit.shell.installation, one, visit.now), ""
    except Refusal as refusal:
        return None, refusal_words(visit, refusal)


def _proposal(visit: Visit) -> Proposal:
    with visit.shell.installation.database.reading() as connection:
        return proposal_of(visit.access, connection, visit.request.path_params["id"])
