"""Routes that declare what they ask for. Handlers are plain functions and run in the thread pool."""

import re
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from treuwerk.domain.rights import Access, Audience, NotAllowed
from treuwerk.services.identity.sessions import Session
from treuwerk.services.identity.settling import Missing, missing
from treuwerk.services.identity.stepping_up import ConfirmFirst
from treuwerk.services.identity.viewing import note_viewing
from treuwerk.web.shell.confirming import lead_to_confirm
from treuwerk.web.shell.settling import held_back
from treuwerk.web.shell.state import Shell, Visit, state_of
from treuwerk.web.shell.submitted import Submitted

Handler = Callable[[Visit], Response]
_FIELDS_AT_MOST = 300  # a page of rows to choose from, and the form around them
Parts = tuple[int, int]
"""How many fields and how many files a form may bring."""
_READING = ("GET", "HEAD")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


PUBLIC = "public"
"""In place of a permission: the route needs no session."""
SIGNED_IN = "signed_in"
"""In place of a permission: any session of the route's audience will do."""
_HOMES = {Audience.PORTAL: "/", Audience.OFFICE: "/office"}
_SIGN_IN = {Audience.PORTAL: "/login", Audience.OFFICE: "/office/login"}


class DeclaredRoute(Route):
    """A route with the name of its permission and its audience. The application has no others, which a test holds.

    Without a session a visitor is sent to sign in; without the right, the answer is 403 and names it. `body_bytes` is
    what a request to it may send, in so many `fields`, or fields and files, where that differs from the usual limits of
    forms, which take no files. `settles` names what a session may lack that opens nothing else.
    """

    def __init__(self, path: str, handler: Handler, *, permission: str, name: str, methods: Collection[str] = ("GET",),
                 audience: Audience = Audience.PORTAL, body_bytes: int | None = None,
                 settles: Collection[Missing] = (), fields: int | Parts = _FIELDS_AT_MOST) -> None:
        self.permission, self.audience = permission, audience
        limits = [Middleware(RequestBodyLimitMiddleware, max_body_size=body_bytes)] if body_bytes else []
        parts = (fields, 0) if isinstance(fields, int) else fields
        super().__init__(path, _endpoint(handler, permission, audience, settles, parts), methods=list(methods),
                         name=name, middleware=limits)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whose log line then names this route."""
        state = state_of(scope)
        state.route, state.path = self.name, self.path
        await super().handle(scope, receive, send)


def _endpoint(handler: Handler, permission: str, audience: Audience, settles: Collection[Missing],
              parts: Parts) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        shell: Shell = request.app.state.shell
        session, access = state_of(request.scope).session, None
        if permission != PUBLIC:
            if session is None:
                return RedirectResponse(_sign_in_first(request, audience), status_code=303)
            if missing(session, shell.second_factor) and (
                    back := await run_in_threadpool(held_back, request, shell, session, settles)):
                return back
            access = _access(request, shell, session, audience)
            if permission == SIGNED_IN and session.audience is not audience:
                return _without_right(request, session, audience, permission)
            if permission != SIGNED_IN and not access.may(permission):
                return _without_right(request, session, audience, permission)
            if access.viewing:
                await run_in_threadpool(note_viewing, shell.installation.database, access, request.url.path,
                                        shell.clock())
        _refuse_unstorable(request)
        async with _form(request, *parts) as (form, files):
            state_of(request.scope).submitted = form
            visit = Visit(request, shell, shell.clock(), form, access, files)
            try:
                return await run_in_threadpool(handler, visit)
            except ConfirmFirst as needed:
                return await run_in_threadpool(lead_to_confirm, visit, needed.back)

    return endpoint


def _refuse_unstorable(request: Request) -> None:
    """Refuse an address that no page of ours leads to: what a database cannot keep, it cannot be asked for either.

    Raises:
        HTTPException: 404 for the path, 400 for what stands behind it.
    """
    if any(_UNSTORABLE.search(str(value)) for value in request.path_params.values()):
        raise HTTPException(404)
    if any(_UNSTORABLE.search(f"{name}{value}") for name, value in request.query_params.multi_items()):
        raise HTTPException(400)


def _access(request: Request, shell: Shell, session: Session, audience: Audience) -> Access:
    return shell.rights.access_of(session, audience, state_of(request.scope).request_id)


def _without_right(request: Request, session: Session, audience: Audience, permission: str) -> Response:
    """The way home for who opened the start page of the other audience; else a page that names the right."""
    if session.audience is not audience and request.url.path == _HOMES[audience] and request.method in _READING:
        return RedirectResponse(_HOMES[session.audience], status_code=303)
    raise NotAllowed(permission)


def _sign_in_first(request: Request, audience: Audience) -> str:
    if request.method not in _READING or request.url.path == _HOMES[audience]:
        return _SIGN_IN[audience]
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{_SIGN_IN[audience]}?next={quote(wanted, safe='/')}"


@asynccontextmanager
async def _form(request: Request, fields: int, files: int) -> AsyncIterator[tuple[Submitted, Sequence[UploadFile]]]:
    """What came with a form: texts, and files that are open as long as the page works."""
    if request.method != "POST":
        yield Submitted(), ()
        return
    async with request.form(max_files=files, max_fields=fields) as form:
        pairs = form.multi_items()
        texts = [(name, value) for name, value in pairs if isinstance(value, str)]
        # No database keeps NUL, and half a pair cannot be written at all.
        if any(_UNSTORABLE.search(f"{name}{value}") for name, value in texts):
            raise HTTPException(400)
        # A field for files that was left empty comes as a file without a name.
        yield Submitted(texts), [value for _, value in pairs if isinstance(value, UploadFile) and value.filename]


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
