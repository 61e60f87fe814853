"""The session of a request: a cookie with a random token, a row in the database under its hash."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from treuwerk.services.identity.sessions import COOKIE_SECONDS, session_of
from treuwerk.store.database import Database
from treuwerk.web.shell.state import SESSION_COOKIE, Clock, state_of

# Nobody's: the answer is the same for everyone, and health must be told while the database is away. Machines come
# with secrets of their own.
_NOBODYS = ("/static/", "/livez", "/readyz", "/api/")
# Asked for by a page that lies open, perhaps before nobody: it keeps no session alive.
QUIET = frozenset({"/office/queue/news"})


class Sessions:
    """Finds the live session of the request's cookie."""

    def __init__(self, app: ASGIApp, database: Database, clock: Clock) -> None:
        self._app = app
        self._database = database
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asks = scope["type"] == "http" and not scope["path"].startswith(_NOBODYS)
        if asks and (token := cookie(scope, SESSION_COOKIE)):
            state_of(scope).session = await run_in_threadpool(
                session_of, self._database, token, self._clock(), counts=scope["path"] not in QUIET)
        await self._app(scope, receive, send)


def cookie(scope: Scope, name: str) -> str:
    """The value of one cookie of the request, empty where there is none."""
    for header in Headers(scope=scope).getlist("cookie"):
        for part in header.split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                return value
    return ""


def set_cookie(response: Response, name: str, value: str, seconds: int = COOKIE_SECONDS) -> None:
    """Set a cookie that only this host gets back, only encrypted or on the own machine, and no script reads."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def delete_cookie(response: Response, name: str) -> None:
    """Delete such a cookie."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
