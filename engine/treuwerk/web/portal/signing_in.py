"""Sign in, sign out, language and appearance: the forms that work for everyone."""

from starlette.responses import JSONResponse, Response

from treuwerk.domain.rights import Audience
from treuwerk.services.session_keeping import sign_out, stay
from treuwerk.services.signing_in import folded, sign_in
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.routing import own_path
from treuwerk.web.shell.schemes import SCHEMES
from treuwerk.web.shell.sessions import cookie, delete_cookie, set_cookie
from treuwerk.web.shell.state import LOCALE_COOKIE, SCHEME_COOKIE, SESSION_COOKIE, Visit
from treuwerk.web.sign_on.ending import way_out
from treuwerk.web.sign_on.ways import HINT_COOKIE, silent_way, ways_in

_A_YEAR = 365 * 86_400


def sign_in_page(visit: Visit) -> Response:
    """The form, or what it was filled with; who is signed in already goes on."""
    if visit.request.method == "POST":
        return _sign_in(visit)
    wanted = own_path(visit.request.query_params.get("next", "/"))
    if visit.identity:
        return see_other(wanted)
    silently = silent_way(visit, Audience.PORTAL, wanted)
    return see_other(silently) if silently else _form(visit, wanted)


def _sign_in(visit: Visit) -> Response:
    """Check the form and open a session. Unknown login and wrong password get the same answer in the same time."""
    login, password = visit.form.get("login", ""), visit.form.get("password", "")
    wanted = own_path(visit.form.get("next", "/"))
    if missing := _missing(visit, login, password):
        return _form(visit, wanted, login, missing)
    if wait := _seconds_to_wait(visit, login):
        errors = {"login": gettext(visit, "Too many attempts. Please wait a few minutes and try again.")}
        answer = _form(visit, wanted, login, errors, 429)
        answer.headers["retry-after"] = str(wait)
        return answer
    token = sign_in(visit.shell.installation.database, login, password, visit.now,
                    replacing=cookie(visit.request.scope, SESSION_COOKIE) or None)
    if token is None:
        _count(visit, login)
        return _form(visit, wanted, login, {"login": gettext(visit, "Login name and password do not match.")})
    visit.shell.sign_in_by_login.forget(folded(login))
    answer = see_other(wanted)
    set_cookie(answer, SESSION_COOKIE, token)
    return answer


def _missing(visit: Visit, login: str, password: str) -> dict[str, str]:
    errors = {}
    if not login.strip():
        errors["login"] = gettext(visit, "Enter your login name.")
    if not password:
        errors["password"] = gettext(visit, "Enter your password.")
    return errors


def _seconds_to_wait(visit: Visit, login: str) -> int:
    return max(visit.shell.sign_in_by_login.wait_seconds(folded(login), visit.now),
               visit.shell.sign_in_by_source.wait_seconds(_source(visit), visit.now))


def _count(visit: Visit, login: str) -> None:
    visit.shell.sign_in_by_login.count(folded(login), visit.now)
    visit.shell.sign_in_by_source.count(_source(visit), visit.now)


def _source(visit: Visit) -> str:
    return visit.request.client.host if visit.request.client else ""


def _form(visit: Visit, wanted: str, login: str = "", errors: dict[str, str] | None = None,
          status: int = 0) -> Response:
    shown = {"login": "", "password": ""} | (errors or {})
    return page(visit, "login.html", status or (422 if errors else 200), next=wanted, login=login,
                errors=errors or {}, error_of=shown, ways=ways_in(visit, Audience.PORTAL))


def sign_out_form(visit: Visit) -> Response:
    """End the session: its row is gone, whatever becomes of the cookie. An identity provider ends its own, too."""
    leads_to = ""
    if token := cookie(visit.request.scope, SESSION_COOKIE):
        leads_to = way_out(visit, token)
        sign_out(visit.shell.installation.database, token)
    answer = see_other(leads_to or "/login")
    delete_cookie(answer, SESSION_COOKIE)
    delete_cookie(answer, HINT_COOKIE)
    return answer


def stay_form(visit: Visit) -> Response:
    """Put off the end of the session. A script gets the seconds until then, a form goes back to the start page."""
    if visit.state.session is None:
        return see_other("/login")
    seconds = stay(visit.shell.installation.database, visit.state.session, visit.now)
    if "application/json" in visit.request.headers.get("accept", ""):
        return JSONResponse({"seconds": seconds})
    return see_other("/")


def preferences_form(visit: Visit) -> Response:
    """Remember language or appearance in a cookie and go back to the page."""
    answer = see_other(own_path(visit.form.get("next", "/")))
    if (locale := visit.form.get("locale")) in visit.shell.renderer.locales:
        set_cookie(answer, LOCALE_COOKIE, str(locale), _A_YEAR)
    if (scheme := visit.form.get("scheme")) in SCHEMES:
        set_cookie(answer, SCHEME_COOKIE, str(scheme), _A_YEAR)
    return answer
