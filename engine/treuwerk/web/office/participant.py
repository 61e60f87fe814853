"""A participant for the service centre: everything at one look, all that happened, and what can be done."""

from typing import Any
from urllib.parse import urlencode

import attrs
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from treuwerk.domain.participants import ParticipantStatus
from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Audience
from treuwerk.programme.roles import roles_of
from treuwerk.services.changes import aliasing
from treuwerk.services.identity import viewing
from treuwerk.services.identity.linking import GOOD_DAYS
from treuwerk.services.office import activity_stream, participant_profile
from treuwerk.services.office.activity_stream import Cursor
from treuwerk.services.office.participant_profile import CHANGES, Profile
from treuwerk.services.participants import notes
from treuwerk.services.participants.inviting import invite
from treuwerk.services.submissions import queue
from treuwerk.web.forms import area, choice, text
from treuwerk.web.forms.pages import done, empty, read, refused, told, version_of
from treuwerk.web.office.frame import account_of, office_page, seen, settings_of, today_of
from treuwerk.web.office.linking import href_of
from treuwerk.web.office.words import (
    ACTIONS,
    ADJUSTMENTS,
    EVENTS,
    NOTE_KINDS,
    NOTE_STATUSES,
    WORK_KINDS,
    marked_refusal,
    options,
)
from treuwerk.web.shell import plugin_pages
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, see_other
from treuwerk.web.shell.participant_words import SCHEMES, STATUSES
from treuwerk.web.shell.state import Visit

_EVENTS_OF_A_PAGE = 30


@attrs.frozen
class StatusChange:
    """Another status, and why."""

    status: str = choice(marked("New status"))
    reason: str = area(marked("Reason"), longest=500)


@attrs.frozen
class Invitation:
    """Who shall sign in for the company, and as what."""

    person: str = choice(marked("Person"), required=False)
    role: str = choice(marked("Role"))


@attrs.frozen
class ViewingStart:
    """Why somebody looks at the portal as a participant."""

    reason: str = text(marked("Reason"), longest=200)


def participant_page(visit: Visit) -> Response:
    """The participant with everything that belongs to it."""
    account_id, access = account_of(visit), visit.access
    wanted = [kind for kind in visit.request.query_params.getlist("kind") if kind in activity_stream.KINDS]
    after = _cursor(visit.request.query_params.get("after", ""))
    with visit.shell.installation.database.reading() as connection:
        profile = participant_profile.profile(access, connection, settings_of(visit), account_id, visit.now)
        events, following = activity_stream.stream(access, connection, account_id, kinds=wanted, after=after,
                                                   limit=_EVENTS_OF_A_PAGE)
        totals = participant_profile.totals_ahead(access, connection, settings_of(visit), account_id, visit.now)
        pinned = notes.pinned_notes(access, connection, account_id) if access.may(notes.READ) else []
        work = queue.open_work_of(access, connection, account_id, visit.now) if access.may(queue.READ) else []
    seen(visit, "participant.read", account_id)
    panels = plugin_pages.panels(visit, Audience.OFFICE, account_id, profile.balances)
    path = f"/office/participants/{account_id}"
    open_kinds = activity_stream.kinds_open_to(access)
    tabs = [(path, gettext(visit, marked("Everything")), None)] + [
        (f"{path}?kind={kind}", gettext(visit, EVENTS[kind][0]), None) for kind in open_kinds]
    older = f"{path}?{urlencode([*(('kind', kind) for kind in wanted), ('after', _text(following))])}"
    return office_page(
        visit, "office/participant.html", section="/office/participants", profile=profile, events=events, work=work,
        pinned=pinned, totals=totals, panels=panels, path=path, tabs=tabs,
        tab=f"{path}?kind={wanted[0]}" if len(wanted) == 1 else path,
        with_tiers=settings_of(visit).tier_scheme is not None,
        older=older if following else "", newest=path if after else "", today=today_of(visit), href_of=href_of,
        **_words())


def _words() -> dict[str, Any]:
    return {"statuses": STATUSES, "note_kinds": NOTE_KINDS, "note_statuses": NOTE_STATUSES, "schemes": SCHEMES,
            "event_kinds": EVENTS, "adjustment_states": ADJUSTMENTS, "work_kinds": WORK_KINDS, "actions": ACTIONS,
            "changes": CHANGES}


def status_page(visit: Visit) -> Response:
    """The form that changes a participant's status."""
    profile = _profile(visit)
    return _status(visit, profile, empty(visit, StatusChange, version=profile.version))


