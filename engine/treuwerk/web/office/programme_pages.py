"""Changed programmes that somebody proposed: what they would have come to, and agreeing or not."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.services.auditing import note_act
from treuwerk.services.simulation import proposals
from treuwerk.services.simulation.proposals import APPROVE, State
from treuwerk.services.simulation.tables import CSV_COLUMNS, csv_rows, largest
from treuwerk.web.forms import Shown, text
from treuwerk.web.forms.pages import UNPROCESSABLE, done, empty, read, refused, told
from treuwerk.web.lists.csv_files import csv_answer
from treuwerk.web.office.frame import acted, office_page, programme_of, seen
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

HOME = "/office/programme"
STATES = {
    State.GIVEN: (marked("Was there first"), "good", "circle-check"),
    State.WAITING: (marked("Waits for a second person"), "warn", "hourglass"),
    State.APPROVED: (marked("Approved"), "good", "circle-check"),
    State.DECLINED: (marked("Declined"), "bad", "circle-x"), State.WITHDRAWN: (marked("Withdrawn"), "", "undo-2")}
"""Words, colour and icon of each state."""
LEFT_OUT = {"no_participant": marked("Their accounts have no participant by now, and rules ask who buys."),
            "unknown_article": marked("The article master has no such article by now.")}
"""Why events of the past could not be judged."""


@attrs.frozen
class Decision:
    """Why a proposal is declined."""

    reason: str = text(marked("Reason"), required=False, longest=400)


def proposals_page(visit: Visit) -> Response:
    """The latest proposals."""
    with visit.shell.installation.database.reading() as connection:
        found = proposals.latest(visit.access, connection)
    return office_page(visit, "office/programme.html", section=HOME, found=found, states=STATES, home=HOME)


def proposal_page(visit: Visit) -> Response:
    """One of them: what changes, what it would have come to, and what can be decided."""
    return _one(visit, empty(visit, Decision))


def approve_form(visit: Visit) -> Response:
    """Agree as the second person."""
    public_id = visit.request.path_params["id"]

    def act(connection: Connection, access: Access) -> str:
        proposals.approve(access, connection, public_id, programme_of(visit), visit.now)
        told(visit, connection, gettext(visit, marked("Approved. The changed programme may be put in force now.")))
        return f"{HOME}/{public_id}"

    return acted(visit, act, f"{HOME}/{public_id}")


def decline_form(visit: Visit) -> Response:
    """Decline it with a reason, or withdraw one's own."""
    public_id, result = visit.request.path_params["id"], read(visit, Decision)
    if not result.ok:
        return _one(visit, refused(visit, result), UNPROCESSABLE)

    def act(connection: Connection) -> str:
        proposals.decline(visit.access, connection, public_id, visit.now, result.value.reason)
        told(visit, connection, gettext(visit, marked("The programme stays as it is.")))
        return f"{HOME}/{public_id}"

    try:
        return done(visit, act)
    except Refusal as refusal:
        return _one(visit, refused(visit, result.refused("reason", marked_refusal(refusal))), UNPROCESSABLE)


def proposal_csv(visit: Visit) -> Response:
    """Participants and their differences; that the list was taken is noted."""
    public_id = visit.request.path_params["id"]
    with visit.shell.installation.database.reading() as connection:
        effect = proposals.shown(visit.access, connection, public_id).effect
    if not effect:
        raise HTTPException(404)
    visit.shell.installation.database.run(lambda connection: note_act(
        connection, visit.access, "programme.export", 0, public_id, now=visit.now))
    return csv_answer(visit, "effect.csv", _rows(effect))


def _rows(effect: Mapping[str, Any]) -> Iterator[list[int | str]]:
    yield list(CSV_COLUMNS)
    yield from csv_rows(effect)


def _one(visit: Visit, form: Shown, status: int = 200) -> Response:
    access, public_id = visit.access, visit.request.path_params["id"]
    with visit.shell.installation.database.reading() as connection:
        found = proposals.shown(access, connection, public_id)
        own = proposals.is_own(access, connection, found.proposal)
    seen(visit, "programme.read", 0, public_id)
    return office_page(
        visit, "office/programme_proposal.html", status, section=HOME, home=HOME, one=found.proposal, own=own,
        effect=found.effect, changes=found.changes, form=form, states=STATES, left_out=LEFT_OUT,
        path=f"{HOME}/{found.proposal.public_id}", extremes=_extremes(found.effect), may_decide=access.may(APPROVE))


def _extremes(effect: Mapping[str, Any]) -> list[tuple[str, list[Mapping[str, Any]], list[Mapping[str, Any]]]]:
    """Of each unit that changes, who loses most and who gains most."""
    return [(unit, largest(effect, unit, gain=False), largest(effect, unit, gain=True))
            for unit, both in effect.get("totals", {}).items()
            if any(one["points"].get(unit, {}).get("difference") for one in effect["participants"]) and both]
