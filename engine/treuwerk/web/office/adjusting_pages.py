"""Points by hand: asked for with a preview, decided by a second person, and taken back by a reversal."""

from datetime import date

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.notes import Note, NoteStatus
from treuwerk.domain.refusals import KeyConflict, Refusal
from treuwerk.services.changes import manual_points, manual_reversals
from treuwerk.services.changes.adjusting import Adjustment, points_by_hand
from treuwerk.services.changes.manual_points import ASK, DECIDE, REASONS, Preview
from treuwerk.services.changes.manual_reversals import ReversalPreview
from treuwerk.services.office import participant_profile
from treuwerk.services.office.participant_profile import Profile
from treuwerk.services.participants import notes
from treuwerk.web.forms import Shown, choice, day, several, text, whole
from treuwerk.web.forms.pages import empty, read, refused, told
from treuwerk.web.forms.reading import FORM_ID
from treuwerk.web.office import words
from treuwerk.web.office.frame import account_of, office_page, seen, sent_back, settings_of
from treuwerk.web.office.words import ADJUSTMENTS, marked_refusal, options, refusal_words
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.state import Visit

_FIELDS = {"wrong_amount": "points", "not_enough": "points", "unknown_unit": "unit", "wrong_day": "value_date",
           "gone_already": "value_date"}


@attrs.frozen
class Points:
    """Points that are booked by hand; below zero they are taken."""

    points: int = whole(marked("Points"), at_least=-10**9, at_most=10**9)
    unit: str = choice(marked("Kind of points"))
    value_date: date | None = day(marked("Value date"), required=False)
    reason: str = choice(marked("Reason"), list(REASONS))
    remark: str = text(marked("What for"), longest=400)

    @property
    def stated(self) -> str:
        """The reason as it stands in the books: code and words."""
        return f"{self.reason}: {self.remark}"


@attrs.frozen
class Decision:
    """What somebody says to points that wait."""

    reason: str = text(marked("Reason"), required=False, longest=400)
    finish: tuple[str, ...] = several(marked("Mark as done with it"))


def adjust_page(visit: Visit) -> Response:
    """The form."""
    units = settings_of(visit).units
    first = next((code for code, unit in units.items() if unit.spendable), next(iter(units)))
    return _page(visit, empty(visit, Points, {"unit": first, "reason": REASONS[0]}))


def adjust_form(visit: Visit) -> Response:
    """Show what would be there afterwards; book it where that was seen."""
    account_id = account_of(visit)
    result = read(visit, Points, {"unit": list(settings_of(visit).units)})
    if not result.ok:
        return _page(visit, refused(visit, result), status=422)
    wanted = result.value
    if not wanted.points:
        return _page(visit, refused(visit, result.refused("points", marked("Enter a number that is not 0."))),
                     status=422)
    try:
        if visit.request.query_params.get("book") != "1":
            shown = manual_points.preview(visit.access, visit.shell.installation, account_id, wanted.unit,
                                          wanted.points, visit.now, occurred_on=wanted.value_date)
            return _page(visit, refused(visit, result), preview=shown)
        asked = points_by_hand(account_id, wanted.unit, wanted.points, f"office|{visit.form.get(FORM_ID, '')}",
                               visit.now, reason=wanted.stated, actor=visit.access.actor)
        done = manual_points.ask(visit.access, visit.shell.installation, asked, occurred_on=wanted.value_date)
    except KeyConflict:
        return _page(visit, refused(visit, result.refused("", marked(
            "This form was sent before, with other entries. Begin anew."))), status=409)
    except Refusal as refusal:
        again = result.refused(_FIELDS.get(refusal.code, "remark"), marked_refusal(refusal))
        return _page(visit, refused(visit, again), status=422)
    booked = done.state == "booked"
    _tell(visit, marked("The points are booked.") if booked else
          marked("The points wait for a second person. They are in the work queue."), "good" if booked else "warn")
    return see_other(f"/office/participants/{account_id}" if booked else f"/office/adjustments/{done.public_id}")


def _page(visit: Visit, form: Shown, *, preview: object = None, status: int = 200) -> Response:
    units = settings_of(visit).units
    return office_page(visit, "office/adjust.html", status, section="/office/participants",
                       profile=_profile(visit, account_of(visit)), form=form, preview=preview,
                       reasons=options(visit, words.REASONS),
                       units=[(code, unit.name.get(visit.locale) or code) for code, unit in units.items()])


