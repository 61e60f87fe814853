"""Reporting a purchase: pages are added, put in order and described, checked, and handed in. Drafts stay."""

from collections.abc import Callable, Sequence
from datetime import date

import attrs
from sqlalchemy import Connection
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.entries import read_entered
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.submissions import SubmissionState
from treuwerk.services.submissions import own_pages, own_submissions, reporting_hints
from treuwerk.services.submissions.drawing_slots import DrawingBusy
from treuwerk.services.submissions.own_submissions import LONGEST_NAME, LONGEST_NUMBER, LONGEST_REMARK, Described, Seen
from treuwerk.services.submissions.prefilling import offered_of
from treuwerk.services.submissions.states import Submission, SubmissionChanged
from treuwerk.services.submissions.storing_files import StoredFile, store_file
from treuwerk.web.forms import Result, Shown, area, day, text
from treuwerk.web.forms.pages import empty, read, refused, told, version_of
from treuwerk.web.portal.acting import acted
from treuwerk.web.portal.submission_words import refusal_words
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.own_balance import own_chip
from treuwerk.web.shell.page_files import number_in_path
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.state import Visit

HERE = "/submissions"
NOTHING_CHOSEN = marked("Choose at least one file first.")
TOLD_AT_MOST = 4
"""Messages about single files; the session keeps five, and one more tells of the rest."""


@attrs.frozen
class ReportForm:
    """What stands on a document, as far as somebody wants to type it."""

    seller_name: str = text(marked("Seller"), required=False, longest=LONGEST_NAME)
    number: str = text(marked("Number of the document"), required=False, longest=LONGEST_NUMBER)
    issued_on: date | None = day(marked("Date of the document"), required=False)
    remark: str = area(marked("Remark"), required=False, longest=LONGEST_REMARK)


def new_page(visit: Visit) -> Response:
    """Where the first pages of a report are chosen."""
    with visit.shell.installation.database.reading() as connection:
        usual = reporting_hints.usual_time(connection, visit.now)
        chip = own_chip(visit, connection)
    return page(visit, "portal/report_new.html", section=HERE, form=empty(visit, ReportForm), limits=limits(visit),
                usual=usual, chip=chip)


def new_form(visit: Visit) -> Response:
    """Begin a draft with what was chosen; nothing is begun where no file can be taken."""
    visit.access.require(own_submissions.WRITE)
    stored, complaints = _stored(visit)

    def act(connection: Connection) -> str:
        if not stored:
            if not visit.files:
                told(visit, connection, gettext(visit, NOTHING_CHOSEN), tone="warn")
            _complain(visit, connection, complaints)
            return f"{HERE}/new"
        begun = own_submissions.start(visit.access, connection, visit.now)
        return _added(visit, connection, begun.public_id, stored, complaints)

    return acted(visit, act, f"{HERE}/new", words=refusal_words)


def edit_page(visit: Visit) -> Response:
    """The pages of a draft and what is said of it."""
    public_id = visit.request.path_params["id"]
    with visit.shell.installation.database.reading() as connection:
        found = own_submissions.seen(visit.access, connection, public_id)
    if found.submission.state is not SubmissionState.DRAFT:
        return see_other(f"{HERE}/{public_id}")
    return _edit(visit, found, empty(visit, ReportForm, _initial(found), version=found.submission.version))


def edit_form(visit: Visit) -> Response:
    """Keep what was typed, and go on to the check, or stay."""
    public_id = visit.request.path_params["id"]
    result = read(visit, ReportForm)
    if not result.ok:
        return _refused(visit, public_id, result)
    leads = f"{HERE}/{public_id}" if visit.form.get("later") else f"{HERE}/{public_id}/check"

    def act(connection: Connection) -> str:
        own_submissions.describe(visit.access, connection, public_id, _described(result.value), version_of(visit),
                                 visit.now)
        if visit.form.get("later"):
            words = marked("The draft is kept. You find it among your reported purchases.")
            told(visit, connection, gettext(visit, words))
            return HERE
        return leads

    return _acted(visit, public_id, act)


def files_form(visit: Visit) -> Response:
    """Add files behind the pages of a draft, or of a submission that was asked about."""
    public_id = visit.request.path_params["id"]
    visit.access.require(own_submissions.WRITE)
    stored, complaints = _stored(visit, public_id)

    def act(connection: Connection) -> str:
        found = own_submissions.own(visit.access, connection, public_id)
        _keep_typed(visit, connection, found)
        _added(visit, connection, public_id, stored, complaints)
        return _page_of(found, "pages")

    return _acted(visit, public_id, act)


