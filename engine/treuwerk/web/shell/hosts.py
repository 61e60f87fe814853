"""Under which names the portal answers. A foreign Host header poisons links and hides a proxy that rewrites it."""

import logging

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from treuwerk.services.deployment import Deployment, host_name

_log = logging.getLogger("treuwerk.web")
# Watchers ask by address, and style sheets say the same under every name.
_ANY_NAME = ("/static/", "/livez", "/readyz", "/metrics")
_MOST_WARNINGS = 20


class Hosts:
    """Refuses requests for another name: 400 for one that is none, 421 for a foreign one."""

    def __init__(self, app: ASGIApp, deployment: Deployment) -> None:
        self._app = app
        self._names = deployment.names
        self._warned: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and not scope["path"].startswith(_ANY_NAME):
            self._check(Headers(scope=scope).getlist("host"))
        await self._app(scope, receive, send)

    def _check(self, hosts: list[str]) -> None:
        name = host_name(hosts[0]) if len(hosts) == 1 else ""
        if not name:
            raise HTTPException(400)
        if name not in self._names:
            self._warn(name)
            raise HTTPException(421)

    def _warn(self, name: str) -> None:
        if name not in self._warned and len(self._warned) < _MOST_WARNINGS:
            self._warned.add(name)
            _log.warning("a request for host %.100r was refused; expected %s. Let the proxy hand on the Host header "
                         "unchanged, or set TREUWERK_PUBLIC_URL or TREUWERK_HOSTS", name,
                         ", ".join(sorted(self._names)))
