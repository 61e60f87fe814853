"""The second factor: digits of an app, or a recovery code."""

from typing import Any

from starlette.responses import Response

from treuwerk.domain.rights import Audience
from treuwerk.domain.secrets import UnknownKey
from treuwerk.services.identity.authenticators import has_authenticator
from treuwerk.services.identity.passkeys import passkeys_of
from treuwerk.services.identity.passwords import state_of_password
from treuwerk.services.identity.session_data import FLOW_SECONDS, end_flow
from treuwerk.services.identity.sessions import SECOND
from treuwerk.services.identity.signing_in import prove_factor
from treuwerk.web.access.entering import SIGN_IN, flow, flow_token, origin_of
from treuwerk.web.access.signing_in import cannot_check, let_in, too_many, wait_page
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.state import Visit


def second_factor_page(visit: Visit) -> Response:
    """Ask for the code of somebody whose password was right; ten minutes later it begins anew."""
    found = flow(visit)
    kept = found.data.get("factor") if found else None
    if kept is None or not _still_proven(visit, kept):
        return see_other("/login" if kept is None else SIGN_IN[Audience(kept["audience"])])
    return _tried(visit, kept) if visit.request.method == "POST" else _form(visit, kept)


def _tried(visit: Visit, kept: dict[str, Any]) -> Response:
    database, audience = visit.shell.installation.database, Audience(kept["audience"])
    try:
        method, wait = prove_factor(database, visit.shell.keys, kept["user"], visit.form.get("code", "")[:100],
                                    origin_of(visit), visit.now)
    except UnknownKey as error:
        return _form(visit, kept, cannot_check(visit, error), 503)
    if wait:
        return wait_page(_form(visit, kept, too_many(visit), 429), wait)
    if not method:
        return _form(visit, kept, gettext(visit, "This code is not right, or it was used already."))
    finished = database.run(lambda connection: end_flow(connection, flow_token(visit)))
    return let_in(visit, kept["user"], audience, method, kept["next"]) if finished else see_other(SIGN_IN[audience])


def _still_proven(visit: Visit, kept: dict[str, Any]) -> bool:
    """Whether the password was right ten minutes ago at most, and is still the one.

    A passkey's question keeps the flow alive, and who changed the password wants nobody in who knew the old one.
    """
    if kept["at"] <= visit.now - FLOW_SECONDS * SECOND:
        return False
    with visit.shell.installation.database.reading() as connection:
        return bool(state_of_password(connection, kept["user"]) == kept["proven"])


def _form(visit: Visit, kept: dict[str, Any], error: str = "", status: int = 0) -> Response:
    with visit.shell.installation.database.reading() as connection:
        app, keys = has_authenticator(connection, kept["user"]), bool(passkeys_of(connection, kept["user"]))
    return page(visit, "access/code.html", status or (422 if error else 200), error=error, app=app, passkey=keys,
                audience=kept["audience"], next=kept["next"], back=SIGN_IN[Audience(kept["audience"])],
                errors={"code": error} if error else {})
