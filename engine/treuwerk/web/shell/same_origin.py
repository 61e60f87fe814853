"""Writes come from our own pages only. No token in forms: the browser itself says where a request comes from.

The rules are those of Go's CrossOriginProtection. A proxy in front must hand the Host header on unchanged.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from treuwerk.web.shell.sessions import cookie
from treuwerk.web.shell.state import SESSION_COOKIE

_SAFE = {"GET", "HEAD", "OPTIONS"}


class SameOrigin:
    """Refuses writes that another site started."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] not in _SAFE and not _is_own(scope):
            raise HTTPException(403)
        await self._app(scope, receive, send)


def _is_own(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    if (origin := headers.get("origin")) is not None:
        return urlsplit(origin).netloc == headers.get("host")
    # No browser of today: harmless as long as it does not act in someone's name.
    return not cookie(scope, SESSION_COOKIE)
