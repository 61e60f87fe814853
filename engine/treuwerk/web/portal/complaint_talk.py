"""An own complaint with what the service centre answered, and a reply to it."""

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.orders.answering import reply
from treuwerk.services.orders.complaining import LONGEST_TEXT, Complaint, complaint
from treuwerk.services.orders.complaining import WRITE as REPLY
from treuwerk.services.orders.own_orders import OwnOrder, own_order
from treuwerk.web.forms import area
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.forms.showing import Shown
from treuwerk.web.portal.orders import HERE, caller
from treuwerk.web.portal.submission_words import refusal_words
from treuwerk.web.shell.complaint_words import COMPLAINTS, STATES
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.pages import gettext, page
from treuwerk.web.shell.state import Visit

_REFUSALS = {
    "no_text": marked("Write what you would like to say."),
    "too_many_today": marked("You have written a lot in a short time. Wait for the answers, or call us."),
}


@attrs.frozen
class ReplyForm:
    """What somebody says to an answer."""

    text: str = area(marked("Your reply"), longest=LONGEST_TEXT)


def talk_page(visit: Visit) -> Response:
    """What was said to a complaint, with a form to reply."""
    return _shown(visit, empty(visit, ReplyForm))


def reply_form(visit: Visit) -> Response:
    """Say something to it."""
    result, (order, one) = read(visit, ReplyForm), _own(visit)
    if result.ok:
        try:
            return done(visit, lambda connection: _replied(visit, connection, order, one, result.value.text))
        except Refusal as refusal:
            words = _REFUSALS.get(refusal.code) or refusal_words(visit, refusal).replace("%", "%%")
            result = result.refused("text", words)
    return _shown(visit, refused(visit, result), 422)


def _replied(visit: Visit, connection: Connection, order: OwnOrder, one: Complaint, text: str) -> str:
    reply(visit.access, connection, visit.shell.installation, one.public_id, text, visit.now)
    told(visit, connection, gettext(visit, marked("Your reply is with the service centre.")))
    return f"{HERE}/{order.public_id}/complaints/{one.public_id}"


def _own(visit: Visit) -> tuple[OwnOrder, Complaint]:
    with visit.shell.installation.database.reading() as connection:
        order = own_order(visit.access, connection, visit.request.path_params["id"])
        one = complaint(visit.access, connection, visit.request.path_params["complaint"])
    if (one.account_id, one.order_id) != (order.account_id, order.id):
        raise OutOfScope
    return order, one


def _shown(visit: Visit, form: Shown, status: int = 200) -> Response:
    order, one = _own(visit)
    line = next(line for line in order.lines if line.number == one.line)
    with visit.shell.installation.database.reading() as connection:
        chip = own_chip(visit, connection)
    return page(visit, "portal/complaint_talk.html", status, section=HERE, order=order, complaint=one, line=line,
                form=form, called=caller(visit), chip=chip, kinds=COMPLAINTS, states=STATES,
                may_reply=visit.access.may(REPLY))
