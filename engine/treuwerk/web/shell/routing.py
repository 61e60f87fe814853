"""Routes that declare what they ask for. Handlers are plain functions and run in the thread pool."""

from collections.abc import Callable, Collection
from urllib.parse import quote

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from treuwerk.web.shell.state import Shell, Visit, state_of
from treuwerk.web.shell.submitted import Submitted

Handler = Callable[[Visit], Response]
_FIELDS_AT_MOST = 300  # a page of rows to choose from, and the form around them


@attrs.frozen
class Permission:
    """The name of what a route allows; `signed_in` says whether it asks for a session."""

    name: str
    signed_in: bool = True


PUBLIC = Permission("public", signed_in=False)
OWN_ACCOUNT = Permission("account.read.own")


class DeclaredRoute(Route):
    """A route with its permission. The application has no others, which a test holds.

    `body_bytes` is what a request to it may send, where that differs from the usual limit of forms.
    """

    def __init__(self, path: str, handler: Handler, *, permission: Permission, name: str,
                 methods: Collection[str] = ("GET",), body_bytes: int | None = None) -> None:
        self.permission = permission
        limits = [Middleware(RequestBodyLimitMiddleware, max_body_size=body_bytes)] if body_bytes else []
        super().__init__(path, _endpoint(handler, permission), methods=list(methods), name=name, middleware=limits)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whose log line then names this route."""
        state = state_of(scope)
        state.route, state.path = self.name, self.path
        await super().handle(scope, receive, send)


def _endpoint(handler: Handler, permission: Permission) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        shell: Shell = request.app.state.shell
        if permission.signed_in and state_of(request.scope).session is None:
            return RedirectResponse(_sign_in_first(request), status_code=303)
        return await run_in_threadpool(handler, Visit(request, shell, shell.clock(), await _form(request)))

    return endpoint


def _sign_in_first(request: Request) -> str:
    if request.method not in ("GET", "HEAD") or request.url.path == "/":
        return "/login"
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/login?next={quote(wanted, safe='/')}"


async def _form(request: Request) -> Submitted:
    if request.method != "POST":
        return Submitted()
    async with request.form(max_files=0, max_fields=_FIELDS_AT_MOST) as form:
        pairs = form.multi_items()
        if any(not isinstance(value, str) for _, value in pairs):
            raise HTTPException(400)
        return Submitted((name, str(value)) for name, value in pairs)


def own_path(value: str) -> str:
    """A path of this site that may follow a sign-in or a switch; anything else becomes ``/``.

    >>> own_path("//evil.example"), own_path("/bookings?year=2026")
    ('/', '/bookings?year=2026')
    """
    lowered = value.lower()
    unsafe = ("\\", "%5c", "%2f%2f", "\r", "\n", "\t")
    if not value.startswith("/") or value.startswith("//") or any(mark in lowered for mark in unsafe):
        return "/"
    return value
