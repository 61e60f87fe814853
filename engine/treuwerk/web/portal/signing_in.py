"""Sign out, language and appearance: the forms that work for everyone."""

from contextlib import suppress
from urllib.parse import parse_qsl, urlencode

from starlette.responses import JSONResponse, Response

from treuwerk.domain.rights import Audience
from treuwerk.services.identity.session_keeping import sign_out, stay
from treuwerk.services.participants.own_profile import choose_locale
from treuwerk.store.faults import DatabaseReadOnly
from treuwerk.web.shell.confirming import AGAIN, keep_typed
from treuwerk.web.shell.pages import see_other
from treuwerk.web.shell.routing import own_path
from treuwerk.web.shell.schemes import SCHEMES
from treuwerk.web.shell.sessions import cookie, delete_cookie, set_cookie
from treuwerk.web.shell.state import LOCALE_COOKIE, SCHEME_COOKIE, SESSION_COOKIE, Visit
from treuwerk.web.sign_on.ending import way_out
from treuwerk.web.sign_on.ways import HINT_COOKIE

_A_YEAR = 365 * 86_400


def sign_out_form(visit: Visit) -> Response:
    """End the session: its row is gone, whatever becomes of the cookie. An identity provider ends its own, too."""
    leads_to = ""
    if token := cookie(visit.request.scope, SESSION_COOKIE):
        leads_to = way_out(visit, token)
        sign_out(visit.shell.installation.database, token)
    session = visit.state.session
    page = "/office/login" if session and session.audience is Audience.OFFICE else "/login"
    answer = see_other(leads_to or page)
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
    """Remember language or appearance in a cookie, the language with the own login, too, and go back to the page."""
    asked = visit.request.query_params
    if "next" in asked:  # sent with a form of the page: its fields are its own, the choice stands in the address
        answer, locale = see_other(_with_typed(visit, own_path(asked["next"]))), asked.get("locale")
    else:
        answer, locale = see_other(own_path(visit.form.get("next", "/"))), visit.form.get("locale")
    if locale in visit.shell.renderer.locales:
        set_cookie(answer, LOCALE_COOKIE, str(locale), _A_YEAR)
        if (me := visit.identity) and me.own_locale != locale:
            with suppress(DatabaseReadOnly):  # the cookie is enough for this browser
                visit.shell.installation.database.run(
                    lambda connection: choose_locale(connection, me.user_id, str(locale), visit.now))
    if "next" not in asked and (scheme := visit.form.get("scheme")) in SCHEMES:
        set_cookie(answer, SCHEME_COOKIE, str(scheme), _A_YEAR)
    return answer


def _with_typed(visit: Visit, wanted: str) -> str:
    """The page to go back to, where the form is found as it was sent."""
    path, _, query = wanted.partition("?")
    if not keep_typed(visit, path):
        return wanted
    left = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != AGAIN]
    return f"{path}?{urlencode([*left, (AGAIN, '1')])}"
