"""Files that are held as a whole: which they are, what is wrong with them, and what somebody decides."""

from collections.abc import Callable, Iterator

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.auditing import note_act
from treuwerk.services.clearing import held_files
from treuwerk.services.clearing.held_faults import FaultRow, all_faults
from treuwerk.services.clearing.held_files import LONGEST_REASON, READ, HeldFile
from treuwerk.store.held import CLEARED, HELD, REJECTED, RELEASED, SUPERSEDED
from treuwerk.web.forms import Shown, text
from treuwerk.web.forms.pages import done, empty, read, refused, told, version_of
from treuwerk.web.lists import Cell, csv_answer
from treuwerk.web.office.frame import office_page, sent_back
from treuwerk.web.office.words import HELD_REASONS, HELD_STATES, marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

HOME = "/office/deliveries"
_TABS = {"": (HELD,), "decided": (RELEASED, REJECTED, CLEARED, SUPERSEDED)}
_HEADS = (marked("Line of the file"), marked("Document"), marked("Kind"), marked("Code"), marked("Reason"),
          marked("As it came"))
_SEVERITIES = {"error": marked("Not readable"), "warning": marked("Hint")}


@attrs.frozen
class Decision:
    """Why a file is cleared in spite of its faults, or goes back."""

    reason: str = text(marked("Reason"), longest=LONGEST_REASON)


def held_page(visit: Visit) -> Response:
    """The files that wait for a decision, or those on which somebody decided."""
    chosen = visit.request.query_params.get("show", "")
    states = _TABS.get(chosen, _TABS[""])
    with visit.shell.installation.database.reading() as connection:
        found = held_files.listed(visit.access, connection, states)
    tabs = [(HOME, gettext(visit, marked("Held")), None),
            (f"{HOME}?show=decided", gettext(visit, marked("Decided")), None)]
    return office_page(visit, "office/deliveries.html", section=HOME, files=found, states=HELD_STATES,
                       reason_kinds=HELD_REASONS, tabs=tabs, tab=tabs[states == _TABS["decided"]][0],
                       decided=states == _TABS["decided"])


def held_file_page(visit: Visit) -> Response:
    """One file: why it is held, its first bad lines, and what can be decided."""
    one = _one(visit)
    return _shown(visit, one, empty(visit, Decision, version=one.version))


def release_form(visit: Visit) -> Response:
    """Clear it in spite of what is wrong."""
    return _decide(visit, held_files.release, marked("The file is cleared. Its bad lines are set aside."))


def reject_form(visit: Visit) -> Response:
    """Never book it; the sender reads why."""
    return _decide(visit, held_files.reject, marked("The file is rejected. The receipt tells its sender why."))


def reopen_form(visit: Visit) -> Response:
    """Take the decision back."""
    here = f"{HOME}/{visit.request.path_params['id']}"

    def act(connection: Connection) -> str:
        held_files.reopen(visit.access, connection, visit.request.path_params["id"], visit.now)
        told(visit, connection, gettext(visit, marked("The file is held again.")))
        return here

    try:
        return done(visit, act)
    except Refusal as refusal:
        return sent_back(visit, refusal, here)


def faults_csv(visit: Visit) -> Response:
    """Everything that is wrong with a file, for its sender; that it was taken is noted."""
    one = _one(visit)
    try:
        found = all_faults(visit.shell.installation, one)
    except Refusal as refusal:
        return sent_back(visit, refusal, f"{HOME}/{one.public_id}")
    visit.shell.installation.database.run(lambda connection: note_act(
        connection, visit.access, "file.export", 0, one.public_id, now=visit.now))
    return csv_answer(visit, f"{one.public_id}.csv", _lines(visit, found))


def _lines(visit: Visit, found: Iterator[FaultRow]) -> Iterator[list[Cell]]:
    yield [gettext(visit, head) for head in _HEADS]
    for at, document, severity, code, reason, raw in found:
        yield [at, document, gettext(visit, _SEVERITIES.get(severity, severity)), code, reason, raw]


def _one(visit: Visit) -> HeldFile:
    visit.access.require(READ)
    with visit.shell.installation.database.reading() as connection:
        return held_files.held_file(visit.access, connection, visit.request.path_params["id"])


def _decide(visit: Visit, decide: Callable[..., HeldFile], words: str) -> Response:
    result, here = read(visit, Decision), f"{HOME}/{visit.request.path_params['id']}"
    if not result.ok:
        return _shown(visit, _one(visit), refused(visit, result), 422)
    reason = result.value.reason

    def act(connection: Connection) -> str:
        decide(visit.access, connection, visit.request.path_params["id"], reason, visit.now, version=version_of(visit))
        told(visit, connection, gettext(visit, words), undo_path=f"{here}/reopen")
        return HOME

    try:
        return done(visit, act)
    except Refusal as refusal:
        if refusal.code == "no_reason":
            return _shown(visit, _one(visit), refused(visit, result.refused("reason", marked_refusal(refusal))), 422)
        return sent_back(visit, refusal, here)


def _shown(visit: Visit, one: HeldFile, form: Shown, status: int = 200) -> Response:
    return office_page(visit, "office/delivery.html", status, section=HOME, one=one, form=form, states=HELD_STATES,
                       reason_kinds=HELD_REASONS, may_decide=visit.access.may(held_files.DECIDE))
