"""A complaint about an order as the service centre looks at it: photos, what was said, and the answer."""

from collections.abc import Mapping

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.complaints import ComplaintState
from treuwerk.domain.refusals import Refusal
from treuwerk.services.office import participant_profile
from treuwerk.services.orders import answering, complaining
from treuwerk.services.orders.answering import Answer, settlements
from treuwerk.services.orders.complaining import LONGEST_TEXT, Complaint
from treuwerk.services.orders.own_orders import lines_of
from treuwerk.services.orders.scope import WRITE
from treuwerk.web.forms import Result, area, choice, text, whole
from treuwerk.web.forms.pages import done, empty, read, refused, told, version_of
from treuwerk.web.forms.showing import Shown
from treuwerk.web.office.frame import number_in, office_page, seen, settings_of
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.replacing_words import blamed
from treuwerk.web.office.words import NOTE_STATUSES, options
from treuwerk.web.shell.complaint_words import COMPLAINTS, STATES
from treuwerk.web.shell.content import localised
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.page_files import picture_of_file
from treuwerk.web.shell.pages import gettext
from treuwerk.web.shell.state import Visit

_S = ComplaintState
_OUTCOMES: Mapping[ComplaintState, str] = {
    _S.ANSWERED: marked("Only answer"), _S.REPLACED: marked("Send it once more, without points"),
    _S.POINTS_BACK: marked("Give the points back"), _S.REFUSED: marked("Decline, for the reason in the answer")}


@attrs.frozen
class AnswerForm:
    """What the participant reads, and what becomes of it."""

    outcome: str = choice(marked("What becomes of it?"), [one.value for one in _OUTCOMES])
    pieces: int | None = whole(marked("Pieces"), required=False, at_least=1, at_most=10_000)
    variant: str = text(marked("Another variant instead"), required=False, longest=60)
    text: str = area(marked("Answer"), longest=LONGEST_TEXT)


def complaint_page(visit: Visit) -> Response:
    """What was complained of, by whom, what was said, and how far it is."""
    found = _found(visit)
    initial = {"outcome": _S.ANSWERED.value, "pieces": found.pieces}
    return _shown(visit, found, empty(visit, AnswerForm, initial, version=len(found.words)))


def answer_form(visit: Visit) -> Response:
    """Answer it, and settle it where that is what becomes of it."""
    found, result = _found(visit), read(visit, AnswerForm)
    if result.ok:
        wanted = result.value
        said = Answer(wanted.text, _S(wanted.outcome), version_of(visit), wanted.pieces or 0, wanted.variant.strip())
        try:
            return done(visit, lambda connection: _answered(visit, connection, found, said))
        except Refusal as refusal:
            result = _blamed(visit, result, refusal)
    return _shown(visit, found, refused(visit, result), 422)


def photo_file(visit: Visit) -> Response:
    """One of its photos."""
    with visit.shell.installation.database.reading() as connection:
        complaint = complaining.complaint(visit.access, connection, visit.request.path_params["id"])
        found = complaining.photo(visit.access, connection, complaint.public_id, number_in(visit, "photo"))
    seen(visit, "order.read", complaint.account_id, complaint.public_id)
    return picture_of_file(visit, found.sha256, found.pages, 1)


def _found(visit: Visit) -> Complaint:
    with visit.shell.installation.database.reading() as connection:
        return complaining.complaint(visit.access, connection, visit.request.path_params["id"])


def _answered(visit: Visit, connection: Connection, found: Complaint, said: Answer) -> str:
    answering.answer(visit.access, connection, visit.shell.installation, found.public_id, said, visit.now)
    told(visit, connection, gettext(visit, marked("The answer stands on the page of the order in the portal.")))
    return f"/office/complaints/{found.public_id}"


def _blamed(visit: Visit, result: Result[AnswerForm], refusal: Refusal) -> Result[AnswerForm]:
    if refusal.code == "changed_meanwhile":
        return result.refused("", marked("Something was said meanwhile. Read it above, then send your answer again."))
    if refusal.code == "no_text":
        return result.refused("text", marked("Write an answer."))
    return blamed(visit, result, refusal)


def _shown(visit: Visit, found: Complaint, form: Shown, status: int = 200) -> Response:
    settings = settings_of(visit)
    with visit.shell.installation.database.reading() as connection:
        profile = participant_profile.profile(visit.access, connection, settings, found.account_id, visit.now)
        line = next(one for one in lines_of(connection, found.account_id, found.order_id) if one.number == found.line)
        there = settlements(connection, settings, found)
    seen(visit, "order.read", found.account_id, found.public_id)
    default = settings.programme.locales[0]
    possible = {code.value: words for code, words in _OUTCOMES.items()
                if code in there or code in (_S.ANSWERED, _S.REFUSED)}
    return office_page(visit, "office/complaint.html", status, section="/office/participants", complaint=found,
                       profile=profile, line=line, name=localised(line.name, visit.locale, default), kinds=COMPLAINTS,
                       variant=localised(line.variant_name, visit.locale, default), note_statuses=NOTE_STATUSES,
                       states=STATES, form=form, outcomes=options(visit, possible), there=there,
                       may_answer=visit.access.may(WRITE), order_href=href_of(found.order))
