"""The way back from an identity provider."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from treuwerk.domain.sign_in import ExternalIdentity, SignInFailed
from treuwerk.programme.settings import SignIn
from treuwerk.services.identity.pending_sign_ins import take
from treuwerk.services.identity.single_sign_on import Coming, Entered, NotLetIn, Unlinked, enter
from treuwerk.services.identity.waiting_sign_ins import keep_waiting
from treuwerk.web.access.entering import COMPANIES, origin_of, start_flow, with_session
from treuwerk.web.shell.pages import see_other
from treuwerk.web.shell.sessions import cookie, set_cookie
from treuwerk.web.shell.state import SESSION_COOKIE, Visit
from treuwerk.web.shell.troubles import provider_key
from treuwerk.web.sign_on.failing import failed
from treuwerk.web.sign_on.ways import (
    HINT_COOKIE,
    callback_of,
    chosen,
    expire,
    home_of,
    pending_cookie,
    sign_in_page_of,
)

_A_YEAR = 365 * 86_400
_FIRST_LOGIN = "/first-login"


def back_page(visit: Visit) -> Response:
    """Check who came back, and open a session. Each attempt counts once."""
    sign_in = chosen(visit)
    name = pending_cookie(visit.request.query_params.get("state", ""))
    token = cookie(visit.request.scope, name)
    begun = visit.shell.installation.database.run(
        lambda connection: take(connection, token, visit.now)) if token else None
    if begun is None:
        return _too_late(visit, sign_in)
    answer = _back(visit, sign_in, begun)
    expire(answer, name)
    return answer


def _too_late(visit: Visit, sign_in: SignIn) -> Response:
    """Nothing waits for this answer: it took too long, was begun elsewhere, or came before, as with the back button."""
    if visit.identity:
        return see_other(home_of(sign_in))
    return failed(visit, sign_in, "expired", "", home_of(sign_in))


def _back(visit: Visit, sign_in: SignIn, begun: Mapping[str, Any]) -> Response:
    wanted, silent = begun["wanted"], begun["silent"]
    try:
        identity = sign_in.provider.finish(callback_of(visit, sign_in), dict(visit.request.query_params), begun["kept"],
                                           visit.now)
        visit.shell.troubles.forget(provider_key(sign_in.head.name))
        outcome = _enter(visit, sign_in, identity, begun)
    except (SignInFailed, NotLetIn) as error:
        if silent and error.code != "forged":
            answer: Response = see_other(sign_in_page_of(sign_in, wanted))
        else:
            answer = failed(visit, sign_in, error.code, str(error), wanted, fresh=begun["fresh"])
        expire(answer, HINT_COOKIE)
        return answer
    if isinstance(outcome, Unlinked):
        return start_flow(visit, see_other(_FIRST_LOGIN), {"external": outcome.newcomer.as_data()})
    return _entered(visit, outcome, sign_in, wanted)


def _enter(visit: Visit, sign_in: SignIn, identity: ExternalIdentity, begun: Mapping[str, Any]) -> Entered | Unlinked:
    coming = Coming(visit.now, origin_of(visit), cookie(visit.request.scope, SESSION_COOKIE), begun["silent"],
                    begun["fresh"])
    database = visit.shell.installation.database
    try:
        return database.run(lambda connection: enter(connection, sign_in.head, identity, coming))
    except NotLetIn as error:
        if error.code == "not_linked" and not coming.silent:
            database.run(lambda connection: keep_waiting(connection, sign_in.head, identity, visit.now))
        raise


def _entered(visit: Visit, outcome: Entered, sign_in: SignIn, wanted: str) -> Response:
    """Go on; who acts for several companies chooses first."""
    choose = outcome.companies > 1 and wanted == home_of(sign_in)
    answer = with_session(visit, COMPANIES if choose else wanted, outcome.token)
    set_cookie(answer, HINT_COOKIE, sign_in.head.name, _A_YEAR)
    return answer
