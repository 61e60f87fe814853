"""The second factor: digits of an app, or a recovery code."""

from starlette.responses import Response

from treuwerk.domain.rights import Audience
from treuwerk.services.session_data import end_flow
from treuwerk.services.signing_in import prove_factor
from treuwerk.web.access.entering import SIGN_IN, flow, flow_token, origin_of
from treuwerk.web.access.signing_in import let_in, too_many, wait_page
from treuwerk.web.shell.pages import gettext, page, see_other
from treuwerk.web.shell.state import Visit


def second_factor_page(visit: Visit) -> Response:
    """Ask for the code of somebody whose password was right; ten minutes later it begins anew."""
    found = flow(visit)
    if found is None or "factor" not in found.data:
        return see_other("/login")
    kept = found.data["factor"]
    audience = Audience(kept["audience"])
    if visit.request.method != "POST":
        return _form(visit, audience)
    method, wait = prove_factor(visit.shell.installation.database, kept["user"], visit.form.get("code", "")[:100],
                                origin_of(visit), visit.now)
    if wait:
        return wait_page(_form(visit, audience, too_many(visit), 429), wait)
    if not method:
        return _form(visit, audience, gettext(visit, "This code is not right, or it was used already."))
    finished = visit.shell.installation.database.run(lambda connection: end_flow(connection, flow_token(visit)))
    return let_in(visit, kept["user"], audience, method, kept["next"]) if finished else see_other(SIGN_IN[audience])


def _form(visit: Visit, audience: Audience, error: str = "", status: int = 0) -> Response:
    return page(visit, "access/code.html", status or (422 if error else 200), error=error, back=SIGN_IN[audience],
                errors={"code": error} if error else {})
