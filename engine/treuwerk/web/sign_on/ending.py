"""Sessions that end on both sides: we tell the provider, or it tells us."""

import logging

from starlette.responses import JSONResponse, Response

from treuwerk.domain.sign_in import SignInFailed
from treuwerk.services.identity.single_sign_on import end_by_notice, provider_of
from treuwerk.web.shell.logs import FIELDS
from treuwerk.web.shell.state import Visit
from treuwerk.web.sign_on.ways import base_of, chosen, named, sign_in_page_of

_log = logging.getLogger("treuwerk.web")


def way_out(visit: Visit, token: str) -> str:
    """Where the provider of a session ends its own, too; empty where there is none, or where it does not answer.

    Ask before the session ends here.
    """
    with visit.shell.installation.database.reading() as connection:
        provider, id_token = provider_of(connection, token)
    if provider not in [one.head.name for one in visit.shell.installation.programme.settings.sign_in]:
        return ""
    sign_in = named(visit, provider)
    try:
        return sign_in.provider.end(id_token, base_of(visit) + sign_in_page_of(sign_in)) or ""
    except SignInFailed as error:
        _log.warning("sign-out by %s stays on our side: %s", provider, error,
                     extra={FIELDS: {"request_id": visit.state.request_id, "provider": provider}})
        return ""


def ended_form(visit: Visit) -> Response:
    """The provider's word that a session ended there (OpenID Connect Back-Channel Logout). It sends no cookies."""
    sign_in = chosen(visit)
    try:
        notice = sign_in.provider.notice(visit.form.get("logout_token", ""), visit.now)
    except SignInFailed as error:
        return _refused(visit, sign_in.head.name, str(error), 503 if error.code == "unreachable" else 400)
    ended = visit.shell.installation.database.run(
        lambda connection: end_by_notice(connection, sign_in.head.name, notice, visit.now))
    if ended is None:
        return _refused(visit, sign_in.head.name, "this logout token came before", 400)
    fields = {"request_id": visit.state.request_id, "provider": sign_in.head.name, "sessions": ended}
    _log.info("sign-out told by %s", sign_in.head.name, extra={FIELDS: fields})
    return Response(status_code=200)


def _refused(visit: Visit, provider: str, reason: str, status: int) -> Response:
    _log.warning("sign-out told by %s was refused: %s", provider, reason,
                 extra={FIELDS: {"request_id": visit.state.request_id, "provider": provider}})
    return JSONResponse({"error": "invalid_request"}, status)
