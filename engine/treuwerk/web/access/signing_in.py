"""Signing in with login and password, for participants and for the service centre."""

import logging

from starlette.responses import Response

from treuwerk.domain.rights import Audience
from treuwerk.domain.secrets import UnknownKey
from treuwerk.services.identity.passwords import state_of_password
from treuwerk.services.identity.settling import PASSWORD
from treuwerk.services.identity.signing_in import NoPlace, needs_factor, prove_password
from treuwerk.web.access.entering import SIGN_IN, origin_of, signed_in, start_flow, wanted_path
from treuwerk.web.shell.logs import FIELDS
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.state import Visit
from treuwerk.web.sign_on.ways import silent_way, ways_in

_log = logging.getLogger("treuwerk.web")


def sign_in_page(visit: Visit) -> Response:
    """The form of the portal, or what it was filled with; who is signed in already goes on."""
    return _answer(visit, Audience.PORTAL)


def office_sign_in_page(visit: Visit) -> Response:
    """The same for the service centre."""
    return _answer(visit, Audience.OFFICE)


def _answer(visit: Visit, audience: Audience) -> Response:
    if visit.request.method == "POST":
        return _sign_in(visit, audience)
    session, wanted = visit.state.session, wanted_path(visit, audience)
    if session and session.audience is audience:
        return see_other(wanted)
    silently = "" if session else silent_way(visit, audience, wanted)
    return see_other(silently) if silently else form_page(visit, audience, wanted)


def _sign_in(visit: Visit, audience: Audience) -> Response:
    """Check the form; unknown login, blocked user and wrong password get the same answer in the same time."""
    login, password, wanted = visit.form.get("login", ""), visit.form.get("password", ""), wanted_path(visit, audience)
    if missing := _missing(visit, login, password):
        return form_page(visit, audience, wanted, login, missing)
    database = visit.shell.installation.database
    proof = prove_password(database, login, password, origin_of(visit), visit.now)
    if proof.wait:
        return wait_page(form_page(visit, audience, wanted, login, {"login": too_many(visit)}, 429), proof.wait)
    if proof.user_id is None:
        return form_page(visit, audience, wanted, login,
                         {"login": gettext(visit, "Login name and password do not match.")})
    with database.reading() as connection:
        second = needs_factor(connection, proof.user_id, visit.shell.second_factor)
        proven = state_of_password(connection, proof.user_id)
    if second:
        kept = {"user": proof.user_id, "audience": audience.value, "next": wanted, "at": visit.now,
                "proven": proven}
        return start_flow(visit, see_other("/login/code"), {"factor": kept})
    return let_in(visit, proof.user_id, audience, PASSWORD, wanted)


def let_in(visit: Visit, user_id: int, audience: Audience, method: str, wanted: str) -> Response:
    """Open the session; who has no place in this audience is told what comes next."""
    try:
        return signed_in(visit, user_id, audience, method, wanted)
    except NoPlace:
        return page(visit, "access/no_place.html", 403, audience=audience.value)


def form_page(visit: Visit, audience: Audience, wanted: str, login: str = "", errors: dict[str, str] | None = None,
              status: int = 0) -> Response:
    """The form, with what was typed and what is wrong with it."""
    shown = {"login": "", "password": "", "passkey": ""} | (errors or {})
    return page(visit, "login.html", status or (422 if errors else 200), next=wanted, login=login, errors=errors or {},
                error_of=shown, action=SIGN_IN[audience],
                stores=visit.shell.installation.database.takes_writes(), office=audience is Audience.OFFICE,
                ways=ways_in(visit, audience))


def too_many(visit: Visit) -> str:
    """What is said to who tried too often."""
    return gettext(visit, "Too many attempts. Please wait a few minutes and try again.")


def cannot_check(visit: Visit, error: UnknownKey) -> str:
    """What is said where the secret of an app cannot be read; the operator finds in the log which key is missing."""
    _log.error("a code cannot be checked: %s", error, extra={FIELDS: {"request_id": visit.state.request_id}})
    return gettext(visit, "Codes of the app cannot be checked at the moment. Type a recovery code instead, or try "
                          "again later.")


def wait_page(answer: Response, seconds: int) -> Response:
    """The answer, with when to come again."""
    answer.headers["retry-after"] = str(seconds)
    return answer


def _missing(visit: Visit, login: str, password: str) -> dict[str, str]:
    errors = {}
    if not login.strip():
        errors["login"] = gettext(visit, "Enter your login name.")
    if not password:
        errors["password"] = gettext(visit, "Enter your password.")
    return errors
