"""The first page of the service centre, and the search over everything."""

from starlette.responses import Response

from treuwerk.services import searching
from treuwerk.services.searching import Found
from treuwerk.services.submissions import queue
from treuwerk.services.submissions.queue import View, WorkItem
from treuwerk.web.office.frame import office_page, settings_of, today_of
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.words import VIEWS, WORK_KINDS
from treuwerk.web.shell.pages import see_other
from treuwerk.web.shell.participant_words import STATUSES
from treuwerk.web.shell.state import Visit

_MINE, _URGENT = 8, 5


def overview_page(visit: Visit) -> Response:
    """How much is to be done, what is mine, and what of the team's comes first."""
    counts: dict[View, int] = {}
    mine: list[WorkItem] = []
    urgent: list[WorkItem] = []
    if visit.access.may(queue.READ):
        with visit.shell.installation.database.reading() as connection:
            counts = dict(queue.counts(visit.access, connection, visit.now, today_of(visit)))
            mine, _ = queue.work_items(visit.access, connection, View.MINE, visit.now, today_of(visit), limit=_MINE)
            urgent, _ = queue.work_items(visit.access, connection, View.TEAM, visit.now, today_of(visit), limit=_URGENT)
    return office_page(visit, "office/overview.html", section="/office", counts=counts, mine=mine, urgent=urgent,
                       views=VIEWS, work_kinds=WORK_KINDS, today=today_of(visit))


def search_page(visit: Visit) -> Response:
    """What was found, by groups; an exact id leads to what has it."""
    typed = visit.request.query_params.get("q", "")
    sellers = [source.settings.seller for source in settings_of(visit).sources if hasattr(source.settings, "seller")]
    found = searching.find(visit.access, visit.shell.installation.database, typed, sellers,
                           visit.now) if typed else Found("")
    if found.jump:
        return see_other(href_of(found.jump))
    if len(found.participants) == found.count == 1 and found.participants[0].exact and \
            found.participants[0].why == "number":
        return see_other(f"/office/participants/{found.participants[0].account_id}")
    return office_page(visit, "office/search.html", searched=found.query, found=found, statuses=STATUSES)
