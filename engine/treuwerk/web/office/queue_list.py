"""The work queue as a list: views with counts, filters, downloads, acts on many rows, and what came in meanwhile."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from treuwerk.domain.ledger import moment
from treuwerk.domain.refusals import Refusal
from treuwerk.services.auditing import note_act
from treuwerk.services.office import queue_list
from treuwerk.services.office.queue_list import NOBODY, Narrowed
from treuwerk.services.participants import notes
from treuwerk.services.participants.saved_views import views_of
from treuwerk.services.submissions import entering, queue
from treuwerk.services.submissions.queue import Done, View, WorkItem
from treuwerk.web.lists import (
    COUNTED_AT_MOST,
    Act,
    Asked,
    Cell,
    Column,
    Filter,
    ListKind,
    RowReport,
    asked,
    bulk_form,
    csv_answer,
    list_page,
    list_view,
    views_form,
)
from treuwerk.web.office.entry_words import STATES
from treuwerk.web.office.frame import navigation, settings_of, today_of
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.words import STATED, VIEWS, WORK_KINDS, options, refusal_words
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

HOME = "/office/queue"
SHOW = "show"
_ROWS_AT_ONCE = 500
_DONE, _REOPEN, _GIVE, _GIVE_BACK = "done", "reopen", "give", "give-back"
_LARGEST_ID = 2**63 - 1


def _kinds(visit: Visit) -> list[tuple[str, str]]:
    return options(visit, WORK_KINDS)


def _assignees(visit: Visit) -> list[tuple[str, str]]:
    return [(str(NOBODY), gettext(visit, marked("Nobody"))), *_clerks(visit)]


def _clerks(visit: Visit) -> list[tuple[str, str]]:
    if not visit.access.may(notes.READ):
        return []
    with visit.shell.installation.database.reading() as connection:
        return [(str(user_id), name) for user_id, name in notes.clerks(visit.access, connection).items()]


def _view_words(visit: Visit, value: str) -> str:
    return gettext(visit, VIEWS[View(value)]) if value in set(View) else value


QUEUE = ListKind(
    "queue", HOME, marked("Work queue"),
    (Column("gist", marked("What"), always=True), Column("due", marked("Due"), "due"),
     Column("participant", marked("Participant")), Column("assignee", marked("Assignee")),
     Column("created", marked("In the queue since"), "created", shown=False)),
    (Filter("q", marked("What"), "words"), Filter("kind", marked("Kind"), options=_kinds),
     Filter("assignee", marked("Assignee"), options=_assignees),
     Filter(SHOW, marked("View"), "link", words=_view_words)),
    sort="due", rows=50, csv_path=f"{HOME}.csv", views_path=f"{HOME}/views", bulk_path=f"{HOME}/bulk")
_HEADS = (marked("What"), marked("Kind"), marked("Due"), marked("Participant"), marked("Assignee"),
          marked("In the queue since"))


def queue_page(visit: Visit) -> Response:
    """One page of the queue, with how much stands in each view."""
    state, access, today = asked(visit, QUEUE), visit.access, today_of(visit)
    narrowed = _narrowed(state)
    with visit.shell.installation.database.reading() as connection:
        found = queue_list.listed(
            access, connection, narrowed, visit.now, today, order=state.sort, after=state.after,
            before=state.before, limit=QUEUE.rows)
        counts = _counts(visit, connection, {"": narrowed} | {one.value: Narrowed(one) for one in View})
        view = list_view(visit, state, count=counts[""], following=found.next, preceding=found.previous,
                         views=views_of(connection, QUEUE.name, access.user_id), counts=_counter(visit, connection),
                         may_share=access.may(queue.WORK),
                         acts=[(act.code, gettext(visit, act.verb)) for act in _acts(visit) if act.undo])
        reports = [one.object for one in found.rows if one.kind == "submission"]
        states, unread = entering.states_of(connection, reports), entering.unread_of(connection, reports)
    tabs = [(state.url(changed={SHOW: "" if one is View.TEAM else one.value}), gettext(visit, VIEWS[one]),
             counts[one.value]) for one in View]
    return list_page(
        visit, "office/queue.html", view, rows=found.rows, section=HOME, navigation=navigation(visit),
        work_kinds=WORK_KINDS, reason_words=STATED, submission_path=_submission_path, submission_words=STATES,
        submission_states=states, unread=unread, today=today, tabs=tabs,
        tab=next(url for (url, _, _), one in zip(tabs, View, strict=True)
                                         if one is narrowed.view),
        showing=narrowed.view, news_url=state.url(f"{HOME}/news", {"since": str(visit.now)}))


def _submission_path(item: WorkItem) -> str:
    """Purchases, held files, withdrawals and orders are opened where they are decided; empty for other work."""
    return href_of(item.object) if item.kind in ("submission", "held_file", "withdrawal", "supplier", "payment") else ""


def _counts(visit: Visit, connection: Connection, wanted: Mapping[str, Narrowed]) -> Mapping[str, int]:
    """How much is left now of each of these, in one statement."""
    return queue_list.counted(visit.access, connection, wanted, visit.now, today_of(visit), COUNTED_AT_MOST + 1)


def _counter(visit: Visit, connection: Connection) -> Callable[[Sequence[Asked]], Sequence[int]]:
    """Counts views that somebody saved."""
    def count(states: Sequence[Asked]) -> Sequence[int]:
        found = _counts(visit, connection, {str(place): _narrowed(one) for place, one in enumerate(states)})
        return list(found.values())

    return count


def news_part(visit: Visit) -> Response:
    """How much came in since the list was shown: a part of its page, empty where nothing did."""
    typed = visit.request.query_params.get("since", "")
    if not _is_number(typed):
        raise HTTPException(400)
    query = "&".join(part for part in visit.request.url.query.split("&") if not part.startswith("since="))
    state = asked(visit, QUEUE, query)
    with visit.shell.installation.database.reading() as connection:
        count = queue_list.arrived(visit.access, connection, _narrowed(state), visit.now, today_of(visit), int(typed))
    part = visit.shell.renderer.fragment(visit.locale, "office/queue_news.html", "news", {
        "count": count, "url": state.url(), "region": QUEUE.region})
    return HTMLResponse(part, headers={"x-fragment": "queue-news"})


def queue_csv(visit: Visit) -> Response:
    """Exactly what is filtered, as a file; that it was taken is noted."""
    state = asked(visit, QUEUE)
    narrowed = _narrowed(state)
    visit.access.require(queue.READ)
    visit.shell.installation.database.run(lambda connection: note_act(
        connection, visit.access, "work.export", 0, "", now=visit.now, after={"filters": state.query}))
    return csv_answer(visit, "queue.csv", _lines(visit, state, narrowed))


def _lines(visit: Visit, state: Asked, narrowed: Narrowed) -> Iterator[list[Cell]]:
    zone, kinds = settings_of(visit).programme.time_zone, dict(_kinds(visit))
    yield [gettext(visit, head) for head in _HEADS]
    after = None
    while True:
        with visit.shell.installation.database.reading() as connection:  # short looks: who downloads keeps nobody
            page = queue_list.listed(
                visit.access, connection, narrowed, visit.now, today_of(visit), order=state.sort, after=after,
                limit=_ROWS_AT_ONCE)
        for one in page.rows:
            yield [one.gist or one.object, kinds.get(one.kind, one.kind),
                   date.fromisoformat(one.due_on) if one.due_on else "", one.participant, one.assignee,
                   moment(one.created_at).astimezone(zone).date()]
        if (after := page.next) is None:
            return


def queue_views_form(visit: Visit) -> Response:
    """Keep a view of the queue, or take one away."""
    return views_form(visit, QUEUE, visit.access.user_id, may_share=visit.access.may(queue.WORK))


def queue_bulk_form(visit: Visit) -> Response:
    """Do something to many: first a preview, then a report of each row with its undo."""
    visit.access.require(queue.WORK)

    def keys(connection: Connection, state: Asked, limit: int) -> list[str]:
        return [str(one) for one in queue_list.keys_of(visit.access, connection, _narrowed(state), visit.now,
                                                       today_of(visit), limit)]

    return bulk_form(visit, QUEUE, _acts(visit), keys, "office/queue_many.html", section=HOME,
                     navigation=navigation(visit))


def _acts(visit: Visit) -> list[Act]:
    """What this visitor may do to many; the last ones only undo others, and are offered by their reports."""
    if not visit.access.may(queue.WORK):
        return []
    done = Act(_DONE, marked("Mark as done"), marked("Mark as done"), _looker(_DONE), _finish, _REOPEN)
    undone = [Act(_REOPEN, marked("Open again"), marked("Open again"), _looker(_REOPEN), _reopen),
              Act(_GIVE_BACK, marked("Give back"), marked("Give back"), _looker(_REOPEN), _give_back)]
    nobody = Act(f"{_GIVE}:{NOBODY}", marked("Give to nobody"), marked("Give to nobody"), _looker(_GIVE),
                 _giver(NOBODY), _GIVE_BACK)
    clerks = _clerks(visit)
    given = [_give(visit, int(user_id), name) for user_id, name in clerks]
    return [done, *given, *([nobody] if clerks else []), *undone]


def _give(visit: Visit, user_id: int, name: str) -> Act:
    words = gettext(visit, marked("Give to %(name)s")) % {"name": name}
    return Act(f"{_GIVE}:{user_id}", words, words, _looker(_GIVE, user_id), _giver(user_id), _GIVE_BACK)


def _looker(act: str, assignee_id: int = NOBODY) -> Any:
    """What would happen to each row."""
    wanted = {_GIVE: "assign", _DONE: "done"}.get(act, "reopen")

    def look(visit: Visit, connection: Connection, keys: Sequence[str]) -> list[RowReport]:
        found = queue_list.some(visit.access, connection, [number for key in keys if (number := _number(key))],
                                visit.now)
        return [_planned(visit, item, queue_list.hindrance(visit.access, item, wanted, assignee_id), act)
                for item in found]

    return look


def _planned(visit: Visit, item: WorkItem, refused: str, act: str) -> RowReport:
    words = {_DONE: marked("becomes done"), _GIVE: marked("is given")}.get(act, marked("is as before"))
    outcome = refusal_words(visit, Refusal(refused, refused)) if refused else gettext(visit, words)
    return RowReport(str(item.id), item.gist or item.object, outcome, willing=not refused)


def _finish(visit: Visit, connection: Connection, keys: Sequence[str]) -> list[RowReport]:
    done = queue_list.finish_many(visit.access, connection, _numbers(keys), visit.now)
    return [_became(visit, one, marked("Done")) for one in done]


def _reopen(visit: Visit, connection: Connection, keys: Sequence[str]) -> list[RowReport]:
    done = queue_list.reopen_many(visit.access, connection, _numbers(keys), visit.now)
    return [_became(visit, one, marked("is open again")) for one in done]


def _giver(assignee_id: int) -> Any:
    def give(visit: Visit, connection: Connection, keys: Sequence[str]) -> list[RowReport]:
        done = queue.assign_many(visit.access, connection, _numbers(keys), assignee_id, visit.now)
        return [_became(visit, one, marked("Assigned"), f"{one.item_id}-{one.assignee_id}") for one in done]

    return give


def _give_back(visit: Visit, connection: Connection, keys: Sequence[str]) -> list[RowReport]:
    pairs = [(_number(item), _number(user)) for key in keys for item, _, user in [key.partition("-")]]
    done = queue_list.give_back(visit.access, connection, pairs, visit.now)
    return [_became(visit, one, marked("is as before")) for one in done]


def _became(visit: Visit, one: Done, words: str, undo: str = "") -> RowReport:
    outcome = refusal_words(visit, Refusal(one.refused, one.refused)) if one.refused else gettext(visit, words)
    return RowReport(str(one.item_id), one.gist or gettext(visit, marked("no longer there")), outcome,
                     willing=not one.refused, undo=undo)


def _numbers(keys: Sequence[str]) -> list[int]:
    return [_number(key) for key in keys]


def _number(typed: str) -> int:
    """An id in a form; 0, which nothing has, for what is none."""
    return int(typed) if _is_number(typed) else 0


def _is_number(typed: str) -> bool:
    """Whether it is one that a row can have."""
    return typed.isascii() and typed.isdigit() and len(typed) < 20 and int(typed) <= _LARGEST_ID


def _narrowed(state: Asked) -> Narrowed:
    """What the address narrows the queue to.

    Raises:
        HTTPException: 400, there is no such view.
    """
    shown = state.filters.get(SHOW, View.TEAM.value)
    if shown not in set(View):
        raise HTTPException(400)
    assignee = state.filters.get("assignee")
    return Narrowed(View(shown), state.filters.get("kind", ""), None if assignee is None else int(assignee),
                    state.filters.get("q", ""))
