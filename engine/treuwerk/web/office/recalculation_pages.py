"""Recalculations: what past purchases of a corrected article are worth by now, counted first, agreed, then booked."""

from datetime import date

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Access
from treuwerk.services import ordering
from treuwerk.services.changes import recalculation_orders
from treuwerk.services.changes.manual_points import ASK, DECIDE
from treuwerk.services.changes.recalculation_orders import BOOK, COUNT, Recalculation, State, Wanted
from treuwerk.web.forms import Shown, day, text
from treuwerk.web.forms.pages import UNPROCESSABLE, done, empty, read, refused, told, version_of
from treuwerk.web.office.frame import acted, office_page, settings_of
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

HOME = "/office/recalculations"
_SECTION = "/office/adjustments"
STATES = {
    State.COUNTING: (marked("Is being counted"), "", "hourglass"),
    State.READY: (marked("Waits for a decision"), "warn", "clock"),
    State.BOOKING: (marked("Is being booked"), "", "hourglass"),
    State.DONE: (marked("Done"), "good", "circle-check"), State.REFUSED: (marked("Refused"), "bad", "circle-x"),
    State.WITHDRAWN: (marked("Withdrawn"), "", "undo-2"), State.FAILED: (marked("Failed"), "bad", "triangle-alert")}
"""Words, colour and icon of each state."""
LEFT_OUT = {
    "part_of_an_order": marked("The parts of their orders decide what they are worth."),
    "in_doubt": marked("A rule cannot decide on them. Mend the rule, then recalculate again."),
    "rule_revised": marked("Their rule was revised for their day, so more than the article differs."),
    "no_participant": marked("Their accounts have no participant by now, and rules ask who buys."),
    "unusual_key": marked("They earned nothing first, and their document was said again.")}
"""Why lines are left out."""
_NO_ARTICLE = marked("The article master has no such article. Look at its number.")
_FIELDS = {"unknown_article": "article", "recalculated_already": "article", "wrong_days": "until"}


@attrs.frozen
class Order:
    """What is to be recalculated; no day stands for no bound."""

    article: str = text(marked("Article"), longest=100)
    first: date | None = day(marked("Purchases from"), required=False)
    until: date | None = day(marked("Purchases until"), required=False)
    reason: str = text(marked("Reason"), longest=400)


@attrs.frozen
class Decision:
    """Why a recalculation is refused."""

    reason: str = text(marked("Reason"), required=False, longest=400)


def recalculations_page(visit: Visit) -> Response:
    """The latest ones, and the form for one more."""
    return _list(visit, empty(visit, Order))


def ask_form(visit: Visit) -> Response:
    """Have it counted what a recalculation comes to."""
    result = read(visit, Order)
    if not result.ok:
        return _list(visit, refused(visit, result), UNPROCESSABLE)
    asked = result.value
    wanted = Wanted(asked.article, asked.reason, asked.first, asked.until)
    try:
        return done(visit, lambda connection: f"{HOME}/" + recalculation_orders.ask(
            visit.access, connection, wanted, visit.now))
    except Refusal as refusal:
        words = _NO_ARTICLE if refusal.code == "unknown_article" else marked_refusal(refusal)
        again = result.refused(_FIELDS.get(refusal.code, "reason"), words)
        return _list(visit, refused(visit, again), UNPROCESSABLE)


def recalculation_page(visit: Visit) -> Response:
    """One of them: what it would come to or came to, and what can be decided."""
    return _one(visit, empty(visit, Decision))


def book_form(visit: Visit) -> Response:
    """Let it be booked, within the limit or as the second person."""
    public_id = visit.request.path_params["id"]
    version = version_of(visit)

    def act(connection: Connection, access: Access) -> str:
        recalculation_orders.book(access, visit.shell.installation, connection, public_id, version, visit.now)
        return f"{HOME}/{public_id}"

    return acted(visit, act, f"{HOME}/{public_id}")


def refuse_form(visit: Visit) -> Response:
    """Refuse it, or withdraw one's own; past bookings stay as they are."""
    public_id = visit.request.path_params["id"]
    result = read(visit, Decision)
    if not result.ok:
        return _one(visit, refused(visit, result), UNPROCESSABLE)

    def act(connection: Connection) -> str:
        recalculation_orders.refuse(visit.access, connection, public_id, visit.now, result.value.reason)
        told(visit, connection, gettext(visit, marked("Nothing is recalculated. Past bookings stay as they are.")))
        return f"{HOME}/{public_id}"

    try:
        return done(visit, act)
    except Refusal as refusal:
        return _one(visit, refused(visit, result.refused("reason", marked_refusal(refusal))), UNPROCESSABLE)


def _list(visit: Visit, form: Shown, status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        found = recalculation_orders.latest(visit.access, connection)
    return office_page(visit, "office/recalculations.html", status, section=_SECTION, found=found, form=form,
                       states=STATES, home=HOME, may_ask=visit.access.may(ASK))


def _one(visit: Visit, form: Shown, status: int = 200) -> Response:
    installation = visit.shell.installation
    with installation.database.reading() as connection:
        one = recalculation_orders.recalculation_of(visit.access, connection, visit.request.path_params["id"])
        order = ordering.order_of(connection, _work_of(one)) if one.is_working else None
        alone = recalculation_orders.within_limit(connection, settings_of(visit), one, visit.now)
    own = recalculation_orders.is_own(visit.access, one)
    return office_page(
        visit, "office/recalculation.html", status, section=_SECTION, one=one, order=order, form=form, states=STATES,
        left_out=LEFT_OUT, home=HOME, path=f"{HOME}/{one.public_id}", own=own, alone=alone,
        may_book=visit.access.may(ASK) and alone if own else visit.access.may(DECIDE), may_ask=visit.access.may(ASK))


def _work_of(one: Recalculation) -> str:
    return f"{COUNT}:{one.id}" if one.state is State.COUNTING else f"{BOOK}:{one.id}:{one.version}"
