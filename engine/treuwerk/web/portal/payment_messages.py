"""The address for messages of payment providers: no session, no cookies, and nothing is believed that is not signed."""

import logging

from starlette.concurrency import run_in_threadpool
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from treuwerk.domain.payments import ForgedMessage, Message
from treuwerk.domain.rights import OutOfScope
from treuwerk.services.payments.hearing import hear
from treuwerk.web.shell.routing import PUBLIC, DeclaredRoute
from treuwerk.web.shell.state import Shell, Visit

PATH = "/payments/{provider}/messages"
_BODY = 256 * 1024
_LOG = logging.getLogger(__name__)


class MessageRoute(DeclaredRoute):
    """A route whose body is read as it came, since that is what a signature is about."""

    def __init__(self) -> None:
        super().__init__(PATH, _unsigned, permission=PUBLIC, name="payment_message", methods=("POST",))
        self.app: ASGIApp = RequestBodyLimitMiddleware(_heard, max_body_size=_BODY)


async def _heard(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive, send)
    shell: Shell = request.app.state.shell
    message = Message(await request.body(), {name.lower(): value for name, value in request.headers.items()})
    status = await run_in_threadpool(_status, shell, request.path_params["provider"], message)
    await Response(status_code=status)(scope, receive, send)


def _status(shell: Shell, provider: str, message: Message) -> int:
    """204 for heard, 403 for forged, 404 for nobody's, 503 for what may be sent again."""
    try:
        hear(shell.installation, provider, message, shell.clock())
    except ForgedMessage:
        return 403
    except OutOfScope:
        return 404
    except Exception:
        _LOG.exception("a message of the payment provider %s could not be taken in", provider)
        return 503
    return 204


def _unsigned(_: Visit) -> Response:
    """What a visit to the address hears, which carries no signature: the same as a forged message.

    Every declared route has a handler; here `_heard` answers before there is a visit.
    """
    return Response(status_code=403)
