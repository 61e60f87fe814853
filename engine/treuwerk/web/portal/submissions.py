"""Reported purchases: the list, one of them with its timeline, and what a participant can still do about it."""

import re
from collections.abc import Callable, Mapping, Sequence

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.entries import Entered, read_entered
from treuwerk.domain.ids import TRANSACTION, public_id
from treuwerk.domain.rights import Access
from treuwerk.domain.submissions import SubmissionEvent, SubmissionState
from treuwerk.programme.settings import Settings
from treuwerk.services.submissions import own_pages, own_submissions, reporting_hints
from treuwerk.services.submissions.own_submissions import LONGEST_REMARK, Seen, appealed
from treuwerk.services.submissions.states import Happened, Submission, SubmissionChanged
from treuwerk.store import entries
from treuwerk.web.forms import Result, Shown, area
from treuwerk.web.forms.pages import empty, read, refused, told
from treuwerk.web.portal.acting import acted
from treuwerk.web.portal.reporting import HERE, limits
from treuwerk.web.portal.submission_words import EVENTS, FILTERS, INFECTED_WORDS, REASONS, STATES, refusal_words
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.page_files import number_in_path, original_file, page_picture
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.state import Visit

_NUMBER = re.compile(r"[0-9]{1,18}|[0-8][0-9]{18}", re.ASCII)
Writing = Callable[[Access, Connection, Settings, str, str, int], Submission]
_REPEATED = (SubmissionEvent.TAKEN.value, SubmissionEvent.PAGE_ADDED.value)


@attrs.frozen
class AnswerForm:
    """What somebody answers to a question."""

    text: str = area(marked("Your answer"), longest=LONGEST_REMARK)


@attrs.frozen
class AppealForm:
    """Why a decision should be looked at again."""

    text: str = area(marked("Why do you see it otherwise?"), longest=LONGEST_REMARK)


def submissions_page(visit: Visit) -> Response:
    """All reports of the company, newest first, narrowed by what became of them."""
    wanted = visit.request.query_params.get("state", "")
    if wanted and wanted not in FILTERS:
        raise HTTPException(404)
    states = FILTERS[wanted][1] if wanted else frozenset[SubmissionState]()
    with visit.shell.installation.database.reading() as connection:
        found, older = own_submissions.listed(visit.access, connection, states,
                                              before=_number(visit.request.query_params.get("before", "")))
        counts = own_submissions.counts(visit.access, connection)
        chip = own_chip(visit, connection)
    tabs = [(code, words, sum(counts.get(state, 0) for state in states))
            for code, (words, states) in FILTERS.items()]
    here = f"{HERE}?state={wanted}&before=" if wanted else f"{HERE}?before="
    return page(visit, "portal/submissions.html", section=HERE, found=found, states=STATES, tabs=tabs, wanted=wanted,
                total=sum(counts.values()), chip=chip, newest_url=_newest(visit, wanted),
                older_url=f"{here}{older}" if older else "")


def submission_page(visit: Visit) -> Response:
    """One report: where it stands, what happened, its pages, and what can be done."""
    return _shown(visit)


def withdraw_form(visit: Visit) -> Response:
    """Take back what nobody has read."""
    name = visit.request.path_params["id"]

    def act(connection: Connection) -> str:
        before = own_submissions.own(visit.access, connection, name)
        own_submissions.withdraw(visit.access, connection, name, visit.now)
        words = marked("The report is withdrawn. Its files can be reported again.")
        if before.state is SubmissionState.DRAFT:
            words = marked("The draft is discarded. Its files can be reported again.")
        told(visit, connection, gettext(visit, words))
        return HERE

    return _acted(visit, act)


def answer_form(visit: Visit) -> Response:
    """Answer what the service centre asked."""
    result = read(visit, AnswerForm)
    if not result.ok:
        return _shown(visit, answer=result, status=422)
    return _written(visit, own_submissions.answer, result.value.text, marked("Your answer is with the service centre."))


def appeal_form(visit: Visit) -> Response:
    """Ask to look again at what was declined."""
    result = read(visit, AppealForm)
    if not result.ok:
        return _shown(visit, appeal=result, status=422)
    return _written(visit, own_submissions.appeal, result.value.text, marked("Your appeal is with the service centre."))