def page_form(visit: Visit) -> Response:
    """Turn, move or remove one file, or give it back; what was typed beside it is kept."""
    public_id, number = visit.request.path_params["id"], number_in_path(visit, "page")
    act_name = visit.request.path_params["act"]
    if act_name not in _PAGE_ACTS:
        raise HTTPException(404)

    def act(connection: Connection) -> str:
        found = own_submissions.own(visit.access, connection, public_id)
        _keep_typed(visit, connection, found)
        _PAGE_ACTS[act_name](visit, connection, public_id, number)
        return _page_of(found, f"page-{number}" if act_name != "remove" else "pages")

    return _acted(visit, public_id, act)


def check_page(visit: Visit) -> Response:
    """Everything at one glance before it is handed in, with what speaks against it."""
    settings = visit.shell.installation.programme.settings
    with visit.shell.installation.database.reading() as connection:
        found = own_submissions.seen(visit.access, connection, visit.request.path_params["id"])
        reminders = reporting_hints.reminders(visit.access, connection, settings, found.submission, visit.now)
        chip = own_chip(visit, connection)
    if found.submission.state is not SubmissionState.DRAFT:
        return see_other(f"{HERE}/{found.submission.public_id}")
    form = empty(visit, ReportForm, name="send", version=found.submission.version)
    return page(visit, "portal/report_check.html", section=HERE, seen=found, reminders=reminders, form=form, chip=chip,
                entered=read_entered(found.submission.entered))


def send_form(visit: Visit) -> Response:
    """Hand it in, once."""
    public_id, settings = visit.request.path_params["id"], visit.shell.installation.programme.settings

    def act(connection: Connection) -> str:
        own_submissions.submit(visit.access, connection, settings, public_id, version_of(visit), visit.now)
        return f"{HERE}/{public_id}/receipt"

    return _acted(visit, public_id, act, back=f"{HERE}/{public_id}/edit")


def receipt_page(visit: Visit) -> Response:
    """That it is there, under which number, and how long it usually takes."""
    with visit.shell.installation.database.reading() as connection:
        found = own_submissions.seen(visit.access, connection, visit.request.path_params["id"])
        usual = reporting_hints.usual_time(connection, visit.now)
        chip = own_chip(visit, connection)
    if found.submission.state is SubmissionState.DRAFT:
        return see_other(f"{HERE}/{found.submission.public_id}/edit")
    return page(visit, "portal/report_receipt.html", section=HERE, seen=found, usual=usual, chip=chip)


@attrs.frozen
class Limits:
    """What the pages tell before anything is chosen."""

    megabytes: int
    files: int
    pages: int
    heic: bool

    @property
    def accept(self) -> str:
        """What the file dialogue offers; the content decides, not this."""
        return ("image/jpeg,image/png,image/webp,image/tiff,application/pdf,.csv,.xml,.edi,.json,.xlsx"
                + (",image/heic,.heic" if self.heic else ""))


def limits(visit: Visit) -> Limits:
    """The limits of this programme."""
    from importlib.util import find_spec

    uploads = visit.shell.installation.programme.settings.uploads
    return Limits(uploads.file_megabytes, uploads.files, uploads.pages, find_spec("pillow_heif") is not None)


Stored = tuple[StoredFile, str]
"""A file that was taken in, and JSON of the points that it may bring."""
Refused = tuple[str, Refusal]
"""The name of a file as it came, and why it is not taken."""


def _stored(visit: Visit, public_id: str = "") -> tuple[list[Stored], list[Refused]]:
    """The files of this request, taken in as far as they can be; those beyond the limits are not even written down.

    Raises:
        DrawingBusy: no file could be taken, because the machine draws others.
    """
    stored, complaints, installation = list[Stored](), list[Refused](), visit.shell.installation
    try:
        with installation.database.reading() as connection:
            room, beyond = own_pages.room_for_files(visit.access, connection, installation.programme.settings,
                                                    visit.now, public_id)
    except Refusal as refusal:
        room, beyond = 0, refusal
    for upload in visit.files:
        try:
            if len(stored) >= room:
                raise beyond
            stored.append(_one(visit, upload))
        except Refusal as refusal:
            complaints.append((upload.filename or "", refusal))
        except DrawingBusy as busy:
            if not stored:
                raise
            complaints.append((upload.filename or "", Refusal("busy", str(busy))))
    return stored, complaints


def _one(visit: Visit, upload: UploadFile) -> Stored:
    taken_in = store_file(visit.shell.installation, upload.file, upload.filename or "")
    return taken_in, own_pages.expected_of(visit.shell.installation, visit.access, taken_in, visit.now)


def _added(visit: Visit, connection: Connection, public_id: str, stored: Sequence[Stored],
           complaints: list[Refused]) -> str:
    """Put files behind the pages; each that cannot be is told with its reason."""
    for one, expected in stored:
        try:
            own_pages.add_file(visit.access, connection, visit.shell.installation, public_id, one, visit.now,
                               expected=expected)
        except Refusal as refusal:
            complaints.append((one.name, refusal))
    if not visit.files:
        told(visit, connection, gettext(visit, NOTHING_CHOSEN), tone="warn")
    _complain(visit, connection, complaints)
    return f"{HERE}/{public_id}/edit#pages"