def adjustments_page(visit: Visit) -> Response:
    """Everything that waits for a second person."""
    with visit.shell.installation.database.reading() as connection:
        waiting = manual_points.waiting_for(visit.access, connection)
    return office_page(visit, "office/adjustments.html", section="/office/adjustments", waiting=waiting,
                       states=ADJUSTMENTS)


def adjustment_page(visit: Visit) -> Response:
    """One booking by hand, with what can be decided."""
    with visit.shell.installation.database.reading() as connection:
        one = manual_points.adjustment_of(visit.access, connection, visit.request.path_params["id"])
        asked = [note.public_id for note in _open_notes(visit, connection, one)]
    return _decision(visit, empty(visit, Decision, {"finish": asked}))


def approve_form(visit: Visit) -> Response:
    """Agree: the points are booked."""
    return _decided(visit, "approve")


def refuse_form(visit: Visit) -> Response:
    """Say no, and why."""
    return _decided(visit, "refuse")


def withdraw_form(visit: Visit) -> Response:
    """Take back what one asked for."""
    return _decided(visit, "withdraw")


def _decided(visit: Visit, act: str) -> Response:
    public_id = visit.request.path_params["id"]
    with visit.shell.installation.database.reading() as connection:
        one = manual_points.adjustment_of(visit.access, connection, public_id)
        asked = [note.public_id for note in _open_notes(visit, connection, one)]
    result = read(visit, Decision, {"finish": asked})
    if not result.ok:
        return _decision(visit, refused(visit, result), 422)
    access, installation, now = visit.access, visit.shell.installation, visit.now
    try:
        if act == "approve":
            manual_points.approve(access, installation, public_id, now, result.value.reason, finish=result.value.finish)
            message = marked("The points are booked.")
        elif act == "refuse":
            manual_points.refuse(access, installation, public_id, now, result.value.reason)
            message = marked("The points are refused.")
        else:
            manual_points.withdraw(access, installation, public_id, now)
            message = marked("The points are withdrawn.")
    except Refusal as refusal:
        if refusal.code == "no_reason":
            return _decision(visit, refused(visit, result.refused("reason", marked_refusal(refusal))), 422)
        return sent_back(visit, refusal, f"/office/adjustments/{public_id}")
    _tell(visit, message)
    return see_other("/office/adjustments")


def _decision(visit: Visit, form: Shown, status: int = 200) -> Response:
    with visit.shell.installation.database.reading() as connection:
        one = manual_points.adjustment_of(visit.access, connection, visit.request.path_params["id"])
        open_notes = _open_notes(visit, connection, one)
    seen(visit, "participant.read", one.account_id)
    preview = None
    reversal, reason = None, ""
    if one.state == "waiting" and visit.access.may(ASK):
        try:
            preview, reversal = _effects(visit, one)
        except Refusal as refusal:
            reason = refusal_words(visit, refusal)
    return office_page(
        visit, "office/adjustment.html", status, section="/office/adjustments", one=one, form=form, preview=preview,
        open_notes=[(note.public_id, note.draft.gist) for note in open_notes],
        profile=_profile(visit, one.account_id), states=ADJUSTMENTS, reversal=reversal, hindered=reason,
        mine=one.requested_by == visit.access.actor, may_decide=visit.access.may(DECIDE))


def _open_notes(visit: Visit, connection: Connection, one: Adjustment) -> list[Note]:
    """What is still asked about the booking that is taken back, for who may mark it as done."""
    if one.state != "waiting" or not one.taken_back or not visit.access.may(notes.WRITE):
        return []
    found = notes.notes_about(visit.access, connection, one.account_id, manual_reversals.names_of(one.taken_back))
    return [note for note in found if note.draft.status is not NoteStatus.DONE]


def _effects(visit: Visit, one: Adjustment) -> tuple[Preview | None, ReversalPreview | None]:
    """What would be there if it were approved now: of points by hand, or of a booking that is taken back."""
    access, installation = visit.access, visit.shell.installation
    if one.refers_to is not None and one.share is not None:
        return None, manual_reversals.preview(access, installation, one.account_id, one.refers_to, one.share, visit.now)
    day = date.fromisoformat(one.occurred_on) if one.occurred_on else None
    return manual_points.preview(access, installation, one.account_id, one.unit, one.amount, visit.now,
                                 occurred_on=day), None


def _profile(visit: Visit, account_id: int) -> Profile:
    with visit.shell.installation.database.reading() as connection:
        return participant_profile.profile(visit.access, connection, settings_of(visit), account_id, visit.now)


def _tell(visit: Visit, message: str, tone: str = "good") -> None:
    with visit.shell.installation.database.writing() as connection:
        told(visit, connection, gettext(visit, message), tone=tone)
