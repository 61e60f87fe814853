"""Two reports of the same goods side by side, and what somebody decides between them."""

from collections.abc import Callable

import attrs
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.changes import conflict_deciding as deciding
from treuwerk.services.changes import conflicts
from treuwerk.services.changes.conflicts import Conflict
from treuwerk.web.forms import Result, Shown, choice, text
from treuwerk.web.forms.pages import CONFLICT, UNPROCESSABLE, empty, read, refused, told, version_of
from treuwerk.web.office.conflict_words import ACTS, CODES, HINTS, STATES
from treuwerk.web.office.frame import office_page, seen, sent_back
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_HOME = "/office/conflicts"
_STALE = ("conflict_changed", "waits_already")


@attrs.frozen
class Choice:
    """What somebody decides, and why."""

    act: str = choice(marked("Decision"), list(conflicts.ACTS))
    reason: str = text(marked("Why"), longest=400)


@attrs.frozen
class Undoing:
    """Why a decision is undone."""

    reason: str = text(marked("Why"), longest=400)


def conflict_page(visit: Visit) -> Response:
    """Both sides of one conflict, with what can be decided."""
    one = _conflict(visit)
    return _page(visit, one, empty(visit, Undoing if one.settled else Choice, version=one.version))


def decide_form(visit: Visit) -> Response:
    """Decide, or hand the decision to a second person."""
    result = read(visit, Choice)

    def act() -> str:
        done = deciding.decide(visit.access, visit.shell.installation, _id(visit), result.value.act, version_of(visit),
                               visit.now, reason=result.value.reason)
        return marked("The decision waits for a second person.") if done.waits else marked("The conflict is decided.")

    return _acted(visit, result, act)


def undo_form(visit: Visit) -> Response:
    """Open a decided conflict again."""
    result = read(visit, Undoing)

    def act() -> str:
        deciding.undo(visit.access, visit.shell.installation, _id(visit), version_of(visit), visit.now,
                      reason=result.value.reason)
        return marked("The decision is undone. The conflict is open again.")

    return _acted(visit, result, act)


def agree_form(visit: Visit) -> Response:
    """Agree as the second person: the decision is carried out."""
    def act() -> str:
        deciding.agree(visit.access, visit.shell.installation, _id(visit), version_of(visit), visit.now)
        return marked("The conflict is decided.")

    return _acted(visit, None, act)


def refuse_form(visit: Visit) -> Response:
    """Do not agree, or withdraw one's own decision: the conflict is open again."""
    def act() -> str:
        deciding.refuse(visit.access, visit.shell.installation, _id(visit), version_of(visit), visit.now)
        return marked("The decision is refused. The conflict is open again.")

    return _acted(visit, None, act)


def _acted(visit: Visit, result: Result[Choice] | Result[Undoing] | None, act: Callable[[], str]) -> Response:
    if result is not None and not result.ok:
        return _page(visit, _conflict(visit), refused(visit, result), UNPROCESSABLE)
    try:
        words = act()
    except Refusal as refusal:
        return _told_why(visit, result, refusal)
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, gettext(visit, words))
    return see_other(f"{_HOME}/{_id(visit)}")


def _told_why(visit: Visit, result: Result[Choice] | Result[Undoing] | None, refusal: Refusal) -> Response:
    one = _conflict(visit)
    if result is None or (refusal.code in _STALE and (one.waiting or one.settled)):
        return sent_back(visit, refusal, f"{_HOME}/{one.id}")
    field = "reason" if refusal.code == "no_reason" else ""
    form = refused(visit, result.refused(field, marked_refusal(refusal)))
    if refusal.code in _STALE:
        return _page(visit, one, attrs.evolve(form, version=one.version), CONFLICT)
    return _page(visit, one, form, UNPROCESSABLE)


def _page(visit: Visit, one: Conflict, form: Shown, status: int = 200) -> Response:
    for account_id in sorted(one.accounts):
        seen(visit, "conflict.read", account_id, one.id)
    access = visit.access
    return office_page(
        visit, "office/conflict.html", status, section=_HOME, one=one, form=form, codes=CODES, acts=ACTS, states=STATES,
        path=f"{_HOME}/{one.id}",
        choices=[(act, f"{gettext(visit, ACTS[act])}. {gettext(visit, HINTS[act])}") for act in conflicts.ACTS],
        may_decide=access.may(conflicts.DECIDE), may_agree=access.may(conflicts.APPROVE),
        own=one.waiting is not None and one.waiting.user_id == access.user_id,
        decided_self=one.last is not None and one.last.user_id == access.user_id)


def _conflict(visit: Visit) -> Conflict:
    with visit.shell.installation.database.reading() as connection:
        return conflicts.conflict_of(visit.access, connection, _id(visit))


def _id(visit: Visit) -> str:
    found: str = visit.request.path_params["id"]
    return found
