"""What people decided on numbers of senders: the list, one decision with how far its booking is, and taking it back."""

from collections.abc import Callable

from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.services.changes import aliasing
from treuwerk.services.changes.aliasing import MAP, RELEASE, Decided
from treuwerk.services.installation import Installation
from treuwerk.services.ordering import order_of
from treuwerk.web.forms.pages import language_of, told
from treuwerk.web.office.frame import number_in, office_page, sent_back
from treuwerk.web.office.mapping_pages import DECISIONS, HOME, NUMBERS, one_url
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_ROWS = 50
_LONGEST_ID = 19
Act = Callable[[Access, Installation, int, int], Decided]


def decisions_page(visit: Visit) -> Response:
    """What was decided, the latest first."""
    typed = visit.request.query_params.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST_ID else 0
    with visit.shell.installation.database.reading() as connection:
        found = aliasing.latest(visit.access, connection, _ROWS + 1, min(before, 2**63 - 1))
    older = f"{DECISIONS}?before={found[_ROWS - 1][0].id}" if len(found) > _ROWS else ""
    return office_page(visit, "office/mapping_decisions.html", section=HOME, found=found[:_ROWS], numbers=NUMBERS,
                       older=older, newest=DECISIONS if before else "", may_map=visit.access.may(MAP), path=DECISIONS)


def decision_page(visit: Visit) -> Response:
    """One decision, with how far the booking of what waited for it is."""
    with visit.shell.installation.database.reading() as connection:
        one = aliasing.alias_of(visit.access, connection, number_in(visit, "decision"))
        order = order_of(connection, f"{RELEASE}:{one.id}")
        waiting = aliasing.waiting_for(visit.access, connection, one)
    return office_page(visit, "office/mapping_decision.html", section=HOME, one=one, order=order, waiting=waiting,
                       numbers=NUMBERS, path=f"{DECISIONS}/{one.id}", may_map=visit.access.may(MAP),
                       list_url=DECISIONS, one_url=one_url)


def undo_form(visit: Visit) -> Response:
    """Take a decision back while nothing rests on it."""
    return _ended(visit, aliasing.take_back)


def stop_form(visit: Visit) -> Response:
    """Let a decision count no more for what comes."""
    return _ended(visit, aliasing.stop)


def _ended(visit: Visit, act: Act) -> Response:
    decision = number_in(visit, "decision")
    try:
        ended = act(visit.access, visit.shell.installation, decision, visit.now)
    except Refusal as refusal:
        return sent_back(visit, refusal, f"{DECISIONS}/{decision}")
    words = gettext(visit, marked("The decision is taken back. Lines that wait again: %(number)s.")) % {
        "number": language_of(visit).formats.number(ended.closed)}
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, words)
    return see_other(DECISIONS)