def status_form(visit: Visit) -> Response:
    """Change it."""
    profile = _profile(visit)
    result = read(visit, StatusChange, {"status": [status.value for status in CHANGES[profile.status]]})
    if result.ok:
        wanted, seen_version = result.value, version_of(visit)
        try:
            answer = done(visit, lambda connection: _changed(visit, connection, profile, wanted, seen_version))
        except Refusal as refusal:
            result = result.refused("reason" if refusal.code == "no_reason" else "status", marked_refusal(refusal))
        else:
            aliasing.release_few(visit.shell.installation, profile.account_id, visit.now, actor=visit.access.actor)
            return answer
    return _status(visit, profile, refused(visit, result), 422)


def _changed(visit: Visit, connection: Connection, profile: Profile, wanted: StatusChange, version: int) -> str:
    participant_profile.change_status(visit.access, connection, profile.account_id, ParticipantStatus(wanted.status),
                                      version, visit.now, reason=wanted.reason, today=today_of(visit))
    told(visit, connection, gettext(visit, marked("The status is changed.")))
    return f"/office/participants/{profile.account_id}"


def _status(visit: Visit, profile: Profile, form: object, status: int = 200) -> Response:
    words = {code.value: STATUSES[code] for code in CHANGES[profile.status]}
    return office_page(visit, "office/status.html", status, section="/office/participants", profile=profile, form=form,
                       choices=options(visit, words), statuses=STATUSES)


def invite_page(visit: Visit) -> Response:
    """For whom a code for the first login is made."""
    return _invite(visit, _profile(visit), empty(visit, Invitation))


def invite_form(visit: Visit) -> Response:
    """Make the code and show it, once."""
    profile = _profile(visit)
    result = read(visit, Invitation, {"person": [code for code, _ in _people(profile)],
                                      "role": [code for code, _ in _portal_roles(visit)]})
    if not result.ok:
        return _invite(visit, profile, refused(visit, result), status=422)
    code = invite(visit.access, visit.shell.installation, profile.account_id, int(result.value.person or 0),
                  result.value.role, visit.now)
    return _invite(visit, profile, empty(visit, Invitation), code)


def _invite(visit: Visit, profile: Profile, form: object, code: str = "", status: int = 200) -> Response:
    return office_page(visit, "office/invite.html", status, section="/office/participants", profile=profile, form=form,
                       code=code, people=_people(profile), roles=_portal_roles(visit), days=GOOD_DAYS)


def _people(profile: Profile) -> list[tuple[str, str]]:
    return [(str(one.person_id), one.name) for one in profile.members if one.person_id and not one.user_id]


def _portal_roles(visit: Visit) -> list[tuple[str, str]]:
    return [(code, role.name.get(visit.locale) or code) for code, role in roles_of(settings_of(visit)).items()
            if role.audience is Audience.PORTAL]


def viewing_page(visit: Visit) -> Response:
    """Asks why, before the portal is shown as a participant sees it."""
    return _viewing(visit, empty(visit, ViewingStart))


def viewing_form(visit: Visit) -> Response:
    """Show the portal as the participant sees it."""
    account_id, result = account_of(visit), read(visit, ViewingStart)
    if result.ok:
        try:
            viewing.view_as(visit.shell.installation.database, visit.access, visit.session, account_id, visit.now,
                            reason=result.value.reason)
            return see_other("/")
        except Refusal as refusal:
            result = result.refused("reason", marked_refusal(refusal))
    return _viewing(visit, refused(visit, result), 422)


def _viewing(visit: Visit, form: object, status: int = 200) -> Response:
    return office_page(visit, "office/viewing.html", status, section="/office/participants", profile=_profile(visit),
                       form=form, minutes=viewing.VIEWING_SECONDS // 60)


def _profile(visit: Visit) -> Profile:
    with visit.shell.installation.database.reading() as connection:
        return participant_profile.profile(visit.access, connection, settings_of(visit), account_of(visit), visit.now)


def _cursor(typed: str) -> Cursor | None:
    """Where a page of the stream begins.

    Raises:
        HTTPException: 400, it is no such place.
    """
    if not typed:
        return None
    number, _, kind = typed.partition("-")
    is_id = number.isascii() and number.isdigit() and len(number) < 20 and int(number) < 2**63
    if not is_id or kind not in activity_stream.KINDS:
        raise HTTPException(400)
    return int(number), kind


def _text(cursor: Cursor | None) -> str:
    return f"{cursor[0]}-{cursor[1]}" if cursor else ""

