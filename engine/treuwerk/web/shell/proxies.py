"""Who really asks: the visitor behind a proxy. X-Forwarded headers are believed from trusted proxies only."""

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from treuwerk.services.deployment import Deployment, address_of
from treuwerk.web.shell.state import state_of

_log = logging.getLogger("treuwerk.web")
_FORWARDED = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded")


class Proxies:
    """Sets the visitor's address, scheme and host of a request that a trusted proxy hands on."""

    def __init__(self, app: ASGIApp, deployment: Deployment) -> None:
        self._app = app
        self._deployment = deployment
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            self._see_through(scope)
        await self._app(scope, receive, send)

    def _see_through(self, scope: Scope) -> None:
        headers, state = Headers(scope=scope), state_of(scope)
        peer = scope["client"][0] if scope.get("client") else ""
        state.source = str(address_of(peer) or peer)
        if not any(name in headers for name in _FORWARDED):
            return
        if not self._deployment.trusts(peer):
            state.forwarded_by_a_stranger = True
            self._warn(peer)
            return
        state.source = self._visitor(headers, state.source)
        scope["client"] = (state.source, 0)
        if (scheme := _last(headers, "x-forwarded-proto").lower()) in ("http", "https"):
            scope["scheme"] = scheme
        if host := _last(headers, "x-forwarded-host"):
            MutableHeaders(scope=scope)["host"] = host

    def _visitor(self, headers: Headers, peer: str) -> str:
        """The nearest address that is no proxy of ours: what stands before it, its sender may have made up."""
        found = peer
        for part in reversed(",".join(headers.getlist("x-forwarded-for")).split(",")):
            address = address_of(_without_port(part.strip()))
            if address is None:
                break
            found = str(address)
            if not self._deployment.trusts(found):
                break
        return found

    def _warn(self, peer: str) -> None:
        if not self._warned:
            self._warned = True
            _log.warning("X-Forwarded headers came from %.60s, which is no trusted proxy: they are ignored. If it is "
                         "your proxy, name it in TREUWERK_TRUSTED_PROXIES; otherwise let nobody come past the proxy",
                         peer)


def _last(headers: Headers, name: str) -> str:
    """What the nearest proxy wrote; each adds at the end."""
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