def _complain(visit: Visit, connection: Connection, complaints: Sequence[Refused]) -> None:
    for name, refusal in complaints[:TOLD_AT_MOST]:
        words = gettext(visit, marked("“%(file)s” was not added.")) % {"file": name[:60]}
        told(visit, connection, f"{words} {refusal_words(visit, refusal)}", tone="bad",
             link=f"{HERE}/{refusal.facts['submission']}" if refusal.facts.get("submission") else "")
    if (left := len(complaints) - TOLD_AT_MOST) > 0:
        words = gettext(visit, marked("%(number)s more files were not added.")) % {"number": left}
        told(visit, connection, words, tone="bad")


def _turn(visit: Visit, connection: Connection, public_id: str, number: int) -> None:
    own_pages.turn(visit.access, connection, visit.shell.installation.programme.settings, public_id, number, 90,
                   visit.now)


def _earlier(visit: Visit, connection: Connection, public_id: str, number: int) -> None:
    own_pages.shift(visit.access, connection, public_id, number, -1, visit.now)


def _later(visit: Visit, connection: Connection, public_id: str, number: int) -> None:
    own_pages.shift(visit.access, connection, public_id, number, 1, visit.now)


def _remove(visit: Visit, connection: Connection, public_id: str, number: int) -> None:
    gone = own_pages.remove(visit.access, connection, public_id, number, visit.now)
    undo = "" if gone.reader else f"{HERE}/{public_id}/pages/{number}/restore"
    told(visit, connection, gettext(visit, marked("The page is removed.")), undo_path=undo)


def _restore(visit: Visit, connection: Connection, public_id: str, number: int) -> None:
    own_pages.restore(visit.access, connection, visit.shell.installation, public_id, number, visit.now)


_PAGE_ACTS: dict[str, Callable[[Visit, Connection, str, int], None]] = {
    "turn": _turn, "earlier": _earlier, "later": _later, "remove": _remove, "restore": _restore}


def _keep_typed(visit: Visit, connection: Connection, found: Submission) -> None:
    """What was typed beside the pages is kept with them, as far as it can be read; nobody's newer words are lost."""
    typed = {field.name for field in attrs.fields(ReportForm)}
    result = read(visit, ReportForm) if typed & set(visit.form) else None
    if result is None or not result.ok or found.state is not SubmissionState.DRAFT:
        return
    if found.version == version_of(visit):
        own_submissions.describe(visit.access, connection, found.public_id, _described(result.value), found.version,
                                 visit.now)


def _acted(visit: Visit, public_id: str, act: Callable[[Connection], str], back: str = "") -> Response:
    """Do it once; where it is refused, or a colleague was faster, lead back and say why."""
    back = back or f"{HERE}/{public_id}/edit"
    try:
        return acted(visit, act, back, words=refusal_words)
    except SubmissionChanged:
        words = gettext(visit, marked("A colleague changed this report meanwhile. Look at it again."))
        visit.shell.installation.database.run(lambda connection: told(visit, connection, words, tone="warn"))
        return see_other(back)


def _page_of(found: Submission, place: str) -> str:
    end = "/edit" if found.state is SubmissionState.DRAFT else ""
    return f"{HERE}/{found.public_id}{end}#{place}"


def _described(form: ReportForm) -> Described:
    return Described(form.seller_name or "", form.number or "", form.issued_on, form.remark or "")


def _initial(seen: Seen) -> dict[str, object]:
    """What the form begins with: what was told, and in its gaps what was read from the pages."""
    found, offered = seen.submission, offered_of(seen.read)
    issued_on = found.issued_on or offered.get("issued_on", "")
    return {"seller_name": found.seller_name or offered.get("seller_name", ""), "remark": found.remark,
            "number": found.number or offered.get("number", ""),
            "issued_on": date.fromisoformat(issued_on) if issued_on else None}


def _read_from_pages(seen: Seen) -> list[str]:
    """Names of fields whose value was read from the pages, and nobody has told it yet."""
    return [name for name in offered_of(seen.read) if not getattr(seen.submission, name)]


def _refused(visit: Visit, public_id: str, result: Result[ReportForm]) -> Response:
    with visit.shell.installation.database.reading() as connection:
        found = own_submissions.seen(visit.access, connection, public_id)
    return _edit(visit, found, refused(visit, result), 422)


def _edit(visit: Visit, found: Seen, form: Shown, status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        sellers = reporting_hints.suggested_sellers(visit.access, connection)
        chip = own_chip(visit, connection)
    return page(visit, "portal/report_edit.html", status, section=HERE, seen=found, form=form, sellers=sellers,
                from_pages=_read_from_pages(found),
                limits=limits(visit), chip=chip, entered=read_entered(found.submission.entered))
