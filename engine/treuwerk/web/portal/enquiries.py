"""Something wrong? Asking about a booking, and what became of it."""

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.services.account import enquiring, own_account
from treuwerk.services.account.enquiring import LONGEST_ENQUIRY
from treuwerk.services.account.explaining import Explanation, NotFound
from treuwerk.web.forms import area
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.forms.showing import Shown
from treuwerk.web.portal.account_filters import HERE as ACCOUNT
from treuwerk.web.portal.enquiry_words import ENQUIRY_STATES
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.pages import gettext, page
from treuwerk.web.shell.state import Visit

HERE = "/enquiries"
_REFUSALS = {
    "no_text": marked("Write what seems to be wrong."),
    "too_long": marked("This text is too long. Shorten it."),
    "asked_already": marked("You have asked about this booking already. The answer is on its way."),
    "too_many_enquiries": marked("You have asked a lot in a short time. Wait for the answers, or call us."),
}


@attrs.frozen
class EnquiryForm:
    """What seems to be wrong with a booking."""

    text: str = area(marked("What seems to be wrong?"), longest=LONGEST_ENQUIRY)


def enquiry_page(visit: Visit) -> Response:
    """The form, with the booking that it is about."""
    return _page(visit, empty(visit, EnquiryForm))


def enquiry_form(visit: Visit) -> Response:
    """Send the enquiry to the service centre."""
    result = read(visit, EnquiryForm)
    if not result.ok:
        return _page(visit, refused(visit, result), 422)
    try:
        return done(visit, lambda connection: _asked(visit, connection, result.value.text))
    except NotFound:
        raise HTTPException(404) from None
    except Refusal as refusal:
        words = _REFUSALS.get(refusal.code, refusal.reason)
        status = 429 if refusal.code == "too_many_enquiries" else 422
        return _page(visit, refused(visit, result.refused("text", words)), status)


def _asked(visit: Visit, connection: Connection, text: str) -> str:
    booking = visit.request.path_params["id"]
    enquiring.enquire(visit.access, connection, booking, text, visit.now)
    words = marked("Your enquiry is with the service centre. You see here how far it is.")
    told(visit, connection, gettext(visit, words))
    return f"/bookings/{booking}"


def _page(visit: Visit, form: Shown, status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        booking = _booking(visit, connection)
        chip = own_chip(visit, connection)
    return page(visit, "portal/enquiry.html", status, section=ACCOUNT, form=form, booking=booking, chip=chip)


def _booking(visit: Visit, connection: Connection) -> Explanation:
    try:
        return own_account.booking(visit.access, connection, visit.request.path_params["id"])
    except NotFound:
        raise HTTPException(404) from None


def enquiries_page(visit: Visit) -> Response:
    """Everything that the company asked, and how far it is."""
    before = _number(visit.request.query_params.get("before", ""))
    with visit.shell.installation.database.reading() as connection:
        found, older = enquiring.enquiries(visit.access, connection, before=before)
        chip = own_chip(visit, connection)
    return page(visit, "portal/enquiries.html", section=HERE, enquiries=found, enquiry_states=ENQUIRY_STATES, chip=chip,
                newest_url=HERE if before else "", older_url=f"{HERE}?before={older}" if older else "")


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63):
        raise HTTPException(400)
    return int(text)
