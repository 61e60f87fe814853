"""What the pages of signing in share: cookies, the way in that is not finished, and where it leads."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from treuwerk.domain.rights import Audience
from treuwerk.services.identity.memberships import memberships_of
from treuwerk.services.identity.passkeys import Site
from treuwerk.services.identity.session_data import Flow, begin_flow, end_flow, flow_of
from treuwerk.services.identity.sessions import Origin
from treuwerk.services.identity.signing_in import enter
from treuwerk.web.shell.pages import see_other
from treuwerk.web.shell.routing import own_path
from treuwerk.web.shell.sessions import cookie, delete_cookie, set_cookie
from treuwerk.web.shell.state import SESSION_COOKIE, Visit

FLOW_COOKIE = "__Host-flow"
_FLOW_SECONDS = 600
HOMES = {Audience.PORTAL: "/", Audience.OFFICE: "/office"}
SIGN_IN = {Audience.PORTAL: "/login", Audience.OFFICE: "/office/login"}
COMPANIES = "/profile/company"


def origin_of(visit: Visit) -> Origin:
    """Where the visitor comes from."""
    return Origin(visit.state.source, visit.request.headers.get("user-agent", ""))


def site_of(visit: Visit) -> Site:
    """For which host and origin passkeys are good: the public address, else the one that was asked."""
    public = visit.shell.deployment.public_url
    origin = public.rstrip("/") or f"{visit.request.url.scheme}://{visit.request.url.netloc}"
    host = origin.partition("://")[2].rpartition(":")[0] if origin.count(":") > 1 else origin.partition("://")[2]
    return Site(host, origin, visit.shell.installation.programme.settings.programme.name)


def wanted_path(visit: Visit, audience: Audience) -> str:
    """Where to go after signing in: a path of ours that belongs to this audience."""
    asked = visit.form.get("next") or visit.request.query_params.get("next", "")
    path = own_path(asked) if asked else HOMES[audience]
    of_office = path == "/office" or path.startswith(("/office/", "/office?"))
    return path if of_office == (audience is Audience.OFFICE) else HOMES[audience]


def flow(visit: Visit) -> Flow | None:
    """The unfinished way in of this browser."""
    if not (token := cookie(visit.request.scope, FLOW_COOKIE)):
        return None
    with visit.shell.installation.database.reading() as connection:
        return flow_of(connection, token, visit.now)


def flow_token(visit: Visit) -> str:
    """Its token."""
    return cookie(visit.request.scope, FLOW_COOKIE)


def start_flow(visit: Visit, answer: Response, data: dict[str, Any]) -> Response:
    """Keep something for this browser until it is signed in; what was kept before goes."""
    before = cookie(visit.request.scope, FLOW_COOKIE)
    database = visit.shell.installation.database
    with database.writing() as connection:
        if before:
            end_flow(connection, before)
        token = begin_flow(connection, data, visit.now)
    set_cookie(answer, FLOW_COOKIE, token, _FLOW_SECONDS)
    return answer


def signed_in(visit: Visit, user_id: int, audience: Audience, method: str, wanted: str) -> Response:
    """Open the session and go where the visitor wanted to go; who acts for several companies chooses first.

    Raises:
        NoPlace: the user has nothing to do with this audience.
    """
    database, replacing = visit.shell.installation.database, cookie(visit.request.scope, SESSION_COOKIE)
    with database.writing() as connection:
        token = enter(connection, user_id, audience, method, visit.now, origin=origin_of(visit), replacing=replacing)
        choose = audience is Audience.PORTAL and len(memberships_of(connection, user_id)) > 1
    return with_session(visit, f"{COMPANIES}?{urlencode({'next': wanted})}" if choose else wanted, token)


def with_session(visit: Visit, path: str, token: str) -> Response:
    """Go on with a new session; nothing is left of the way in."""
    answer = see_other(path)
    set_cookie(answer, SESSION_COOKIE, token)
    if cookie(visit.request.scope, FLOW_COOKIE):
        delete_cookie(answer, FLOW_COOKIE)
    return answer
