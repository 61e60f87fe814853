"""One line of log and one count for each request. Neither holds what a visitor typed: no query, no values of paths."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from treuwerk.web.shell.logs import FIELDS
from treuwerk.web.shell.metrics import Metrics
from treuwerk.web.shell.state import RequestState, state_of

_log = logging.getLogger("treuwerk.requests")
_UNANSWERED = 500


class Observed:
    """Measures each request until the end of its answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), _UNANSWERED

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - began
            self._metrics.count(state_of(scope), scope["method"], status, seconds)
            _write(state_of(scope), scope["method"], status, seconds)


def _write(state: RequestState, method: str, status: int, seconds: float) -> None:
    if _log.isEnabledFor(logging.INFO):
        fields = {"request_id": state.request_id, "method": method[:20], "route": state.route, "status": status,
                  "ms": round(seconds * 1000, 1)}
        if state.session:
            fields["user"] = state.session.identity.user_id
        _log.info("request", extra={FIELDS: fields})
