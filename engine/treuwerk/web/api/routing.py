"""Routes for partners' systems: they declare a right of a source, stream what is sent, and never read a cookie."""

import os
from collections.abc import Awaitable, Callable, Collection

import attrs
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from treuwerk.domain.rights import NotAllowed, OutOfScope
from treuwerk.domain.source_rights import SOURCE_RIGHTS, SourceAccess
from treuwerk.programme.settings import Api
from treuwerk.services.clearing.source_secrets import REFUSED, NotAuthentic, Signed, identify
from treuwerk.web.shell.problems import RequestRefused, problem
from treuwerk.web.shell.rate_limits import SlidingCounts, network_of
from treuwerk.web.shell.state import Shell, state_of

MEBIBYTE = 1 << 20


@attrs.frozen
class Call:
    """One request of a partner's system; `signed` must have seen the whole body before anything is stored.

    `prove` must be called before anything is done: until then it may come from anybody, about a source that may not be
    there.
    """

    request: Request
    shell: Shell
    source: str
    _api: Api | None
    access: SourceAccess
    signed: Signed | None
    now: int
    _count: Callable[[str, Api, str], None]

    @property
    def api(self) -> Api:
        """How the source is delivered to.

        Raises:
            NotAuthentic: it is not there.
        """
        if self._api is None:
            raise NotAuthentic(REFUSED)
        return self._api

    def prove(self) -> None:
        """Go on only if the request is from who has the secret, and within what he may ask.

        Raises:
            NotAuthentic: it is not.
            RequestRefused: there are too many.
        """
        if self.signed is not None:
            self.signed.check()
            self._count(self.source, self.api, "")


Operation = Callable[[Call], Awaitable[Response]]


class ApiRoute(Route):
    """An operation with the name of the right that it asks for."""

    def __init__(self, path: str, operation: Operation, *, permission: str, name: str, methods: Collection[str],
                 body_bytes: int) -> None:
        if permission not in SOURCE_RIGHTS:
            raise ValueError(f"{name}: found {permission!r}, expected one of {', '.join(sorted(SOURCE_RIGHTS))}")
        self.permission = permission
        limits = [Middleware(RequestBodyLimitMiddleware, max_body_size=body_bytes)]
        super().__init__(path, _Endpoint(operation, permission), methods=list(methods), name=name, middleware=limits)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whose log line then names this route."""
        state = state_of(scope)
        state.route, state.path = self.name, self.path
        await super().handle(scope, receive, send)


class _Endpoint:
    """Says who asks before anything of the body is read; what is wrong is told as a problem."""

    def __init__(self, operation: Operation, permission: str) -> None:
        self._operation, self._permission = operation, permission
        self._counts: dict[tuple[str, int], SlidingCounts] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        reference = state_of(scope).request_id
        try:
            answer = await self._operation(await run_in_threadpool(self._call, request))
        except RequestRefused as found:
            answer = problem(found.status, reference, code=found.code, detail=found.detail, headers=found.headers)
        except NotAuthentic as error:
            answer = problem(401, reference, detail=str(error), headers={"www-authenticate": "Bearer"})
        except NotAllowed as error:
            answer = problem(403, reference, detail=str(error))
        except OutOfScope:
            answer = problem(404, reference, detail="found nothing of this source here; is the id right?")
        await answer(scope, receive, send)

    def _call(self, request: Request) -> Call:
        shell: Shell = request.app.state.shell
        source, now = request.path_params["source"], shell.clock()
        apis = shell.installation.programme.settings.api
        api = apis.get(source)
        access, signed = identify(source, api, request.headers, now, os.environ)
        access.require(self._permission, source)
        # A signature is checked behind the body: until then it counts for where it comes from, whatever source it is
        # about, so that whoever has no key uses up nothing of what a partner may ask, and learns of no source.
        if signed is None and api is not None:
            self._count(source, api, "")
        else:
            freest = max(apis.values(), key=lambda one: one.requests_per_minute, default=Api())
            self._count("", freest, network_of(state_of(request.scope).source))
        return Call(request, shell, source, api, access, signed, now, self._count)

    def _count(self, source: str, api: Api, network: str) -> None:
        counts = self._counts.setdefault((source, api.requests_per_minute), SlidingCounts(api.requests_per_minute))
        if wait := counts.wait_seconds(network):
            raise RequestRefused(429, "too_many_requests", f"more than {api.requests_per_minute} requests within a "
                                 f"minute; come again in {wait} seconds", {"retry-after": str(wait)})
