"""The list of conflicts: what it can be narrowed to, and its pages."""

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.services.changes import conflicts
from treuwerk.services.changes.conflicts import Narrowed
from treuwerk.web.lists import COUNTED_AT_MOST, Asked, Column, Filter, ListKind, asked, list_page, list_view
from treuwerk.web.office.conflict_words import CODES
from treuwerk.web.office.frame import navigation
from treuwerk.web.office.words import options
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.state import Visit

CONFLICTS = ListKind(
    "conflicts", "/office/conflicts", marked("Conflicts"),
    (Column("came", marked("What came"), always=True), Column("booked", marked("What is booked")),
     Column("at", marked("Since"), "at"), Column("state", marked("State")),
     Column("source", marked("Source"), shown=False)),
    (Filter("words", marked("Document or file"), "words"),
     Filter("code", marked("Kind"), options=lambda visit: options(visit, CODES)),
     Filter("waits", marked("Second person"), "flag")),
    sort="-at", rows=50)


def conflicts_page(visit: Visit) -> Response:
    """Everything that waits since something else is booked, the newest first."""
    state, access = asked(visit, CONFLICTS), visit.access
    with visit.shell.installation.database.reading() as connection:
        found = conflicts.open_conflicts(access, connection, _narrowed(state), falling=state.descending,
                                         after=state.after, before=state.before, limit=CONFLICTS.rows)
        [count] = _counts(visit, connection, [state])
        view = list_view(visit, state, count=count, following=found.next, preceding=found.previous)
    return list_page(visit, "office/conflicts.html", view, rows=found.rows, section=CONFLICTS.path,
                     navigation=navigation(visit), codes=CODES)


def _narrowed(state: Asked) -> Narrowed:
    filters = state.filters
    return Narrowed(filters.get("code", ""), filters.get("words", ""), "waits" in filters)


def _counts(visit: Visit, connection: Connection, states: Sequence[Asked]) -> list[int]:
    return [conflicts.count_open(visit.access, connection, _narrowed(one), COUNTED_AT_MOST + 1) for one in states]
