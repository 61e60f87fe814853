"""The second factor: digits of an app, or a recovery code."""

from typing import Any

from starlette.responses import Response

from treuwerk.domain.rights import Audience
from treuwerk.services.authenticators import has_authenticator
from treuwerk.services.keyring import UnknownKey
from treuwerk.services.passkeys import passkeys_of
from treuwerk.services.session_data import FLOW_SECONDS, end_flow
from treuwerk.services.sessions import SECOND
from treuwerk.services.signing_in import prove_factor
from treuwerk.web.access.entering import SIGN_IN, flow, flow_token, origin_of
from treuwerk.web.access.signing_in import cannot_check, let_in, too_many, wait_page
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.state import Visit


def second_factor_page(visit: Visit) -> Response:
    """Ask for the code of somebody whose password was right; ten minutes later it begins anew."""
    found = flow(visit)
    kept = found.data.get("factor") if found else None
    if kept is None or kept["at"] <= visit.now - FLOW_SECONDS * SECOND:  # a passkey's question keeps the flow alive
        return see_other("/login")
    audience = Audience(kept["audience"])
    if visit.request.method != "POST":
        return _form(visit, kept)
    try:
        method, wait = prove_factor(visit.shell.installation.database, visit.shell.keys, kept["user"],
                                    visit.form.get("code", "")[:100], origin_of(visit), visit.now)
    except UnknownKey as error:
        return _form(visit, kept, cannot_check(visit, error), 503)
    if wait:
        return wait_page(_form(visit, kept, too_many(visit), 429), wait)
    if not method:
        return _form(visit, kept, gettext(visit, "This code is not right, or it was used already."))
    finished = visit.shell.installation.database.run(lambda connection: end_flow(connection, flow_token(visit)))
    return let_in(visit, kept["user"], audience, method, kept["next"]) if finished else see_other(SIGN_IN[audience])


def _form(visit: Visit, kept: dict[str, Any], error: str = "", status: int = 0) -> Response:
    with visit.shell.installation.database.reading() as connection:
        app, keys = has_authenticator(connection, kept["user"]), bool(passkeys_of(connection, kept["user"]))
    return page(visit, "access/code.html", status or (422 if error else 200), error=error, app=app, passkey=keys,
                audience=kept["audience"], next=kept["next"], back=SIGN_IN[Audience(kept["audience"])],
                errors={"code": error} if error else {})
