"""One booking of a participant, what belongs to it, and taking it back: wholly or in part, with a preview."""

from collections.abc import Sequence
from typing import Any

import attrs
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.notes import Note, NoteStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.services.account.explaining import Explanation, NotFound, explain
from treuwerk.services.account.why_not import of_booking
from treuwerk.services.changes import manual_reversals
from treuwerk.services.changes.manual_reversals import Reversible
from treuwerk.services.office import participant_profile
from treuwerk.services.office.participant_profile import Profile
from treuwerk.services.participants import notes
from treuwerk.web.forms import Result, Shown, choice, several, text, whole
from treuwerk.web.forms.pages import CONFLICT, empty, read, refused, told, version_of
from treuwerk.web.office import words
from treuwerk.web.office.frame import office_page, seen, sent_back, settings_of
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.words import NOTE_STATUSES, marked_refusal, options
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

ALL, PART = "all", "part"
_FIELDS = {"too_many_pieces": "share", "not_enough": "share", "no_reason": "remark", "personal_data": "remark"}


@attrs.frozen
class TakenBack:
    """How much of a booking is taken back, and why."""

    extent: str = choice(marked("How much"), [ALL, PART])
    left: int = whole(marked("Left"), at_least=1)
    share: int | None = whole(marked("Pieces or points"), required=False, at_least=1)
    reason: str = choice(marked("Reason"), list(words.REVERSALS))
    remark: str = text(marked("What for"), longest=400)
    finish: tuple[str, ...] = several(marked("Mark as done with it"))

    @property
    def stated(self) -> str:
        """The reason as it stands in the books: code and words."""
        return f"{self.reason}: {self.remark}"


@attrs.frozen
class About:
    """A booking with everything that its pages show."""

    booking: Explanation
    profile: Profile
    reversible: Reversible | None
    notes: Sequence[Note]
    may_finish: bool

    @property
    def open_notes(self) -> list[Note]:
        """The notes about it that are not done, for whoever may mark them as done."""
        return [note for note in self.notes if self.may_finish and note.draft.status is not NoteStatus.DONE]


def booking_page(visit: Visit) -> Response:
    """One booking with everything that it rests on and that belongs to it."""
    about = _about(visit)
    seen(visit, "participant.read", about.booking.account_id)
    with visit.shell.installation.database.reading() as connection:
        considered = of_booking(connection, visit.shell.installation.programme, about.booking)
    return office_page(visit, "office/booking.html", section="/office/participants", booking=about.booking,
                       considered=considered,
                       profile=about.profile, reversible=about.reversible, notes=about.notes, href_of=href_of,
                       note_statuses=NOTE_STATUSES)


def _about(visit: Visit) -> About:
    access, public_id = visit.access, visit.request.path_params["id"]
    access.require("participants.read")
    with visit.shell.installation.database.reading() as connection:
        try:
            booking = explain(connection, public_id)
        except (NotFound, ValueError):
            raise HTTPException(404) from None
        profile = participant_profile.profile(access, connection, settings_of(visit), booking.account_id, visit.now)
        reversible = manual_reversals.reversible(access, connection, booking.id)
        own = manual_reversals.names_of(booking.id)
        found = notes.notes_about(access, connection, booking.account_id, own) if access.may(notes.READ) else []
    return About(booking, profile, reversible, found, access.may(notes.WRITE))


def reverse_page(visit: Visit) -> Response:
    """The form that takes a booking back."""
    about = _about(visit)
    seen(visit, "participant.read", about.booking.account_id)
    if about.reversible is None or not about.reversible.open:
        return see_other(f"/office/bookings/{about.booking.id}")
    return _page(visit, about, _empty(visit, about))


def _empty(visit: Visit, about: About) -> Shown:
    assert about.reversible is not None
    initial = {"extent": ALL, "reason": next(iter(words.REVERSALS)),
               "finish": [note.public_id for note in about.open_notes]}
    return empty(visit, TakenBack, initial, version=about.reversible.turn)


def reverse_form(visit: Visit) -> Response:
    """Show what would be there afterwards; take it back where that was seen."""
    about = _about(visit)
    if about.reversible is None:
        raise HTTPException(404)
    result = read(visit, TakenBack, {"finish": [note.public_id for note in about.notes]})
    if result.ok and result.value.extent == PART and result.value.share is None:
        result = result.refused("share", marked("Enter how much of it is taken back."))
    if not result.ok:
        return _page(visit, about, refused(visit, result), status=422)
    act = _taken_back if visit.request.query_params.get("book") == "1" else _previewed
    try:
        return act(visit, about, about.reversible, result)
    except Refusal as refusal:
        return _told_why(visit, result, refusal)


def _told_why(visit: Visit, result: Result[TakenBack], refusal: Refusal) -> Response:
    about = _about(visit)  # as it is now: somebody may have been faster
    if refusal.code in ("changed_meanwhile", "waits_already"):
        return _stale(visit, about, result, refusal)
    if refusal.code in _FIELDS:
        again = result.refused(_FIELDS[refusal.code], marked_refusal(refusal))
        return _page(visit, about, refused(visit, again), status=422)
    return sent_back(visit, refusal, f"/office/bookings/{about.booking.id}")


def _previewed(visit: Visit, about: About, reversible: Reversible, result: Result[TakenBack]) -> Response:
    if not reversible.open or reversible.turn != version_of(visit):
        raise Refusal("changed_meanwhile", "found a form of an earlier turn")
    shown = manual_reversals.preview(visit.access, visit.shell.installation, reversible.account_id,
                                     reversible.transaction_id, _share(result.value), visit.now)
    return _page(visit, about, refused(visit, result), preview=shown)


def _taken_back(visit: Visit, about: About, reversible: Reversible, result: Result[TakenBack]) -> Response:
    wanted = result.value
    finish = [note.public_id for note in about.open_notes if note.public_id in wanted.finish]
    done = manual_reversals.ask(
        visit.access, visit.shell.installation, reversible.account_id, reversible.transaction_id, _share(wanted),
        version_of(visit), visit.now, reason=wanted.stated, finish=finish)
    booked = done.state == "booked"
    message = marked("The booking is taken back. Both stand side by side below.") if booked else marked(
        "The points wait for a second person. They are in the work queue.")
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, gettext(visit, message), tone="good" if booked else "warn")
    return see_other(f"/office/bookings/{about.booking.id}" if booked else f"/office/adjustments/{done.public_id}")


def _share(wanted: TakenBack) -> int:
    """How much is meant: all of what was left when the form was opened, also where it is sent a second time."""
    return wanted.share if wanted.extent == PART and wanted.share is not None else wanted.left


def _stale(visit: Visit, about: About, result: Result[TakenBack], refusal: Refusal) -> Response:
    """Somebody was faster: told so, with what is left now."""
    if about.reversible is None or not about.reversible.open:
        return sent_back(visit, refusal, f"/office/bookings/{about.booking.id}")
    form = attrs.evolve(refused(visit, result.refused("", marked_refusal(refusal))), version=about.reversible.turn)
    return _page(visit, about, form, status=CONFLICT)


def _page(visit: Visit, about: About, form: Shown, *, preview: object = None, status: int = 200) -> Response:
    return office_page(visit, "office/reverse.html", status, section="/office/participants", booking=about.booking,
                       profile=about.profile, reversible=about.reversible, form=form, preview=preview,
                       open_notes=about.open_notes, **_choices(visit))


def _choices(visit: Visit) -> dict[str, Any]:
    return {"reasons": options(visit, words.REVERSALS)}
