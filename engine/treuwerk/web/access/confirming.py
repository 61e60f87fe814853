"""Proving once more who is signed in."""

from starlette.responses import Response

from treuwerk.domain.rights import Audience
from treuwerk.domain.secrets import UnknownKey
from treuwerk.services.identity.stepping_up import Ways, confirmed, prove_again, ways_of
from treuwerk.web.access.entering import SIGN_IN, origin_of, wanted_path, with_session
from treuwerk.web.access.passkeys import passkey_user
from treuwerk.web.access.signing_in import cannot_check, too_many, wait_page
from treuwerk.web.shell.confirming import CONFIRM
from treuwerk.web.shell.own_balance import chip_of
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.sessions import cookie
from treuwerk.web.shell.state import SESSION_COOKIE, Visit
from treuwerk.web.sign_on.ways import way_of_session


def confirm_page(visit: Visit) -> Response:
    """Ask for password, code or passkey, and go back to where it was needed."""
    if visit.request.method != "POST":
        return _form(visit)
    by = visit.form.get("by", "password")
    if not _ways(visit).has(by):
        return _form(visit)
    try:
        right, wait = _proven(visit, by)
    except UnknownKey as error:
        return _form(visit, by, cannot_check(visit, error), 503)
    if wait:
        return wait_page(_form(visit, by, too_many(visit), 429), wait)
    if not right:
        return _form(visit, by, _WRONG[by](visit))
    token = cookie(visit.request.scope, SESSION_COOKIE)
    after = confirmed(visit.shell.installation.database, visit.session, token, by, visit.now)
    audience = visit.session.audience
    return with_session(visit, wanted_path(visit, audience), after) if after else see_other(SIGN_IN[audience])


def _proven(visit: Visit, by: str) -> tuple[bool, int]:
    if by == "passkey":
        return passkey_user(visit) == visit.session.identity.user_id, 0
    typed = visit.form.get("code" if by == "app" else "password", "")[:300]
    return prove_again(visit.shell.installation.database, visit.shell.keys, visit.session, typed, by, visit.now,
                       origin=origin_of(visit))


def _ways(visit: Visit) -> Ways:
    with visit.shell.installation.database.reading() as connection:
        return ways_of(connection, visit.session.identity.user_id, visit.shell.second_factor)


def _form(visit: Visit, by: str = "", error: str = "", status: int = 0) -> Response:
    audience, ways = visit.session.audience, _ways(visit)
    field = {"app": "code", "passkey": "passkey"}.get(by, "password")
    return page(visit, "access/confirm.html", status or (422 if error else 200), ways=ways, action=CONFIRM[audience],
                next=wanted_path(visit, audience), errors={field: error} if error else {},
                office=audience is Audience.OFFICE, provider=way_of_session(visit), chip=chip_of(visit))


_WRONG = {
    "password": lambda visit: gettext(visit, "The password is not right."),
    "app": lambda visit: gettext(visit, "This code is not right, or it was used already."),
    "passkey": lambda visit: gettext(visit, "This passkey is not one of yours, or the answer came too late."),
}
