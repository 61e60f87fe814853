"""The way to what somebody must do before anything else, and out of it."""

from collections.abc import Collection
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from treuwerk.domain.rights import Audience
from treuwerk.services.identity.session_keeping import sign_out
from treuwerk.services.identity.sessions import Session
from treuwerk.services.identity.settling import Missing, has_factor, missing
from treuwerk.web.shell.sessions import cookie
from treuwerk.web.shell.state import SESSION_COOKIE, Shell

SETTLE = {Audience.PORTAL: "/secure", Audience.OFFICE: "/office/secure"}
_SIGN_IN = {Audience.PORTAL: "/login", Audience.OFFICE: "/office/login"}
_READING = ("GET", "HEAD")


def held_back(request: Request, shell: Shell, session: Session, settles: Collection[Missing]) -> Response | None:
    """Where a session is led that opens nothing yet; None where it may go on, as it may on pages that settle it."""
    waits_for = missing(session, shell.second_factor)
    if waits_for is None:
        return None
    if waits_for not in settles:
        return RedirectResponse(_way(request, session), status_code=303)
    if waits_for is Missing.FACTOR and _has_factor(shell, session):
        # Asked for since this session began: what is there is shown at the door, not replaced from within.
        sign_out(shell.installation.database, cookie(request.scope, SESSION_COOKIE))
        return RedirectResponse(_SIGN_IN[session.audience], status_code=303)
    return None


def _has_factor(shell: Shell, session: Session) -> bool:
    with shell.installation.database.reading() as connection:
        return has_factor(connection, session.identity.user_id)


def _way(request: Request, session: Session) -> str:
    if request.method not in _READING:
        return SETTLE[session.audience]
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{SETTLE[session.audience]}?next={quote(wanted, safe='/')}"
