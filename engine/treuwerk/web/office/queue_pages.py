"""The work queue: what is to be done, taken by one, and done, put off, given away or opened again."""

from collections.abc import Callable
from datetime import date, datetime, time

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.ledger import instant
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.services.clearing import run_problems
from treuwerk.services.participants import notes
from treuwerk.services.submissions import queue
from treuwerk.services.submissions.queue import View, WorkItem
from treuwerk.web.forms import Result, choice, day
from treuwerk.web.forms.pages import empty, read, refused, told
from treuwerk.web.office.frame import acted, number_in, office_page, settings_of, today_of
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.words import WORK_KINDS, marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_HOME = "/office/queue"


@attrs.frozen
class Given:
    """To whom work is given; nobody where it is left out."""

    assignee: str = choice(marked("Assignee"), required=False)


@attrs.frozen
class PutOff:
    """Until when work is hidden."""

    until: date = day(marked("Put off until"))


def item_page(visit: Visit) -> Response:
    """One thing to do, with everything that can be done about it."""
    return _item(visit, empty(visit, PutOff), empty(visit, Given))


def _item(visit: Visit, later: object, given: object, status: int = 200) -> Response:
    access, item_id = visit.access, number_in(visit, "item")
    with visit.shell.installation.database.reading() as connection:
        item = queue.item_of(access, connection, item_id, visit.now)
        clerks = notes.clerks(access, connection) if access.may(notes.READ) else {}
        problems = run_problems.problems_of_run(access, connection, int(item.object)) \
            if item.kind == "clearing_run" else None
    return office_page(visit, "office/work.html", status, section=_HOME, item=item, later=later, given=given,
                       clerks=[(str(user_id), name) for user_id, name in clerks.items()], work_kinds=WORK_KINDS,
                       today=today_of(visit), href=href_of(item.object), problems=problems,
                       decided_elsewhere=item.kind in queue.DECIDED_ELSEWHERE)


def next_form(visit: Visit) -> Response:
    """Take the next free thing to do."""
    view = View(visit.form.get("view", "")) if visit.form.get("view", "") in set(View) else View.TEAM

    def take(connection: Connection, access: Access) -> str:
        item = queue.take_next(access, connection, visit.now, today_of(visit), view)
        if item is None:
            told(visit, connection, gettext(visit, marked("Nothing is free here at the moment.")), tone="info")
            return _HOME if view is View.TEAM else f"{_HOME}?show={view.value}"
        return href_of(item.object) if item.kind == "submission" else f"{_HOME}/{item.id}"

    return acted(visit, take, _HOME)


def take_form(visit: Visit) -> Response:
    """Hold this one."""
    return _act(visit, lambda access, connection, item_id: queue.take(access, connection, item_id, visit.now),
                marked("You have this open for the next 15 minutes."), stay=True)


def release_form(visit: Visit) -> Response:
    """Let others have it."""
    return _act(visit, lambda access, connection, item_id: queue.release(access, connection, item_id, visit.now),
                marked("Others can take this now."))


def done_form(visit: Visit) -> Response:
    """Mark it as done."""
    return _act(visit, lambda access, connection, item_id: queue.finish(access, connection, item_id, visit.now),
                marked("Done."), undo="reopen")


def reopen_form(visit: Visit) -> Response:
    """Undo that it was done."""
    return _act(visit, lambda access, connection, item_id: queue.reopen(access, connection, item_id, visit.now),
                marked("This is open again."), stay=True)


def wake_form(visit: Visit) -> Response:
    """Show again what was put off."""
    return _act(visit, lambda access, connection, item_id: queue.snooze(access, connection, item_id, 0, visit.now),
                marked("This is in the queue again."), stay=True)


def snooze_form(visit: Visit) -> Response:
    """Hide it until a day."""
    result = read(visit, PutOff)
    if not result.ok:
        return _item(visit, refused(visit, result), empty(visit, Given), 422)
    until = instant(datetime.combine(result.value.until, time(), settings_of(visit).programme.time_zone))
    if until <= visit.now:
        again = result.refused("until", marked_refusal(Refusal("past", "")))
        return _item(visit, refused(visit, again), empty(visit, Given), 422)
    return _act(visit, lambda access, connection, item_id: queue.snooze(access, connection, item_id, until, visit.now),
                marked("This is put off."), undo="wake")


def assign_form(visit: Visit) -> Response:
    """Give it to somebody."""
    result = _given(visit)
    if not result.ok:
        return _item(visit, empty(visit, PutOff), refused(visit, result), 422)
    to = int(result.value.assignee or 0)
    return _act(visit, lambda access, connection, item_id: queue.assign(access, connection, item_id, to, visit.now),
                marked("This is assigned."), stay=True)


def _given(visit: Visit) -> Result[Given]:
    with visit.shell.installation.database.reading() as connection:
        clerks = notes.clerks(visit.access, connection)
    return read(visit, Given, {"assignee": [str(user_id) for user_id in clerks]})


def _act(visit: Visit, act: Callable[[Access, Connection, int], WorkItem], words: str, *, undo: str = "",
         stay: bool = False) -> Response:
    item_id = number_in(visit, "item")
    here = f"{_HOME}/{item_id}"

    def work(connection: Connection, access: Access) -> str:
        act(access, connection, item_id)
        told(visit, connection, gettext(visit, words), undo_path=f"{here}/{undo}" if undo else "")
        return here if stay else _HOME

    return acted(visit, work, here)