def _written(visit: Visit, write: Writing, text: str, words: str) -> Response:
    """Leave what somebody wrote about a report with the service centre."""
    name, settings = visit.request.path_params["id"], visit.shell.installation.programme.settings

    def act(connection: Connection) -> str:
        write(visit.access, connection, settings, name, text, visit.now)
        told(visit, connection, gettext(visit, words))
        return f"{HERE}/{name}"

    return _acted(visit, act)


def picture_page(visit: Visit) -> Response:
    """The picture of one page."""
    with visit.shell.installation.database.reading() as connection:
        found = own_pages.page_of(visit.access, connection, visit.request.path_params["id"],
                                  number_in_path(visit, "page"))
    return page_picture(visit, found, number_in_path(visit, "picture"),
                        small="small" in visit.request.query_params)


def file_page(visit: Visit) -> Response:
    """A file as it came."""
    with visit.shell.installation.database.reading() as connection:
        submission = own_submissions.own(visit.access, connection, visit.request.path_params["id"])
        found = own_pages.page_of(visit.access, connection, submission.public_id,
                                  number_in_path(visit, "page"))
    return original_file(visit, found, f"{submission.public_id}-{found.number}")


def timeline(events: Sequence[Happened]) -> list[Happened]:
    """What participants are shown of what happened: no inner affairs, and nothing twice in a row."""
    found: list[Happened] = []
    for event in events:
        repeated = found and found[-1].kind == event.kind and event.kind in _REPEATED
        if event.kind in EVENTS and not repeated:
            found.append(event)
    return found


def question_of(seen: Seen) -> Happened | None:
    """The question that is open, None where there is none."""
    if seen.submission.state is not SubmissionState.QUESTION:
        return None
    kinds = (SubmissionEvent.ASKED, SubmissionEvent.INFECTED)
    return next((event for event in reversed(seen.events) if event.kind in kinds), None)


def bookings_of(connection: Connection, submission: Submission, account_id: int) -> Mapping[int, str]:
    """The bookings of a decided report that stand in an account: place of a line → public id."""
    if submission.run_id is None:
        return {}
    lines = entries.booked_lines(connection, submission.account_id, submission.run_id)
    return {at: public_id(TRANSACTION, *line) for at, line in lines.items() if line[0] == account_id}


def _shown(visit: Visit, *, answer: Result[AnswerForm] | None = None, appeal: Result[AppealForm] | None = None,
           status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        seen = own_submissions.seen(visit.access, connection, visit.request.path_params["id"])
        usual = reporting_hints.usual_time(connection, visit.now)
        bookings = bookings_of(connection, seen.submission, visit.access.account_id)
        chip = own_chip(visit, connection)
    if seen.submission.state is SubmissionState.DRAFT and visit.access.may(own_submissions.WRITE):
        return see_other(f"{HERE}/{seen.submission.public_id}/edit")
    entered: Entered = read_entered(seen.submission.entered)
    return page(visit, "portal/submission.html", status, section=HERE, seen=seen, usual=usual, bookings=bookings,
                chip=chip, states=STATES, events=timeline(seen.events), event_words=EVENTS, reasons=REASONS,
                infected_words=INFECTED_WORDS, question=question_of(seen), entered=entered, limits=limits(visit),
                form=_form(visit, AnswerForm, answer), appeal_form=_form(visit, AppealForm, appeal, "appeal"),
                may_appeal=seen.submission.state is SubmissionState.DECLINED and not appealed(seen.events),
                may_write=visit.access.may(own_submissions.WRITE),
                may_withdraw=seen.submission.state in own_submissions.WITHDRAWABLE)


def _form(visit: Visit, form: type, result: Result[AnswerForm] | Result[AppealForm] | None, name: str = "") -> Shown:
    return empty(visit, form, name=name) if result is None else refused(visit, result, name=name)


def _acted(visit: Visit, act: Callable[[Connection], str]) -> Response:
    name = visit.request.path_params["id"]
    try:
        return acted(visit, act, f"{HERE}/{name}", words=refusal_words)
    except SubmissionChanged:
        words = gettext(visit, marked("Somebody else changed this meanwhile. Look at it again."))
        visit.shell.installation.database.run(lambda connection: told(visit, connection, words, tone="warn"))
        return see_other(f"{HERE}/{name}")


def _newest(visit: Visit, wanted: str) -> str:
    if not visit.request.query_params.get("before"):
        return ""
    return f"{HERE}?state={wanted}" if wanted else HERE


def _number(text: str) -> int | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise HTTPException(400)
    return int(text)
