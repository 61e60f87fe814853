"""Complaining about what was ordered, or announcing that it comes back: a form with photos."""

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.complaints import ComplaintKind, pieces_for
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.orders import complaining
from treuwerk.services.orders.complaining import LONGEST_TEXT, MOST_PHOTOS, ComplaintDraft
from treuwerk.services.orders.own_orders import OwnLine, OwnOrder, own_order
from treuwerk.services.submissions.drawing_slots import DrawingBusy
from treuwerk.services.submissions.storing_files import StoredFile, store_file
from treuwerk.web.forms import Result, area, choice, whole
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.forms.showing import Shown
from treuwerk.web.portal.orders import HERE, caller
from treuwerk.web.portal.submission_words import refusal_words
from treuwerk.web.shell.complaint_words import COMPLAINTS
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.page_files import number_in_path, picture_of_file
from treuwerk.web.shell.pages import gettext, page
from treuwerk.web.shell.state import Visit

_REFUSALS = {
    "wrong_quantity": ("pieces", marked("There are %(there)s pieces that this can be about.")),
    "no_text": ("text", marked("Write what is wrong.")),
    "too_many_photos": ("", marked("Choose at most %(most)s photos.")),
    "too_many_today": ("", marked("You have written a lot in a short time. Wait for the answers, or call us.")),
    "no_photo": ("", marked("“%(file)s” cannot be taken at the moment. Choose a photo as JPEG, PNG or PDF, or try "
                            "again in some minutes.")),
    "file_gone": ("", marked("A photo could not be kept. Choose it again.")),
}


@attrs.frozen
class ComplaintForm:
    """What is wrong, with how many pieces, in words."""

    kind: str = choice(marked("What is it about?"), [one.value for one in ComplaintKind])
    pieces: int = whole(marked("Pieces"), at_least=1, at_most=10_000)
    text: str = area(marked("What happened?"), longest=LONGEST_TEXT)


def complaint_page(visit: Visit) -> Response:
    """The form about one line of an order."""
    order, line = _line(visit)
    if visit.request.method != "POST":
        return _shown(visit, order, line, empty(visit, ComplaintForm, {"pieces": 1}))
    result = read(visit, ComplaintForm)
    if not result.ok:
        return _shown(visit, order, line, refused(visit, result), 422)
    wanted = result.value
    draft = ComplaintDraft(line.number, ComplaintKind(wanted.kind), wanted.pieces, wanted.text)
    try:
        with visit.shell.installation.database.reading() as connection:
            complaining.may_complain(visit.access, connection, order.public_id, draft, visit.now)
        photos = _photos(visit)
        return done(visit, lambda connection: _sent(visit, connection, order, draft, photos))
    except Refusal as refusal:
        return _shown(visit, order, line, refused(visit, _blamed(visit, result, refusal)), 422)
    except DrawingBusy:
        words = marked("Many pictures are being drawn. Try again in some seconds.")
        return _shown(visit, order, line, refused(visit, result.refused("", words)), 422)


def photo_page(visit: Visit) -> Response:
    """One photo of an own complaint."""
    with visit.shell.installation.database.reading() as connection:
        found = complaining.photo(visit.access, connection, visit.request.path_params["complaint"],
                                  number_in_path(visit, "photo"))
    return picture_of_file(visit, found.sha256, found.pages, 1, small="small" in visit.request.query_params)


def _line(visit: Visit) -> tuple[OwnOrder, OwnLine]:
    number = number_in_path(visit, "line")
    with visit.shell.installation.database.reading() as connection:
        order = own_order(visit.access, connection, visit.request.path_params["id"])
    line = next((one for one in order.lines if one.number == number), None)
    if line is None:
        raise OutOfScope
    return order, line


def _photos(visit: Visit) -> list[StoredFile]:
    """The files of this request, taken in.

    Raises:
        Refusal: one cannot be, or there are too many.
    """
    if len(visit.files) > MOST_PHOTOS:
        raise Refusal("too_many_photos", f"found {len(visit.files)} photos", most=MOST_PHOTOS)
    return [store_file(visit.shell.installation, one.file, one.filename or "") for one in visit.files]


def _sent(visit: Visit, connection: Connection, order: OwnOrder, draft: ComplaintDraft,
          photos: list[StoredFile]) -> str:
    complaining.complain(visit.access, connection, visit.shell.installation, order.public_id, draft, photos, visit.now)
    words = marked("Your words are with the service centre. You see here how far it is.")
    told(visit, connection, gettext(visit, words))
    return f"{HERE}/{order.public_id}"


def _blamed(visit: Visit, result: Result[ComplaintForm], refusal: Refusal) -> Result[ComplaintForm]:
    if refusal.code in _REFUSALS:
        field, words = _REFUSALS[refusal.code]
        return result.refused(field, words, **{name: value for name, value in refusal.facts.items()
                                               if name in ("there", "most", "file")})
    return result.refused("", refusal_words(visit, refusal).replace("%", "%%"))


def _shown(visit: Visit, order: OwnOrder, line: OwnLine, form: Shown, status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        chip = own_chip(visit, connection)
    kinds = [(kind.value, gettext(visit, words)) for kind, words in COMPLAINTS.items()
             if pieces_for(kind, line.progress) > 0]
    return page(visit, "portal/complaint.html", status, section=HERE, order=order, line=line, form=form, kinds=kinds,
                called=caller(visit), chip=chip, most=MOST_PHOTOS,
                megabytes=visit.shell.installation.programme.settings.uploads.file_megabytes)
