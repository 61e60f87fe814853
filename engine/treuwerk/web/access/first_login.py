"""The first login: customer number and one-time code, then a way in."""

from typing import Any

from starlette.responses import Response

from treuwerk.domain.refusals import Refusal
from treuwerk.domain.rights import Audience
from treuwerk.services.identity.first_logins import Newcomer, add_company, with_password, with_provider
from treuwerk.services.identity.linking import Link, try_link_code
from treuwerk.services.identity.passwords import SHORTEST_PASSWORD, WeakPassword
from treuwerk.web.access.entering import COMPANIES, flow, flow_token, origin_of, start_flow, with_session
from treuwerk.web.access.signing_in import too_many, wait_page
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.sessions import delete_cookie
from treuwerk.web.shell.state import Visit

_BEGIN, _LOGIN = "/first-login", "/first-login/login"


def first_login_page(visit: Visit) -> Response:
    """Ask for number and code."""
    if visit.request.method != "POST":
        return _number_form(visit)
    number, code = visit.form.get("number", "").strip()[:60], visit.form.get("code", "")[:60]
    if not number or not code.strip():
        return _number_form(visit, number,
                            gettext(visit, "Enter customer number and code as they stand in the letter."))
    database = visit.shell.installation.database
    tried = try_link_code(database, number, code, origin_of(visit), visit.now)
    if tried.wait:
        return wait_page(_number_form(visit, number, too_many(visit), 429), tried.wait)
    if tried.link is None:
        return _number_form(visit, number, gettext(visit, "Number and code do not belong together, or the code is used "
                                                          "or too old. Check both, or ask for a new code."))
    found = flow(visit)
    external = found.data.get("external") if found else None
    kept: dict[str, Any] = {"link": [tried.link.account_id, tried.link.id, tried.link.person_id, tried.link.role]}
    return start_flow(visit, see_other(_LOGIN), {**kept, **({"external": external} if external else {})})


def first_login_way_page(visit: Visit) -> Response:
    """Choose login and password, or go on with the identity that a provider brought, or with the session there is."""
    found = flow(visit)
    if found is None or "link" not in found.data:
        return see_other(_BEGIN)
    link = Link(*found.data["link"])
    newcomer = Newcomer(**found.data["external"]) if "external" in found.data else None
    session = visit.state.session
    known = session if session and session.audience is Audience.PORTAL else None
    if visit.request.method != "POST":
        return _way_form(visit, newcomer)
    try:
        if known:
            return _one_more(visit, link, known.identity.user_id)
        return _joined(visit, link, newcomer)
    except WeakPassword as weak:
        return _way_form(visit, newcomer, {"password": weak_words(visit, weak)})
    except Refusal as refusal:
        return _refused(visit, newcomer, refusal)


def _joined(visit: Visit, link: Link, newcomer: Newcomer | None) -> Response:
    database, token = visit.shell.installation.database, flow_token(visit)
    if newcomer:
        made = with_provider(database, token, link, newcomer, visit.now, origin=origin_of(visit))
    else:
        made = with_password(database, token, link, visit.form.get("login", ""), visit.form.get("password", ""),
                             visit.now, origin=origin_of(visit))
    return with_session(visit, "/", made)


def _one_more(visit: Visit, link: Link, user_id: int) -> Response:
    add_company(visit.shell.installation.database, flow_token(visit), link, user_id, visit.now)
    answer = see_other(COMPANIES)
    delete_cookie(answer, "__Host-flow")
    return answer


def _refused(visit: Visit, newcomer: Newcomer | None, refusal: Refusal) -> Response:
    if refusal.code == "login_taken":
        return _way_form(visit, newcomer, {"login": gettext(visit, "This login name is taken. Choose another one.")})
    if refusal.code == "wrong_login":
        return _way_form(visit, newcomer, {"login": gettext(visit, "Enter a login name of 1 to 100 letters.")})
    return _number_form(visit, "", gettext(visit, "The code was used meanwhile, or this login is linked already. Sign "
                                                  "in, or ask for a new code."))


def weak_words(visit: Visit, weak: WeakPassword) -> str:
    """What is wrong with a password, in the visitor's language."""
    return {
        "short": gettext(visit, "Take at least %(letters)s characters. A few words work well.")
        % {"letters": SHORTEST_PASSWORD},
        "long": gettext(visit, "This password is too long. Take at most 256 characters."),
        "login": gettext(visit, "Take a password that does not hold your login name."),
        "common": gettext(visit, "Others would guess this password. Take a few words that only you put together."),
    }[weak.code]


def _number_form(visit: Visit, number: str = "", error: str = "", status: int = 0) -> Response:
    return page(visit, "access/first_login.html", status or (422 if error else 200), number=number,
                errors={"number": error} if error else {})


def _way_form(visit: Visit, newcomer: Newcomer | None, errors: dict[str, str] | None = None) -> Response:
    session = visit.state.session
    return page(visit, "access/first_way.html", 422 if errors else 200, newcomer=newcomer, errors=errors or {},
                login=visit.form.get("login", ""), known=bool(session and session.audience is Audience.PORTAL))
