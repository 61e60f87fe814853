"""The way to an identity provider: asked by a button, or silently."""

from urllib.parse import parse_qsl, urlsplit

from starlette.responses import RedirectResponse, Response

from treuwerk.domain.sign_in import SignInFailed
from treuwerk.programme.settings import SignIn
from treuwerk.services.identity.pending_sign_ins import SECONDS, keep
from treuwerk.store.faults import DatabaseReadOnly
from treuwerk.web.shell.pages import see_other
from treuwerk.web.shell.sessions import set_cookie
from treuwerk.web.shell.state import Visit
from treuwerk.web.shell.troubles import STORING, provider_key
from treuwerk.web.sign_on.failing import failed
from treuwerk.web.sign_on.ways import (
    HINT_COOKIE,
    callback_of,
    chosen,
    expire,
    pending_cookie,
    sign_in_page_of,
    wanted_of,
)


def start_form(visit: Visit) -> Response:
    """Go to the provider; the field ``fresh`` asks for proof even from somebody whom it knows."""
    sign_in = chosen(visit)
    wanted = wanted_of(sign_in, visit.form.get("next", "/"))
    fresh = visit.form.get("fresh") == "yes"
    try:
        return _leave(visit, sign_in, wanted, fresh=fresh)
    except SignInFailed as error:
        return failed(visit, sign_in, error.code, str(error), wanted, fresh=fresh)


def silent_page(visit: Visit) -> Response:
    """Go there without a question; where that cannot be, to the page with all ways in."""
    sign_in = chosen(visit)
    wanted = wanted_of(sign_in, visit.request.query_params.get("next", "/"))
    if visit.identity:
        return see_other(wanted)
    try:
        return _leave(visit, sign_in, wanted, silent=True)
    except (SignInFailed, DatabaseReadOnly) as error:
        visit.shell.troubles.note(STORING if isinstance(error, DatabaseReadOnly) else provider_key(sign_in.head.name))
        answer = see_other(sign_in_page_of(sign_in, wanted))
        expire(answer, HINT_COOKIE)
        return answer


def _leave(visit: Visit, sign_in: SignIn, wanted: str, *, silent: bool = False, fresh: bool = False) -> Response:
    start = sign_in.provider.begin(callback_of(visit, sign_in), silent=silent, fresh=fresh, locale=visit.locale)
    values = {"kept": dict(start.kept), "wanted": wanted, "silent": silent, "fresh": fresh}
    token = visit.shell.installation.database.run(
        lambda connection: keep(connection, sign_in.head.name, values, visit.now))
    answer = RedirectResponse(start.url, status_code=303)
    state = dict(parse_qsl(urlsplit(start.url).query)).get("state", "")
    set_cookie(answer, pending_cookie(state), token, SECONDS)
    return answer
