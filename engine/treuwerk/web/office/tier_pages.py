"""The tier of a participant for the service centre: how it stands and why, and what is given by hand."""

from collections.abc import Callable
from datetime import date

import attrs
from sqlalchemy import Connection
from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import row_named
from treuwerk.services.office import participant_profile
from treuwerk.services.tiers import granting
from treuwerk.services.tiers.standing import standing_for_office
from treuwerk.web.forms import Shown, area, choice, day, text
from treuwerk.web.forms.pages import done, empty, read, refused, told
from treuwerk.web.office.frame import account_of, office_page, seen, sent_back, settings_of
from treuwerk.web.office.words import marked_refusal
from treuwerk.web.shell.marking import marked
from treuwerk.web.shell.pages import gettext, naming_of
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.tier_words import WHYS

STATES = {"waiting": (marked("waits for a second person"), "warn", "hourglass"),
          "given": (marked("given"), "good", "circle-check"), "refused": (marked("refused"), "", "circle-x"),
          "ended": (marked("ended early"), "", "undo-2")}
_FIELDS = {"unknown_tier": "tier", "wrong_day": "last_on", "given_already": "last_on"}


@attrs.frozen
class Gift:
    """A tier by hand."""

    tier: str = choice(marked("Tier"))
    last_on: date = day(marked("Last day"))
    reason: str = area(marked("Reason"), longest=500)


@attrs.frozen
class Word:
    """Why somebody agrees, refuses, or ends it."""

    reason: str = text(marked("Reason"), required=False, longest=500)


def tier_page(visit: Visit) -> Response:
    """How the participant stands, how that came about, and what was given."""
    return _page(visit, empty(visit, Gift))


def give_form(visit: Visit) -> Response:
    """Give a tier until a day."""
    account_id, settings = account_of(visit), settings_of(visit)
    result = read(visit, Gift, {"tier": [tier.code for tier in settings.tiers]})
    if not result.ok:
        return _page(visit, refused(visit, result), 422)
    wanted = result.value

    def act(connection: Connection) -> str:
        given = granting.give(visit.access, connection, settings, account_id, wanted.tier, wanted.last_on,
                              wanted.reason, visit.now)
        waits = given.state == granting.WAITING
        told(visit, connection, gettext(visit, marked("The tier waits for a second person. It is in the work queue.")
                                        if waits else marked("The tier is given.")), tone="warn" if waits else "good")
        return _path(account_id)

    try:
        return done(visit, act)
    except Refusal as refusal:
        again = result.refused(_FIELDS.get(refusal.code, "reason"), marked_refusal(refusal))
        return _page(visit, refused(visit, again), 422)


def approve_form(visit: Visit) -> Response:
    """Agree as a second person."""
    return _decided(visit, marked("The tier is given."), lambda connection, named, reason: granting.decide(
        visit.access, connection, settings_of(visit), named, visit.now, agrees=True, reason=reason))


def refuse_form(visit: Visit) -> Response:
    """Say no, and why."""
    return _decided(visit, marked("The tier is refused."), lambda connection, named, reason: granting.decide(
        visit.access, connection, settings_of(visit), named, visit.now, agrees=False, reason=reason))


def end_form(visit: Visit) -> Response:
    """End it before its time, or withdraw it."""
    return _decided(visit, marked("The tier by hand is ended."), lambda connection, named, reason: granting.end(
        visit.access, connection, settings_of(visit), named, visit.now, reason))


def _decided(visit: Visit, message: str, act: Callable[[Connection, str, str], object]) -> Response:
    public_id = visit.request.path_params["id"]
    path = _path(row_named(public_id, granting.PREFIX)[0])
    result = read(visit, Word)
    if not result.ok:
        return _page(visit, empty(visit, Gift), 422)

    def go(connection: Connection) -> str:
        act(connection, public_id, result.value.reason)
        told(visit, connection, gettext(visit, message))
        return path

    try:
        return done(visit, go)
    except Refusal as refusal:
        return sent_back(visit, refusal, path)


def _path(account_id: int) -> str:
    return f"/office/participants/{account_id}/tier"


def _page(visit: Visit, form: Shown, status: int = 200) -> Response:
    account_id, settings, naming = account_of(visit), settings_of(visit), naming_of(visit)
    with visit.shell.installation.database.reading() as connection:
        profile = participant_profile.profile(visit.access, connection, settings, account_id, visit.now)
        standing = standing_for_office(visit.access, connection, settings, account_id, visit.now)
        grants = granting.grants_of(visit.access, connection, account_id)
    seen(visit, "participant.read", account_id)
    return office_page(visit, "office/tier.html", status, section="/office/participants", profile=profile, form=form,
                       standing=standing, grants=grants, whys=WHYS, states=STATES, path=_path(account_id),
                       second_person=settings.tier_scheme is not None and settings.tier_scheme.head.second_person,
                       tiers_to_give=[(tier.code, naming.tier(tier)) for tier in settings.tiers])
