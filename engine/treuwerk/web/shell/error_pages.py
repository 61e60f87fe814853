"""Errors as pages: same look, the reader's language, plain words, what to do now, and a reference. No database."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from treuwerk.domain.rights import NotAllowed, OutOfScope, Permission
from treuwerk.programme.languages import tag
from treuwerk.services.identity.sessions import Session
from treuwerk.services.submissions.drawing_slots import DrawingBusy
from treuwerk.store.faults import DatabaseBusy, DatabaseClosed, DatabaseReadOnly, OutcomeUnknown, TransactionLost
from treuwerk.web.shell.confirming import is_secret
from treuwerk.web.shell.locales import negotiated
from treuwerk.web.shell.logs import FIELDS
from treuwerk.web.shell.navigation import Group
from treuwerk.web.shell.problems import API_PREFIX, problem
from treuwerk.web.shell.rendering import Renderer
from treuwerk.web.shell.routing import own_path
from treuwerk.web.shell.schemes import scheme_of
from treuwerk.web.shell.state import state_of
from treuwerk.web.shell.troubles import STORING, Troubles

_log = logging.getLogger("treuwerk.web")
_UNUSABLE = (OperationalError, DatabaseBusy, DatabaseClosed, DatabaseReadOnly, OutcomeUnknown, TransactionLost)
_OUR_OWN = {"content-length", "content-type"}
_WRONG_ADDRESS = 421
_PASSING = (429, 500, 503)
NOT_STORED = "not stored"
"""The detail of an error after which it is certain that nothing of the request was stored."""


class ErrorPages:
    """Turns exceptions, and plain-text errors of the layers below, into pages. Headers such as Allow are kept."""

    def __init__(self, app: ASGIApp, renderer: Renderer, permissions: Mapping[str, Permission], home: str = "",
                 navigation: Callable[[Session, str], Sequence[Group]] = lambda session, locale: (),
                 troubles: Troubles | None = None) -> None:
        """`navigation` answers what somebody who is signed in may open, in a language."""
        self._troubles = troubles or Troubles()
        self._navigation = navigation
        self._app = app
        self._permissions = permissions
        self._renderer = renderer
        self._home = home or "/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer)
            error = answer.error
        except Exception as exception:
            if answer.started:
                raise
            error = _as_http(exception, scope)
            if isinstance(exception, DatabaseReadOnly):
                self._troubles.note(STORING)
        if error is not None:
            answer_to = _problem if scope["path"].startswith(API_PREFIX) else self._page
            page = await run_in_threadpool(answer_to, scope, error)
            await page(scope, receive, send)

    def _page(self, scope: Scope, error: HTTPException) -> HTMLResponse:
        session = state_of(scope).session
        locale = state_of(scope).locale or negotiated(scope, self._renderer.locales)
        html = self._renderer.render(locale, "error.html", {
            "status": error.status_code, "reference": state_of(scope).request_id, "scheme": scheme_of(scope),
            "here": "/", "section": "", "identity": session.identity if session else None, "access": None,
            "navigation": self._navigation(session, locale) if session else [],
            "viewing": None, "right": self._title_of(error.detail, locale),
            "home": self._home if error.status_code == _WRONG_ADDRESS else "/", "again": _again(scope, error),
            "maintained": self._troubles.has(STORING), "resend": _resend(scope, error)})
        headers = {name: value for name, value in (error.headers or {}).items() if name.lower() not in _OUR_OWN}
        return HTMLResponse(html, error.status_code, {**headers, "content-language": tag(locale)})

    def _title_of(self, right: str, locale: str) -> str:
        declared = self._permissions.get(right)
        return self._renderer.text(locale, declared.title) if declared else ""


def _problem(scope: Scope, error: HTTPException) -> Response:
    """The same for machines."""
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() not in _OUR_OWN}
    return problem(error.status_code, state_of(scope).request_id, headers=headers)


def _again(scope: Scope, error: HTTPException) -> str:
    """The address to try once more, where that may help and repeats nothing."""
    if error.status_code not in _PASSING or scope["method"] != "GET":
        return ""
    query = scope["query_string"].decode("latin-1")
    return own_path(quote(scope["path"], safe="/:@!$&'()*+,;=~") + (f"?{query}" if query else ""))


def _resend(scope: Scope, error: HTTPException) -> dict[str, Any] | None:
    """A form that could not be stored, to be sent once more as it was; None where nothing, or a secret, was typed."""
    state = state_of(scope)
    pairs = state.submitted.pairs()
    if error.detail != NOT_STORED or scope["method"] != "POST" or not pairs:
        return None
    if any(is_secret(name) for name, _ in pairs):
        return None
    return {"action": own_path(quote(scope["path"], safe="/:@!$&'()*+,;=~")), "fields": pairs}


class _Answer:
    """Passes an answer on, unless it is an error in plain text: that one is held back to become a page."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False
        self.error: HTTPException | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=message["headers"])
            if message["status"] >= 400 and headers.get("content-type", "").startswith("text/plain"):
                self.error = HTTPException(message["status"], headers=dict(headers))
            self.started = self.error is None
        if self.error is None:
            await self._send(message)


def _as_http(exception: Exception, scope: Scope) -> HTTPException:
    reference = state_of(scope).request_id
    if isinstance(exception, HTTPException):
        return exception
    if isinstance(exception, NotAllowed):
        return HTTPException(403, detail=exception.permission)
    if isinstance(exception, OutOfScope):
        return HTTPException(404)
    if isinstance(exception, _UNUSABLE):
        _log.error("database not usable, reference %s", reference, exc_info=exception,
                   extra={FIELDS: {"request_id": reference, "route": state_of(scope).route}})
        stored = isinstance(exception, OutcomeUnknown)
        return HTTPException(503, "" if stored else NOT_STORED, headers={"retry-after": "10"})
    if isinstance(exception, DrawingBusy):
        return HTTPException(503, headers={"retry-after": "10"})
    fields = {"request_id": reference, "method": scope["method"], "route": state_of(scope).route}
    _log.error("request failed, reference %s", reference, exc_info=exception, extra={FIELDS: fields})
    return HTTPException(500)


